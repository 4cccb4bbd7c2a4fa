import { QUALITY_CODES } from "@nightflow/domain";
import type { ReadingColumns } from "../ports.ts";

/** One row of ReadingColumns, for the edges of the program and for tests. */
export interface ReadingRow {
  readonly channel: string;
  readonly readAtMs: number;
  readonly isRegister: boolean;
  /** Counts of a register; null for gauges and missing readings. */
  readonly counts: bigint | null;
  /** Value of a gauge in its channel's unit; null for registers and missing readings. */
  readonly gauge: number | null;
  readonly quality: number;
  readonly flags: number;
  /** 0 live, 1 import. */
  readonly origin: number;
}

/** ReadingColumns while they are being filled: the same arrays, with a length and channels that can be set. */
export type MutableReadingColumns = { -readonly [Key in keyof ReadingColumns]: ReadingColumns[Key] };

/** Columns of `length` rows over `channels`, all zero, to be filled in place. */
export function blankColumns(length: number, channels: readonly string[]): MutableReadingColumns {
  return {
    length,
    channels,
    channelNos: new Int32Array(length),
    readAtMs: new Float64Array(length),
    counts: new BigInt64Array(length),
    gauges: new Float64Array(length).fill(Number.NaN),
    isRegister: new Uint8Array(length),
    qualities: new Uint8Array(length),
    flags: new Uint32Array(length),
    origins: new Uint8Array(length),
  };
}

/** No readings. */
export function emptyColumns(): ReadingColumns {
  return blankColumns(0, []);
}

/** Rows as columns, in the same order. */
export function columnsFrom(rows: readonly ReadingRow[]): ReadingColumns {
  const numbers = new Map<string, number>();
  for (const row of rows) if (!numbers.has(row.channel)) numbers.set(row.channel, numbers.size);
  const columns = blankColumns(rows.length, [...numbers.keys()]);
  rows.forEach((row, i) => {
    setRow(columns, i, numbers.get(row.channel) ?? 0, row);
  });
  return columns;
}

/** Writes `row` into place `i`; a missing reading never carries a number, whatever the row says. */
export function setRow(columns: ReadingColumns, i: number, channelNo: number, row: Omit<ReadingRow, "channel">): void {
  const isMissing = row.quality === QUALITY_CODES.missing;
  columns.channelNos[i] = channelNo;
  columns.readAtMs[i] = row.readAtMs;
  columns.counts[i] = isMissing || !row.isRegister ? 0n : (row.counts ?? 0n);
  columns.gauges[i] = isMissing || row.isRegister ? Number.NaN : (row.gauge ?? Number.NaN);
  columns.isRegister[i] = row.isRegister ? 1 : 0;
  columns.qualities[i] = row.quality;
  columns.flags[i] = row.flags;
  columns.origins[i] = row.origin;
}

/** Row `i` of the columns. @throws {RangeError} outside them. */
export function readingAt(columns: ReadingColumns, i: number): ReadingRow {
  if (i < 0 || i >= columns.length) throw new RangeError(`no row ${i} in ${columns.length}`);
  const isRegister = columns.isRegister[i] === 1;
  const hasValue = columns.qualities[i] !== QUALITY_CODES.missing;
  return {
    channel: columns.channels[columns.channelNos[i] ?? -1] ?? "",
    readAtMs: columns.readAtMs[i] ?? Number.NaN,
    isRegister,
    counts: hasValue && isRegister ? (columns.counts[i] ?? null) : null,
    gauge: hasValue && !isRegister ? (columns.gauges[i] ?? null) : null,
    quality: columns.qualities[i] ?? 0,
    flags: columns.flags[i] ?? 0,
    origin: columns.origins[i] ?? 0,
  };
}

/** All rows of the columns. Meant for tests and small sets. */
export function rowsOf(columns: ReadingColumns): ReadingRow[] {
  return Array.from({ length: columns.length }, (_, i) => readingAt(columns, i));
}

/** Rows `from` up to, not including, `to`, over the same channels. Shares no memory with the original. */
export function sliceColumns(columns: ReadingColumns, from: number, to: number): ReadingColumns {
  const length = Math.max(0, Math.min(to, columns.length) - from);
  return {
    length,
    channels: columns.channels,
    channelNos: columns.channelNos.slice(from, from + length),
    readAtMs: columns.readAtMs.slice(from, from + length),
    counts: columns.counts.slice(from, from + length),
    gauges: columns.gauges.slice(from, from + length),
    isRegister: columns.isRegister.slice(from, from + length),
    qualities: columns.qualities.slice(from, from + length),
    flags: columns.flags.slice(from, from + length),
    origins: columns.origins.slice(from, from + length),
  };
}

/** The rows at `places`, in that order, over the same channels. */
export function pickRows(columns: ReadingColumns, places: readonly number[]): ReadingColumns {
  const picked = blankColumns(places.length, columns.channels);
  places.forEach((place, i) => {
    copyRow(columns, place, picked, i, columns.channelNos[place] ?? 0);
  });
  return picked;
}

/** All rows of `parts` behind one another, over the union of their channels. */
export function concatColumns(parts: readonly ReadingColumns[]): ReadingColumns {
  const numbers = new Map<string, number>();
  for (const part of parts)
    for (const channel of part.channels) if (!numbers.has(channel)) numbers.set(channel, numbers.size);
  const whole = blankColumns(
    parts.reduce((sum, part) => sum + part.length, 0),
    [...numbers.keys()],
  );
  let at = 0;
  for (const part of parts) {
    appendPart(whole, at, part, numbers);
    at += part.length;
  }
  return whole;
}

/** The buffers to name when the columns are posted to another thread; the sender's arrays are empty afterwards. */
export function transferablesOf(columns: object): ArrayBuffer[] {
  return Object.values(columns).flatMap((value: unknown) =>
    ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer ? [value.buffer] : [],
  );
}

function appendPart(
  whole: ReadingColumns,
  at: number,
  part: ReadingColumns,
  numbers: ReadonlyMap<string, number>,
): void {
  whole.readAtMs.set(part.readAtMs.subarray(0, part.length), at);
  whole.counts.set(part.counts.subarray(0, part.length), at);
  whole.gauges.set(part.gauges.subarray(0, part.length), at);
  whole.isRegister.set(part.isRegister.subarray(0, part.length), at);
  whole.qualities.set(part.qualities.subarray(0, part.length), at);
  whole.flags.set(part.flags.subarray(0, part.length), at);
  whole.origins.set(part.origins.subarray(0, part.length), at);
  const translated = part.channels.map((channel) => numbers.get(channel) ?? 0);
  for (let i = 0; i < part.length; i++) whole.channelNos[at + i] = translated[part.channelNos[i] ?? 0] ?? 0;
}

function copyRow(from: ReadingColumns, i: number, to: ReadingColumns, j: number, channelNo: number): void {
  to.channelNos[j] = channelNo;
  to.readAtMs[j] = from.readAtMs[i] ?? Number.NaN;
  to.counts[j] = from.counts[i] ?? 0n;
  to.gauges[j] = from.gauges[i] ?? Number.NaN;
  to.isRegister[j] = from.isRegister[i] ?? 0;
  to.qualities[j] = from.qualities[i] ?? 0;
  to.flags[j] = from.flags[i] ?? 0;
  to.origins[j] = from.origins[i] ?? 0;
}
