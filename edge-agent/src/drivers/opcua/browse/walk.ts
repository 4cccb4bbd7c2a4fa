import {
  BrowseDirection,
  type ClientSession,
  NodeClass,
  type NodeId,
  type ReferenceDescription,
  resolveNodeId,
} from "node-opcua-client";
import { within } from "../session/within.ts";
import { matchPath, mayMatchBelow, type PathPattern } from "./glob.ts";

/** A node below the root, with the browse names that lead to it. */
export interface WalkedNode {
  readonly nodeId: NodeId;
  readonly names: readonly string[];
  readonly nodeClass: "object" | "variable";
  readonly typeDefinition: NodeId | null;
}

/** How far a walk goes. */
export interface WalkLimits {
  readonly maxDepth: number;
  /** Nodes looked at. */
  readonly maxNodes: number;
  readonly nodesPerRequest: number;
}

/** What a walk gave; `isCut` says that its limits ended it before all was seen. */
export interface Walk {
  readonly nodes: readonly WalkedNode[];
  readonly isCut: boolean;
}

const ROOT = "ns=0;i=84";
const HIERARCHICAL = "i=33";
const BROWSE_MS = 15_000;
const OBJECTS_AND_VARIABLES = NodeClass.Object | NodeClass.Variable;
const ALL_FIELDS = 63;

/** All nodes that one of the patterns matches, wherever they lie; each once. @throws when the server does not answer. */
export async function findNodes(
  session: ClientSession,
  patterns: readonly PathPattern[],
  limits: WalkLimits,
): Promise<Walk & { readonly matches: readonly { node: WalkedNode; pattern: number; captures: string[] }[] }> {
  const isWorth = ({ names }: WalkedNode) => patterns.some((pattern) => mayMatchBelow(pattern, names));
  const walk = await walkDown(session, limits, isWorth);
  const matches = patterns.flatMap((pattern, at) =>
    walk.nodes.flatMap((node) => {
      const captures = matchPath(pattern, node.names);
      return captures === undefined ? [] : [{ node, pattern: at, captures }];
    }),
  );
  return { ...walk, matches };
}

/** Walks down from the root, level by level, below each node that `isWorth` it; a node that two ways lead to comes once. */
export async function walkDown(
  session: ClientSession,
  limits: WalkLimits,
  isWorth: (node: WalkedNode) => boolean,
  from: WalkedNode = { nodeId: resolveNodeId(ROOT), names: [], nodeClass: "object", typeDefinition: null },
): Promise<Walk> {
  const seen = new Map<string, WalkedNode>();
  let level = [from];
  let isCut = false;
  for (let depth = 0; level.length > 0 && !isCut; depth++) {
    if (depth >= limits.maxDepth) return { nodes: [...seen.values()], isCut: true };
    const below: WalkedNode[] = [];
    for (const node of await childrenOf(session, level, limits.nodesPerRequest)) {
      const key = node.nodeId.toString();
      if (seen.has(key)) continue;
      isCut = seen.size >= limits.maxNodes;
      if (isCut) break;
      seen.set(key, node);
      if (isWorth(node)) below.push(node);
    }
    level = below;
  }
  return { nodes: [...seen.values()], isCut };
}

async function childrenOf(
  session: ClientSession,
  parents: readonly WalkedNode[],
  nodesPerRequest: number,
): Promise<WalkedNode[]> {
  const children: WalkedNode[] = [];
  for (let from = 0; from < parents.length; from += nodesPerRequest) {
    const chunk = parents.slice(from, from + nodesPerRequest);
    const asked = chunk.map(({ nodeId }) => ({
      nodeId,
      referenceTypeId: HIERARCHICAL,
      includeSubtypes: true,
      browseDirection: BrowseDirection.Forward,
      nodeClassMask: OBJECTS_AND_VARIABLES,
      resultMask: ALL_FIELDS,
    }));
    const results = await within(BROWSE_MS, "browsing", session.browse(asked));
    for (const [at, result] of results.entries()) {
      const references = [...(result.references ?? []), ...(await restOf(session, result.continuationPoint))];
      children.push(...references.flatMap((reference) => childOf(chunk[at], reference)));
    }
  }
  return children;
}

async function restOf(session: ClientSession, point: Buffer | null | undefined): Promise<ReferenceDescription[]> {
  const rest: ReferenceDescription[] = [];
  for (let next = point; next != null && next.length > 0; ) {
    const result = await within(BROWSE_MS, "browsing", session.browseNext(next, false));
    rest.push(...(result.references ?? []));
    next = result.continuationPoint;
  }
  return rest;
}

function childOf(parent: WalkedNode | undefined, reference: ReferenceDescription): WalkedNode[] {
  const name = reference.browseName.name;
  if (parent === undefined || name == null || name === "") return [];
  return [
    {
      nodeId: reference.nodeId,
      names: [...parent.names, name],
      nodeClass: reference.nodeClass === NodeClass.Variable ? "variable" : "object",
      typeDefinition: reference.typeDefinition ?? null,
    },
  ];
}
