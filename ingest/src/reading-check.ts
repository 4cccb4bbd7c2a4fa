import { faultOfWireReading, flagsToBits, isId, isRegister, type WireReading } from "@nightflow/domain";
import type { KnownChannel, SetAside } from "@nightflow/storage";
import type { Row } from "./checked-batch.ts";
import { deadLetter, type Reason } from "./reasons.ts";

/** No meter was read remotely before; an earlier time is a clock that was never set. */
export const EARLIEST_READ_AT = Date.UTC(2000, 0, 1);
/** A reading may be ahead of the head-end's clock by so much. */
export const MAX_AHEAD_MS = 86_400_000;

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);
const MISSING = 2;

/** What a reading is checked against. */
export interface CheckContext {
  readonly nowMs: number;
  readonly origin: number;
  readonly lookup: (channel: string) => KnownChannel | undefined;
}

/** A storable row, or why the reading cannot be stored. Runs per reading: no schema library here. */
export function checkReading(wire: unknown, context: CheckContext): Row | Reason {
  const reading = wire as WireReading;
  const fault = faultOfWireReading(wire);
  if (fault !== undefined) return malformed(wire, fault);
  const [id, readAtMs] = reading;
  if (readAtMs < EARLIEST_READ_AT || readAtMs > context.nowMs + MAX_AHEAD_MS) return outOfTime(readAtMs, context.nowMs);
  const channel = context.lookup(id);
  if (channel === undefined) return unknownChannel(id);
  return isRegister(channel.quantity)
    ? registerRow(reading, channel, context.origin)
    : gaugeRow(reading, channel, context.origin);
}

/** Whether a check gave a row. */
export function isRow(checked: Row | Reason | SetAside): checked is Row {
  return "isRegister" in checked;
}

/** Channel and time of a reading that is set aside, as far as they can be read. */
export function subjectOf(wire: unknown): { channel: string | null; readAtMs: number | null } {
  const [channel, readAtMs] = Array.isArray(wire) ? (wire as unknown[]) : [];
  return {
    channel: isId(channel) ? channel : null,
    readAtMs: Number.isSafeInteger(readAtMs) ? (readAtMs as number) : null,
  };
}

function registerRow(reading: WireReading, channel: KnownChannel, origin: number): Row | Reason {
  const [, readAtMs, value, quality, names = []] = reading;
  const counts = value === null ? 0n : countsOf(value);
  if (typeof counts !== "bigint") return counts;
  const flags = flagsToBits(names);
  return { channel, isRegister: true, readAtMs, quality, counts, gauge: Number.NaN, flags, origin };
}

function countsOf(value: number | string): bigint | Reason {
  if (typeof value === "number" && !Number.isSafeInteger(value)) return notACount(value);
  const counts = BigInt(value);
  return counts > MAX_INT64 || counts < MIN_INT64 ? tooWide(value) : counts;
}

function gaugeRow(reading: WireReading, channel: KnownChannel, origin: number): Row | Reason {
  const [, readAtMs, value, quality, names = []] = reading;
  if (typeof value === "string")
    return deadLetter("NOT_A_GAUGE_VALUE", `${channel.id} is a gauge (${channel.quantity}) and got text: ${value}`);
  const gauge = quality === MISSING || value === null ? Number.NaN : value;
  const flags = flagsToBits(names);
  return { channel, isRegister: false, readAtMs, quality, counts: 0n, gauge, flags, origin };
}

function malformed(wire: unknown, fault: string): Reason {
  const value = Array.isArray(wire) ? (wire as unknown[])[2] : undefined;
  if (typeof value === "number" && !Number.isFinite(value))
    return deadLetter("NOT_FINITE", `the value is not a finite number: ${value}`);
  return deadLetter("MALFORMED_READING", `the reading is malformed: ${fault}`);
}

function outOfTime(readAtMs: number, nowMs: number): Reason {
  const side = readAtMs > nowMs ? "more than a day ahead of the head-end's clock" : "before 2000";
  const shown = Math.abs(readAtMs) <= 8.64e15 ? new Date(readAtMs).toISOString() : `${readAtMs} ms`;
  return deadLetter("TIME_OUT_OF_RANGE", `read at ${shown}, ${side}: check the clock of the agent or the meter`);
}

function unknownChannel(id: string): Reason {
  return { list: "quarantine", code: "UNKNOWN_CHANNEL", text: `channel ${id} is not in the registry` };
}

function notACount(value: number): Reason {
  const text = Number.isInteger(value)
    ? `${value} is above 2^53, where numbers are not exact: send it as a decimal string`
    : `registers travel as whole counts of their resolution, not as ${value}`;
  return deadLetter("NOT_A_COUNT", text);
}

function tooWide(value: number | string): Reason {
  return deadLetter("TOO_WIDE", `${value} does not fit 64 bits`);
}
