import { QUALITY_CODES } from "@nightflow/domain";
import type { LastValue, LastValueColumns } from "../../ports.ts";
import type { NumberedReadings } from "./journal/journal-record.ts";

const FIRST_ROWS = 1024;
const { missing: MISSING } = QUALITY_CODES;

/** The arrays of a table, by the file's number of the channel. */
export interface LastValueArrays {
  readonly readAtMs: Float64Array<ArrayBuffer>;
  readonly counts: BigInt64Array<ArrayBuffer>;
  readonly gauges: Float64Array<ArrayBuffer>;
  readonly qualities: Uint8Array<ArrayBuffer>;
  readonly isRegister: Uint8Array<ArrayBuffer>;
  readonly flags: Uint32Array<ArrayBuffer>;
  readonly valueAtMs: Float64Array<ArrayBuffer>;
}

/**
 * The newest reading of every channel, by the file's number of it, in flat arrays: a commit of ten thousand readings
 * changes them without making an object. 46 bytes a channel.
 */
export class LastValueTable {
  #readAtMs = new Float64Array(0);
  #counts = new BigInt64Array(0);
  #gauges = new Float64Array(0);
  #qualities = new Uint8Array(0);
  #isRegister = new Uint8Array(0);
  #flags = new Uint32Array(0);
  #valueAtMs = new Float64Array(0);

  static of(arrays: LastValueArrays): LastValueTable {
    const table = new LastValueTable();
    table.#readAtMs = arrays.readAtMs;
    table.#counts = arrays.counts;
    table.#gauges = arrays.gauges;
    table.#qualities = arrays.qualities;
    table.#isRegister = arrays.isRegister;
    table.#flags = arrays.flags;
    table.#valueAtMs = arrays.valueAtMs;
    return table;
  }

  copy(): LastValueTable {
    return LastValueTable.of(this.snapshot());
  }

  /** Everything it holds, as copies. */
  snapshot(): LastValueArrays {
    return {
      readAtMs: this.#readAtMs.slice(),
      counts: this.#counts.slice(),
      gauges: this.#gauges.slice(),
      qualities: this.#qualities.slice(),
      isRegister: this.#isRegister.slice(),
      flags: this.#flags.slice(),
      valueAtMs: this.#valueAtMs.slice(),
    };
  }

  /** Time of the newest reading in epoch ms; NaN when there is none. */
  newestAt(no: number): number {
    return this.#readAtMs[no] ?? Number.NaN;
  }

  get(no: number, channel: string): LastValue | undefined {
    const readAtMs = this.newestAt(no);
    if (Number.isNaN(readAtMs)) return undefined;
    const quality = this.#qualities[no] ?? 0;
    const isRegister = this.#isRegister[no] === 1;
    const valueAtMs = this.#valueAtMs[no] ?? Number.NaN;
    return {
      channel,
      readAtMs,
      quality,
      counts: quality !== MISSING && isRegister ? (this.#counts[no] ?? null) : null,
      gauge: quality !== MISSING && !isRegister ? (this.#gauges[no] ?? null) : null,
      flags: this.#flags[no] ?? 0,
      lastValueAtMs: Number.isNaN(valueAtMs) ? null : valueAtMs,
    };
  }

  set(no: number, value: LastValue): void {
    this.#growTo(no + 1);
    this.#readAtMs[no] = value.readAtMs;
    this.#counts[no] = value.counts ?? 0n;
    this.#gauges[no] = value.gauge ?? Number.NaN;
    this.#qualities[no] = value.quality;
    this.#isRegister[no] = value.counts === null ? 0 : 1;
    this.#flags[no] = value.flags;
    this.#valueAtMs[no] = value.lastValueAtMs ?? Number.NaN;
  }

  /** Takes readings over, which may be late. Of two at one instant that with a value holds, else the first. */
  take(readings: NumberedReadings, channels: number): void {
    this.#growTo(channels);
    for (let i = 0; i < readings.length; i++) this.#takeRow(readings, i);
  }

  /** All channels that have readings, as copies. */
  columns(ids: readonly string[]): LastValueColumns {
    const nos: number[] = [];
    for (let no = 0; no < ids.length; no++) if (!Number.isNaN(this.newestAt(no))) nos.push(no);
    if (nos.length === ids.length) return this.#copies(ids);
    return {
      length: nos.length,
      channels: nos.map((no) => ids[no] ?? ""),
      readAtMs: Float64Array.from(nos, (no) => this.#readAtMs[no] ?? Number.NaN),
      counts: BigInt64Array.from(nos, (no) => this.#counts[no] ?? 0n),
      gauges: Float64Array.from(nos, (no) => this.#gauges[no] ?? Number.NaN),
      qualities: Uint8Array.from(nos, (no) => this.#qualities[no] ?? 0),
      flags: Uint32Array.from(nos, (no) => this.#flags[no] ?? 0),
      lastValueAtMs: Float64Array.from(nos, (no) => this.#valueAtMs[no] ?? Number.NaN),
    };
  }

  #copies(ids: readonly string[]): LastValueColumns {
    const length = ids.length;
    return {
      length,
      channels: [...ids],
      readAtMs: this.#readAtMs.slice(0, length),
      counts: this.#counts.slice(0, length),
      gauges: this.#gauges.slice(0, length),
      qualities: this.#qualities.slice(0, length),
      flags: this.#flags.slice(0, length),
      lastValueAtMs: this.#valueAtMs.slice(0, length),
    };
  }

  #takeRow(readings: NumberedReadings, i: number): void {
    const no = readings.channelNos[i] ?? -1;
    const readAtMs = readings.readAtMs[i] ?? Number.NaN;
    const quality = readings.qualities[i] ?? 0;
    if (quality !== MISSING && !((this.#valueAtMs[no] ?? Number.NaN) >= readAtMs)) this.#valueAtMs[no] = readAtMs;
    const newestMs = this.#readAtMs[no] ?? Number.NaN;
    const fills = readAtMs === newestMs && this.#qualities[no] === MISSING && quality !== MISSING;
    if (readAtMs <= newestMs && !fills) return;
    this.#readAtMs[no] = readAtMs;
    this.#qualities[no] = quality;
    this.#isRegister[no] = readings.isRegister[i] ?? 0;
    this.#counts[no] = quality === MISSING ? 0n : (readings.counts[i] ?? 0n);
    this.#gauges[no] = quality === MISSING ? Number.NaN : (readings.gauges[i] ?? Number.NaN);
    this.#flags[no] = readings.flags[i] ?? 0;
  }

  #growTo(channels: number): void {
    const before = this.#readAtMs.length;
    if (channels <= before) return;
    const rows = Math.max(FIRST_ROWS, channels, before * 2);
    this.#readAtMs = grown(this.#readAtMs, new Float64Array(rows).fill(Number.NaN));
    this.#valueAtMs = grown(this.#valueAtMs, new Float64Array(rows).fill(Number.NaN));
    this.#gauges = grown(this.#gauges, new Float64Array(rows).fill(Number.NaN));
    this.#counts = grown(this.#counts, new BigInt64Array(rows));
    this.#qualities = grown(this.#qualities, new Uint8Array(rows));
    this.#isRegister = grown(this.#isRegister, new Uint8Array(rows));
    this.#flags = grown(this.#flags, new Uint32Array(rows));
  }
}

function grown<Items extends Float64Array | BigInt64Array | Uint8Array | Uint32Array>(from: Items, to: Items): Items {
  (to as Uint8Array).set(from as Uint8Array);
  return to;
}
