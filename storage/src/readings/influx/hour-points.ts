import type { RollUpColumns } from "../../ports.ts";
import { blankRollUps, type Mutable } from "../roll-ups.ts";
import { channelPattern, exactCounts, type InfluxQl, type InfluxValue } from "./influxql.ts";

/** Measurement of the hourly roll-ups. */
export const HOUR = "hour";

/**
 * One hour of a channel as a line, at the beginning of the hour in milliseconds: `n` readings, `ok` good and `gap` missing
 * ones; `fa`, `la` first and last value's time; of registers `fc`, `lc` their counts; of gauges `fg`, `lg`, and `lo`, `hi`,
 * `sum`. An hour without a value has the first three only. Readings never go away, so a later line covers an earlier.
 */
export function hourLine(hours: RollUpColumns, i: number, tags: string): string {
  const whole = (name: string, column: Uint32Array | Float64Array | BigInt64Array) => `${name}=${column[i] ?? 0}i`;
  const fields = [whole("n", hours.readings), whole("ok", hours.good), whole("gap", hours.missing)];
  if (!Number.isNaN(hours.firstAtMs[i])) {
    fields.push(whole("fa", hours.firstAtMs), whole("la", hours.lastAtMs));
    if (Number.isNaN(hours.firstGauges[i])) fields.push(whole("fc", hours.firstCounts), whole("lc", hours.lastCounts));
    else fields.push(...gaugeFields(hours, i));
  }
  return `${HOUR},${tags} ${fields.join(",")} ${hours.fromMs[i]}`;
}

// A sum of great gauges may be infinite, which InfluxDB has no number for.
function gaugeFields(hours: RollUpColumns, i: number): string[] {
  const columns: [string, Float64Array][] = [
    ["fg", hours.firstGauges],
    ["lg", hours.lastGauges],
    ["lo", hours.minGauges],
    ["hi", hours.maxGauges],
    ["sum", hours.sumGauges],
  ];
  return columns.filter(([, column]) => Number.isFinite(column[i])).map(([name, column]) => `${name}=${column[i]}`);
}

const FIELDS = '"n", "ok", "gap", "fa", "la", "fc", "lc", "fg", "lg", "lo", "hi", "sum"';
const HOUR_MS = 3_600_000;

/** One hour as it is stored. */
export interface StoredHour {
  readonly channel: string;
  readonly fromMs: number;
  readonly fields: readonly InfluxValue[];
}

/** The stored hours of channels that begin in [fromMs, toMs). */
export async function readHours(
  influxQl: InfluxQl,
  channels: readonly string[],
  fromMs: number,
  toMs: number,
): Promise<StoredHour[]> {
  const span = `time >= ${Math.ceil(fromMs)}ms AND time < ${Math.ceil(toMs)}ms`;
  const query = `SELECT ${FIELDS} FROM "${HOUR}" WHERE "c" =~ ${channelPattern(channels)} AND ${span} GROUP BY "c"`;
  const hours = new Map<string, StoredHour>();
  for await (const { channel, atMs: fromMs, fields } of influxQl.rows(query)) {
    const name = `${channel} ${fromMs}`;
    const before = hours.get(name);
    if (before === undefined || isFuller(fields, before.fields)) hours.set(name, { channel, fromMs, fields });
  }
  return [...hours.values()];
}

// An hour may be there twice, with and without the tags of a channel that the registry learnt of in between. Readings never
// go away and only gaps are filled, so the fuller one is the later one.
function isFuller([n, , gap]: StoredHour["fields"], [nBefore, , gapBefore]: StoredHour["fields"]): boolean {
  return Number(n) - Number(nBefore) || Number(gapBefore) - Number(gap) ? Number(n) >= Number(nBefore) : false;
}

/** Stored hours as columns over `channels`, in the order given. */
export function hourColumns(hours: readonly StoredHour[], channels: readonly string[]): RollUpColumns {
  const nos = new Map(channels.map((channel, no) => [channel, no]));
  const columns = blankRollUps(hours.length, channels);
  hours.forEach(({ channel, fromMs, fields }, at) => {
    columns.channelNos[at] = nos.get(channel) ?? -1;
    columns.fromMs[at] = fromMs;
    columns.toMs[at] = fromMs + HOUR_MS;
    fillHour(columns, at, fields);
  });
  return columns;
}

function fillHour(columns: Mutable<RollUpColumns>, at: number, fields: readonly InfluxValue[]): void {
  const [n, ok, gap, fa, la, fc, lc, fg, lg, lo, hi, sum] = fields;
  columns.readings[at] = Number(n);
  columns.good[at] = Number(ok);
  columns.missing[at] = Number(gap);
  columns.firstAtMs[at] = numberOf(fa);
  columns.lastAtMs[at] = numberOf(la);
  columns.firstCounts[at] = exactCounts(fc) ?? 0n;
  columns.lastCounts[at] = exactCounts(lc) ?? 0n;
  columns.firstGauges[at] = numberOf(fg);
  columns.lastGauges[at] = numberOf(lg);
  columns.minGauges[at] = numberOf(lo);
  columns.maxGauges[at] = numberOf(hi);
  columns.sumGauges[at] = numberOf(sum);
}

function numberOf(value: InfluxValue | undefined): number {
  return value === null || value === undefined ? Number.NaN : Number(value);
}
