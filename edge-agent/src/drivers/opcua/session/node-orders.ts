import { describeError, type OpcUaValue } from "@nightflow/domain";
import { AttributeIds, type ClientSession, resolveNodeId } from "node-opcua-client";
import { parsePath } from "../browse/glob.ts";
import { findNodes, type WalkLimits } from "../browse/walk.ts";
import type { LocatedNode, NodeAnswer, NodeName, NodeWrite } from "../link.ts";
import { nodeValueOf, variantOf } from "./node-values.ts";
import { depthOf, nodeOf } from "./resolve.ts";
import { nameOf, statusOf } from "./samples.ts";
import { within } from "./within.ts";

const ANSWER_MS = 10_000;
const CURRENT_WRITE_BIT = 2;

/** The node of an id, or the variables that a path leads to; the reason as text where there is none. @throws when the server does not answer. */
export async function locateNodes(
  session: ClientSession,
  { nodeId, path }: NodeName,
  limits: Omit<WalkLimits, "maxDepth">,
): Promise<readonly LocatedNode[] | string> {
  if (path === undefined) {
    const namespaces = await within(ANSWER_MS, "reading the namespaces", session.readNamespaceArray());
    const node = nodeOf(nodeId ?? "", namespaces);
    return typeof node === "string" ? node : [{ nodeId: node.toString(), path: null, captures: [] }];
  }
  const pattern = parsePath(path);
  const { matches, isCut } = await findNodes(session, [pattern], { ...limits, maxDepth: depthOf([pattern]) });
  const found = matches
    .filter(({ node }) => node.nodeClass === "variable")
    .map(({ node, captures }) => ({ nodeId: node.nodeId.toString(), path: node.names.join("/"), captures }));
  // A second node that was not looked at could be meant as well.
  if (isCut) return `not all nodes that ${path} may lead to were looked at: raise findMax, or write a narrower path`;
  return found.length > 0 ? found : `${path} leads to no variable`;
}

/** Sets a node, in its own data type. @throws when the server does not answer before anything was sent. */
export async function writeNode(session: ClientSession, nodeId: string, value: OpcUaValue): Promise<NodeWrite> {
  const access = await within(ANSWER_MS, "a read", session.read({ nodeId, attributeId: AttributeIds.UserAccessLevel }));
  if (statusOf(access.statusCode) === "bad") return { kind: "refused", why: nameOf(access.statusCode) };
  if ((Number(access.value?.value ?? 0) & CURRENT_WRITE_BIT) === 0)
    return { kind: "refused", why: "the server lets this user read the node and not write it" };
  const variant = variantOf(
    await within(ANSWER_MS, "a read", session.getBuiltInDataType(resolveNodeId(nodeId))),
    value,
  );
  if (typeof variant === "string") return { kind: "unfit", why: variant };
  // No time and no status go with it: many servers refuse to have those written.
  const request = { nodeId, attributeId: AttributeIds.Value, value: { value: variant } };
  try {
    const code = await within(ANSWER_MS, "a write", session.write(request));
    return statusOf(code) === "bad" ? { kind: "refused", why: nameOf(code) } : { kind: "written" };
  } catch (error) {
    return { kind: "unknown", why: describeError(error) };
  }
}

/** What a node shows now, from the device and not from a cache. @throws when the server does not answer. */
export async function readNode(session: ClientSession, nodeId: string): Promise<NodeAnswer> {
  const answer = await within(ANSWER_MS, "a read", session.read({ nodeId, attributeId: AttributeIds.Value }, 0));
  const isBad = statusOf(answer.statusCode) === "bad";
  return { code: nameOf(answer.statusCode), value: isBad ? null : nodeValueOf(answer.value?.value) };
}
