import {
  type ClientSession,
  HistoryData,
  HistoryReadRequest,
  type HistoryReadResult,
  type NodeId,
  ReadRawModifiedDetails,
  TimestampsToReturn,
} from "node-opcua-client";
import type { HistoryPart } from "../link.ts";
import { nameOf, sampleOf, statusOf, type TimeFrom } from "./samples.ts";
import { within } from "./within.ts";

/** A stretch of history of some nodes. */
export interface HistoryRequest {
  readonly nodes: readonly { readonly item: number; readonly nodeId: NodeId }[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly valuesPerRequest: number;
  readonly timeFrom: TimeFrom;
}

const REQUEST_MS = 30_000;
/** A server that sends the same continuation point for ever must end somewhere. */
const MAX_ROUNDS = 10_000;

/**
 * Raw values, an answer at a time: what does not fit comes by continuation points. Whoever stops listening early has
 * them released.
 *
 * @see OPC UA Part 11, section 6.5.3; Part 4, section 5.10.3
 */
export async function* readHistory(
  open: () => ClientSession,
  { nodes, fromMs, toMs, valuesPerRequest, timeFrom }: HistoryRequest,
): AsyncGenerator<readonly HistoryPart[]> {
  const details = new ReadRawModifiedDetails({
    isReadModified: false,
    startTime: new Date(fromMs),
    endTime: new Date(toMs),
    numValuesPerNode: valuesPerRequest,
    returnBounds: false,
  });
  let left = nodes.map((node) => ({ ...node, point: undefined as Buffer | undefined }));
  try {
    for (let round = 0; left.length > 0 && round < MAX_ROUNDS; round++) {
      const results = await ask(open(), details, left, timeFrom, false);
      const asked = left;
      left = asked.flatMap((node, at) => {
        const point = results[at]?.continuationPoint;
        return point != null && point.length > 0 ? [{ ...node, point }] : [];
      });
      yield asked.map(({ item }, at) => partOf(item, results[at], timeFrom));
    }
    left = [];
  } finally {
    const held = left.filter(({ point }) => point !== undefined);
    if (held.length > 0) await ask(open(), details, held, timeFrom, true).catch(() => undefined);
  }
}

async function ask(
  session: ClientSession,
  historyReadDetails: ReadRawModifiedDetails,
  nodes: readonly { readonly nodeId: NodeId; readonly point: Buffer | undefined }[],
  timeFrom: TimeFrom,
  releaseContinuationPoints: boolean,
): Promise<HistoryReadResult[]> {
  const request = new HistoryReadRequest({
    historyReadDetails,
    timestampsToReturn: timeFrom === "source" ? TimestampsToReturn.Source : TimestampsToReturn.Server,
    releaseContinuationPoints,
    nodesToRead: nodes.map(({ nodeId, point }) => ({ nodeId, ...(point && { continuationPoint: point }) })),
  });
  const response = await within(REQUEST_MS, "a request for history", session.historyRead(request));
  return response.results ?? [];
}

function partOf(item: number, result: HistoryReadResult | undefined, timeFrom: TimeFrom): HistoryPart {
  if (result === undefined) return { item, samples: [], fault: "BadNoData" };
  if (statusOf(result.statusCode) === "bad") return { item, samples: [], fault: nameOf(result.statusCode) };
  const values = result.historyData instanceof HistoryData ? (result.historyData.dataValues ?? []) : [];
  return { item, samples: values.map((value) => sampleOf(item, value, timeFrom)), fault: null };
}
