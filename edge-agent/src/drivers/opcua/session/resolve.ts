import { type ClientSession, type NodeId, resolveNodeId } from "node-opcua-client";
import { type PathPattern, parsePath } from "../browse/glob.ts";
import { findNodes, type WalkLimits } from "../browse/walk.ts";
import type { FoundNode, MissingNode, NodeName } from "../link.ts";

/** A name with the item that it feeds. */
export interface NamedItem extends NodeName {
  readonly item: number;
}

/** The nodes of some items in this session, and those that are not there. */
export interface Resolved {
  readonly nodes: ReadonlyMap<number, NodeId>;
  readonly missing: readonly MissingNode[];
}

/** A path may go as deep as this, with or without `**`. */
const MAX_DEPTH = 16;

/** Finds the nodes of items by id, by namespace and by path. @throws when the server does not answer. */
export async function resolveItems(
  session: ClientSession,
  items: readonly NamedItem[],
  namespaces: readonly string[],
  limits: Omit<WalkLimits, "maxDepth">,
): Promise<Resolved> {
  const nodes = new Map<number, NodeId>();
  const missing: MissingNode[] = [];
  for (const { item, nodeId } of items) {
    if (nodeId === undefined) continue;
    const found = nodeOf(nodeId, namespaces);
    if (typeof found === "string") missing.push({ item, why: found });
    else nodes.set(item, found);
  }
  const byPath = items.filter(({ path }) => path !== undefined);
  if (byPath.length > 0) await resolvePaths(session, byPath, limits, nodes, missing);
  return { nodes, missing };
}

async function resolvePaths(
  session: ClientSession,
  items: readonly NamedItem[],
  limits: Omit<WalkLimits, "maxDepth">,
  nodes: Map<number, NodeId>,
  missing: MissingNode[],
): Promise<void> {
  const patterns = items.map(({ path }) => parsePath(path ?? ""));
  const { matches, isCut } = await findNodes(session, patterns, { ...limits, maxDepth: depthOf(patterns) });
  const byItem = Map.groupBy(matches, ({ pattern }) => pattern);
  for (const [at, { item }] of items.entries()) {
    const variables = (byItem.get(at) ?? []).filter(({ node }) => node.nodeClass === "variable");
    const [first, ...more] = variables;
    if (first !== undefined && more.length === 0) nodes.set(item, first.node.nodeId);
    else
      missing.push({
        item,
        why: whyNot(
          variables.map(({ node }) => node.names.join("/")),
          isCut,
        ),
      });
  }
}

/** Nodes that patterns find, in the order of the patterns. @throws when the server does not answer. */
export async function findByRules(
  session: ClientSession,
  paths: readonly string[],
  limits: Omit<WalkLimits, "maxDepth">,
): Promise<{ readonly found: readonly (FoundNode & { readonly nodeId: NodeId })[]; readonly isCut: boolean }> {
  if (paths.length === 0) return { found: [], isCut: false };
  const patterns = paths.map(parsePath);
  const { matches, isCut } = await findNodes(session, patterns, { ...limits, maxDepth: depthOf(patterns) });
  const found = matches.flatMap(({ node, pattern: rule, captures }) =>
    node.nodeClass === "variable" ? [{ rule, captures, path: node.names.join("/"), nodeId: node.nodeId }] : [],
  );
  return { found, isCut };
}

/** Levels that patterns can reach; a name too many below them is never looked at. */
export function depthOf(patterns: readonly PathPattern[]): number {
  const depths = patterns.map((pattern) => (pattern.some(({ kind }) => kind === "any") ? MAX_DEPTH : pattern.length));
  return Math.min(MAX_DEPTH, Math.max(1, ...depths));
}

function whyNot(found: readonly string[], isCut: boolean): string {
  if (found.length > 1)
    return `the path leads to ${found.length} variables, such as ${found.slice(0, 2).join(" and ")}`;
  return isCut
    ? "not found among the nodes that were looked at: raise findMax"
    : "BadNodeIdUnknown: the path leads to no variable";
}

/**
 * A node id with the namespace by number or by its URI (`nsu=http://plant.example/;s=FT-101`), as this session numbers it.
 * Gives the reason as text where it is none.
 */
export function nodeOf(text: string, namespaces: readonly string[]): NodeId | string {
  const uri = /^nsu=([^;]+);/.exec(text)?.[1];
  const index = uri === undefined ? undefined : namespaces.indexOf(decodeUri(uri));
  if (index === -1) return `the server has no namespace ${uri}`;
  try {
    return resolveNodeId(index === undefined ? text : text.replace(/^nsu=[^;]+;/, `ns=${index};`));
  } catch {
    return "BadNodeIdInvalid: it is no node id";
  }
}

/** A semicolon in a URI travels as %3B. @see OPC UA Part 6, section 5.3.1.11 */
function decodeUri(uri: string): string {
  return uri.replaceAll("%3B", ";").replaceAll("%25", "%");
}
