import { type ClientSession, readOperationLimits } from "node-opcua-client";
import { within } from "./within.ts";

/** How much a server takes in one request. */
export interface ServerLimits {
  readonly nodesPerRead: number;
  readonly nodesPerBrowse: number;
  readonly nodesPerHistoryRead: number;
  readonly itemsPerCall: number;
}

/** What is asked at once of a server that names no limit: it must answer in time all the same. */
const OURS: ServerLimits = { nodesPerRead: 500, nodesPerBrowse: 100, nodesPerHistoryRead: 50, itemsPerCall: 500 };
const READ_MS = 10_000;

/** The smaller of what the server allows and what we ask; ours alone where it does not say. */
export async function limitsOf(session: ClientSession): Promise<ServerLimits> {
  const said = await within(READ_MS, "reading the limits", readOperationLimits(session)).catch(() => ({}) as const);
  const least = (theirs: number | undefined, ours: number) => Math.min(ours, theirs || ours);
  const limits: Partial<Record<string, number>> = { ...said };
  return {
    nodesPerRead: least(limits.maxNodesPerRead, OURS.nodesPerRead),
    nodesPerBrowse: least(limits.maxNodesPerBrowse, OURS.nodesPerBrowse),
    nodesPerHistoryRead: least(limits.maxNodesPerHistoryReadData, OURS.nodesPerHistoryRead),
    itemsPerCall: least(limits.maxMonitoredItemsPerCall, OURS.itemsPerCall),
  };
}
