import type { OpcUaValue } from "@nightflow/domain";

/** What a server says of one item, by a notification or an answer. */
export interface OpcUaSample {
  /** Place of the item in the bus's list. */
  readonly item: number;
  readonly status: "good" | "uncertain" | "bad";
  /** Name of the status code, as `BadSensorFailure`. */
  readonly code: string;
  /** Null when the status is bad or the value is no number. */
  readonly value: number | bigint | null;
  /** The time that the server gives with it, epoch ms: the device's own or the server's; null when it gives none. */
  readonly at: number | null;
}

/** A node that a pattern has found. */
export interface FoundNode {
  /** Place of the pattern in the bus's `find`. */
  readonly rule: number;
  /** What its `*` stand for. */
  readonly captures: readonly string[];
  readonly path: string;
}

/** Who hears from a link. `onLost` comes at most once. */
export interface LinkListener {
  onSample(sample: OpcUaSample): void;
  onLost(why: string): void;
  /** Takes nodes that were found; gives each the place of its item, null to leave it out. */
  onFound(found: readonly FoundNode[]): readonly (number | null)[];
}

/** An item that the server does not give. */
export interface MissingNode {
  readonly item: number;
  readonly why: string;
}

/** What one request for history brought for one item. */
export interface HistoryPart {
  readonly item: number;
  readonly samples: readonly OpcUaSample[];
  /** Name of a status code when this item failed; null while all is well. */
  readonly fault: string | null;
}

/** A node as the configuration names it. */
export interface NodeName {
  readonly nodeId?: string | undefined;
  readonly path?: string | undefined;
}

/** A node that a name leads to, for as long as the link lasts. */
export interface LocatedNode {
  readonly nodeId: string;
  /** Browse names from the root; null where the name was an id. */
  readonly path: string | null;
  /** What the `*` of the name stand for. */
  readonly captures: readonly string[];
}

/** A value as a node shows it. */
export type NodeValue = boolean | number | bigint | string;

/** What a node says when it is asked; null where it is bad, or nothing that can be compared. */
export interface NodeAnswer {
  readonly value: NodeValue | null;
  /** Name of the status code. */
  readonly code: string;
}

/**
 * What became of a write. `unfit`: the node's data type cannot hold the value, so nothing was sent. `unknown`: it was
 * sent, and nobody answered.
 */
export type NodeWrite =
  | { readonly kind: "written" }
  | { readonly kind: "refused" | "unfit" | "unknown"; readonly why: string };

/** One session with one subscription. */
export interface OpcUaLink {
  /** Asks for some items now; those that the server does not give are left out. @throws when the server does not answer. */
  read(items: readonly number[]): Promise<OpcUaSample[]>;
  /** Items that the server does not give, and why. */
  missing(): readonly MissingNode[];
  /** Looks for the missing ones again; gives how many were found. */
  lookAgain(): Promise<number>;
  /** Items that the server keeps history of. */
  readonly historyItems: readonly number[];
  /**
   * Raw values in [from, to), one part per item and request, oldest first within the item. @throws when the link is lost.
   */
  history(items: readonly number[], fromMs: number, toMs: number): AsyncIterable<readonly HistoryPart[]>;
  /** The nodes that a name leads to now, or why there are none. @throws when the server does not answer. */
  locate(name: NodeName): Promise<readonly LocatedNode[] | string>;
  /** Sets a located node. @throws when the server does not answer before anything was sent. */
  writeNode(nodeId: string, value: OpcUaValue): Promise<NodeWrite>;
  /** What a located node shows now. @throws when the server does not answer. */
  readNode(nodeId: string): Promise<NodeAnswer>;
  close(): Promise<void>;
}

/** Makes a link. @throws {OpcUaLinkError} when the server cannot be reached or refuses. */
export type OpenLink = (listener: LinkListener) => Promise<OpcUaLink>;
