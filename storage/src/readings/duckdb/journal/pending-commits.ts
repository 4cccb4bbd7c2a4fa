import { QUALITY_CODES } from "@nightflow/domain";
import type { Curve, StoredValue } from "../../../ports.ts";
import { breathe } from "../../serial-queue.ts";
import type { JournalPage } from "./commit-journal.ts";
import type { JournalEntry, NumberedReadings } from "./journal-record.ts";

/** An instant of a channel, by the store file's number of it. */
export interface NumberedInstant {
  readonly channelNo: number;
  readonly readAtMs: number;
}

const ROWS_A_TURN = 50_000;

/** Commits that are durable in the journal and not yet in the store file, in order. Nothing here is ahead of the disk. */
export class PendingCommits {
  #entries: JournalEntry[] = [];
  #rows = 0;

  get size(): number {
    return this.#entries.length;
  }

  get rows(): number {
    return this.#rows;
  }

  get firstNo(): number | undefined {
    return this.#entries[0]?.no;
  }

  get lastNo(): number | undefined {
    return this.#entries.at(-1)?.no;
  }

  push(entry: JournalEntry): void {
    this.#entries.push(entry);
    this.#rows += entry.readings.length;
  }

  /** The oldest commits, at least one, of about `rows` readings in all. They stay here until they are dropped. */
  oldest(rows: number): readonly JournalEntry[] {
    let sum = 0;
    const end = this.#entries.findIndex((entry) => {
      sum += entry.readings.length;
      return sum >= rows;
    });
    return this.#entries.slice(0, end < 0 ? undefined : end + 1);
  }

  /** Forgets commits up to `no`, which the store file has. */
  dropThrough(no: number): void {
    const kept = this.#entries.findIndex((entry) => entry.no > no);
    const dropped = this.#entries.splice(0, kept < 0 ? this.#entries.length : kept);
    for (const { readings } of dropped) this.#rows -= readings.length;
  }

  /** Commits after `cursor` until at least `limit` readings are gathered; undefined when some of them are not here. */
  page(cursor: number, limit: number): JournalPage | undefined {
    const start = cursor + 1 - (this.firstNo ?? Number.POSITIVE_INFINITY);
    if (!(start >= 0)) return undefined;
    const parts: NumberedReadings[] = [];
    let rows = 0;
    let at = start;
    for (; at < this.#entries.length && rows < limit; at++) {
      const { readings } = this.#entries[at] as JournalEntry;
      parts.push(readings);
      rows += readings.length;
    }
    return { cursor: cursor + at - start, readings: parts };
  }

  /** What the pending commits hold at these instants, in the order asked. A value stands before a missing reading. */
  async valuesAt(asked: readonly NumberedInstant[]): Promise<(StoredValue | undefined)[]> {
    const found: (StoredValue | undefined)[] = new Array(asked.length).fill(undefined);
    if (asked.length === 0) return found;
    const places = placesOf(asked);
    let turn = 0;
    for (const { readings } of [...this.#entries]) {
      lookUp(readings, places, found);
      turn += readings.length;
      if (turn < ROWS_A_TURN) continue;
      turn = 0;
      await breathe();
    }
    return found;
  }

  /** What is pending of a channel in [fromMs, toMs). */
  rowsOf(channelNo: number, fromMs: number, toMs: number): PendingRows {
    return new PendingRows(this.#entries.flatMap(({ readings }) => rowsIn(readings, channelNo, fromMs, toMs)));
  }
}

/** Pending rows of a channel, which stay what they are when the store file takes them meanwhile. */
export class PendingRows {
  readonly #rows: readonly PendingRow[];

  constructor(rows: readonly PendingRow[]) {
    this.#rows = rows;
  }

  /** `stored` with the pending rows in their places. */
  onto(stored: Curve): Curve {
    return this.#rows.length === 0 ? stored : merged(stored, this.#rows);
  }
}

interface PendingRow {
  readonly readings: NumberedReadings;
  readonly row: number;
}

function placesOf(asked: readonly NumberedInstant[]): ReadonlyMap<number, ReadonlyMap<number, number[]>> {
  const places = new Map<number, Map<number, number[]>>();
  asked.forEach(({ channelNo, readAtMs }, i) => {
    const times = places.get(channelNo) ?? new Map<number, number[]>();
    places.set(channelNo, times);
    times.set(readAtMs, [...(times.get(readAtMs) ?? []), i]);
  });
  return places;
}

function lookUp(
  readings: NumberedReadings,
  places: ReadonlyMap<number, ReadonlyMap<number, number[]>>,
  found: (StoredValue | undefined)[],
): void {
  for (let row = 0; row < readings.length; row++) {
    const at = places.get(readings.channelNos[row] ?? -1)?.get(readings.readAtMs[row] ?? Number.NaN);
    for (const i of at ?? [])
      if (found[i] === undefined || found[i]?.quality === QUALITY_CODES.missing) found[i] = storedValue(readings, row);
  }
}

function storedValue(readings: NumberedReadings, row: number): StoredValue {
  const quality = readings.qualities[row] ?? 0;
  const isRegister = readings.isRegister[row] === 1;
  const hasValue = quality !== QUALITY_CODES.missing;
  return {
    quality,
    counts: hasValue && isRegister ? (readings.counts[row] ?? null) : null,
    gauge: hasValue && !isRegister ? (readings.gauges[row] ?? null) : null,
  };
}

function rowsIn(readings: NumberedReadings, channelNo: number, fromMs: number, toMs: number): PendingRow[] {
  const rows: PendingRow[] = [];
  const { channelNos, readAtMs } = readings;
  for (let row = channelNos.indexOf(channelNo); row >= 0; row = channelNos.indexOf(channelNo, row + 1)) {
    const atMs = readAtMs[row] ?? Number.NaN;
    if (atMs >= fromMs && atMs < toMs) rows.push({ readings, row });
  }
  return rows;
}

type CurveRows = Pick<Curve, "readAtMs" | "counts" | "gauges" | "qualities" | "flags">;

function merged(stored: Curve, pending: readonly PendingRow[]): Curve {
  const rows = pending.toSorted((a, b) => timeOf(a) - timeOf(b));
  const curve = new MergedCurve(stored.channel, stored.length + rows.length);
  let next = 0;
  for (let row = 0; row < stored.length; row++) {
    for (; next < rows.length && timeOf(rows[next]) < (stored.readAtMs[row] ?? 0); next++) curve.put(rows[next]);
    curve.take(stored, row);
  }
  for (; next < rows.length; next++) curve.put(rows[next]);
  return curve.built();
}

function timeOf(row: PendingRow | undefined): number {
  return row?.readings.readAtMs[row.row] ?? Number.NaN;
}

/** Rows in the order of time, one an instant: of two the value stands, else the first. */
class MergedCurve {
  readonly #channel: string;
  readonly #readAtMs: Float64Array;
  readonly #counts: BigInt64Array;
  readonly #gauges: Float64Array;
  readonly #qualities: Uint8Array;
  readonly #flags: Uint32Array;
  #length = 0;

  constructor(channel: string, rows: number) {
    this.#channel = channel;
    this.#readAtMs = new Float64Array(rows);
    this.#counts = new BigInt64Array(rows);
    this.#gauges = new Float64Array(rows);
    this.#qualities = new Uint8Array(rows);
    this.#flags = new Uint32Array(rows);
  }

  put(pending: PendingRow | undefined): void {
    if (pending !== undefined) this.take(pending.readings, pending.row);
  }

  take(from: CurveRows, row: number): void {
    const readAtMs = from.readAtMs[row] ?? Number.NaN;
    const isSame = this.#length > 0 && this.#readAtMs[this.#length - 1] === readAtMs;
    const isFilled = isSame && this.#qualities[this.#length - 1] !== QUALITY_CODES.missing;
    if (isFilled || (isSame && from.qualities[row] === QUALITY_CODES.missing)) return;
    const at = isSame ? this.#length - 1 : this.#length++;
    this.#readAtMs[at] = readAtMs;
    this.#counts[at] = from.counts[row] ?? 0n;
    this.#gauges[at] = from.gauges[row] ?? Number.NaN;
    this.#qualities[at] = from.qualities[row] ?? 0;
    this.#flags[at] = from.flags[row] ?? 0;
  }

  built(): Curve {
    const length = this.#length;
    return {
      channel: this.#channel,
      length,
      readAtMs: this.#readAtMs.slice(0, length),
      counts: this.#counts.slice(0, length),
      gauges: this.#gauges.slice(0, length),
      qualities: this.#qualities.slice(0, length),
      flags: this.#flags.slice(0, length),
    };
  }
}
