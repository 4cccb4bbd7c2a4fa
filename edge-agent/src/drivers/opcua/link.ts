/** What a server says of one item, by a notification or an answer. */
export interface OpcUaSample {
  /** Place of the item in the bus's list. */
  readonly item: number;
  readonly status: "good" | "uncertain" | "bad";
  /** Null when the status is bad or the value is no number. */
  readonly value: number | bigint | null;
  /** The device's own time, epoch ms; null when the server gives none. */
  readonly sourceAt: number | null;
}

/** Who hears from a link. `onLost` comes at most once. */
export interface LinkListener {
  onSample(sample: OpcUaSample): void;
  onLost(why: string): void;
}

/** One session with one subscription. */
export interface OpcUaLink {
  /** Asks for some items now. @throws when the server does not answer. */
  read(items: readonly number[]): Promise<OpcUaSample[]>;
  close(): Promise<void>;
}

/** Makes a link. @throws when the server cannot be reached or refuses. */
export type OpenLink = (listener: LinkListener) => Promise<OpcUaLink>;
