import type { OpcUaBus } from "@nightflow/domain";
import { repeated } from "../../repeated.ts";
import type { CheckContext } from "../driver.ts";
import { parsePath } from "./browse/glob.ts";
import type { NodeName } from "./link.ts";
import { faultsOfCommands } from "./orders/faults.ts";

/** Namespace by number or URI, then a number, a text, a GUID or bytes. @see OPC UA Part 6, section 5.3.1.10 */
const NODE_ID =
  /^(ns=\d{1,5};|nsu=[^;]+;)?(i=\d{1,10}|s=.+|g=[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|b=[A-Za-z0-9+/]+={0,2})$/s;

/** What is wrong with an OPC UA bus beyond its schema, and what to do. */
export function faultsOfOpcUaBus(bus: OpcUaBus, _context: CheckContext): string[] {
  const faults = [
    ...faultsOfSecurity(bus),
    ...bus.items.flatMap(({ nodeId, path }, at) => faultOfNode(`item ${at + 1}`, { nodeId, path })),
    ...faultsOfCommands(bus, faultOfNode),
  ];
  if (bus.items.length === 0 && bus.find.length === 0) faults.push("it reads nothing: give it items or find");
  const twice = repeated(bus.items.map(({ nodeId, path }) => nodeId ?? path ?? ""));
  faults.push(...twice.map((name) => `node ${name} is there twice: let one item feed one channel`));
  faults.push(...bus.find.flatMap(({ path }, at) => faultOfPath(`find ${at + 1}`, path)));
  return faults.map((fault) => `bus ${bus.id}: ${fault}`);
}

function faultsOfSecurity({ security, identity }: OpcUaBus): string[] {
  if (security.policy !== "None" || identity.kind === "anonymous") return [];
  if (identity.kind === "certificate")
    return ["a user certificate needs a security policy other than None: set security.policy"];
  return identity.allowUnprotected
    ? []
    : ["the password would travel unprotected: set security.policy, or identity.allowUnprotected if the line is safe"];
}

function faultOfNode(where: string, { nodeId, path }: NodeName): string[] {
  if (path !== undefined) return faultOfPath(where, path);
  return NODE_ID.test(nodeId ?? "")
    ? []
    : [`${where}: ${nodeId} is no node id; write it as ns=2;s=Name, ns=2;i=123 or nsu=URI;s=Name`];
}

function faultOfPath(where: string, path: string): string[] {
  try {
    parsePath(path);
  } catch (error) {
    return [`${where}: ${error instanceof Error ? error.message : path}; write it as Objects/Plant1/FT-101/Flow`];
  }
  return /^Objects(\/|$)|^\*/.test(path)
    ? []
    : [`${where}: the path ${path} begins at the root: begin it with Objects/`];
}
