import { QUALITY_CODES } from "@nightflow/domain";
import type { BatchMark, CommitRequest, KnownChannel, SetAside, SetAsideList } from "../ports.ts";
import { columnsFrom, type ReadingRow } from "../readings/reading-columns.ts";

/** An instant that samples count from: 2026-03-01 00:00 UTC. */
export const SAMPLE_START_MS = Date.UTC(2026, 2, 1);
export const HOUR_MS = 3_600_000;

/** A good live reading of a register. */
export function registerRow(
  channel: string,
  readAtMs: number,
  counts: bigint,
  more: Partial<ReadingRow> = {},
): ReadingRow {
  return {
    channel,
    readAtMs,
    isRegister: true,
    counts,
    gauge: null,
    quality: QUALITY_CODES.good,
    flags: 0,
    origin: 0,
    ...more,
  };
}

/** A good live reading of a gauge. */
export function gaugeRow(channel: string, readAtMs: number, gauge: number, more: Partial<ReadingRow> = {}): ReadingRow {
  return {
    channel,
    readAtMs,
    isRegister: false,
    counts: null,
    gauge,
    quality: QUALITY_CODES.good,
    flags: 0,
    origin: 0,
    ...more,
  };
}

/** A missing reading of a register. */
export function missingRow(channel: string, readAtMs: number, flags = 0): ReadingRow {
  return registerRow(channel, readAtMs, 0n, { counts: null, quality: QUALITY_CODES.missing, flags });
}

/** A missing reading of a gauge. */
export function missingGaugeRow(channel: string, readAtMs: number, flags = 0): ReadingRow {
  return { ...missingRow(channel, readAtMs, flags), isRegister: false };
}

/** A commit of these rows, with nothing else unless given. */
export function commitOf(rows: readonly ReadingRow[], more: Partial<CommitRequest> = {}): CommitRequest {
  return { receivedAtMs: SAMPLE_START_MS, batches: [], readings: columnsFrom(rows), setAside: [], repeats: 0, ...more };
}

export function batchOf(seq: number, agent = "town/agent-1", epoch = "e1"): BatchMark {
  return { agent, epoch, seq };
}

/** An entry for a set-aside list, made of the channel's name. */
export function setAsideOf(list: SetAsideList, channel: string, more: Partial<SetAside> = {}): SetAside {
  return {
    list,
    agent: "town/agent-1",
    epoch: "e1",
    seq: 1,
    origin: "live",
    channel,
    readAtMs: SAMPLE_START_MS,
    raw: JSON.stringify([channel, SAMPLE_START_MS, 1, 0]),
    reasonCode: "TIME_OUT_OF_RANGE",
    reason: "the time is before 2000",
    ...more,
  };
}

export function knownChannelOf(id: string, more: Partial<KnownChannel> = {}): KnownChannel {
  return {
    id,
    meter: id.split(".")[0] ?? id,
    quantity: "forward_total",
    unit: "m3",
    resolution: 0.001,
    capacityCounts: 99_999_999_999,
    maxCountsPerHour: 5000,
    ...more,
  };
}
