import { isId, QUALITY_CODES } from "@nightflow/domain";
import type { Curve, StoredValue } from "../../ports.ts";
import type { Period } from "../local-days.ts";
import type { InstantKey } from "../repeats.ts";
import { channelPattern, exactCounts, type InfluxQl, type InfluxRow } from "./influxql.ts";
import { GAP, READING } from "./line-protocol.ts";

/** Instants looked up by one query lie within so long, and are of at most so many channels. */
const LOOKUP_WINDOW_MS = 24 * 3_600_000;
const LOOKUP_CHANNELS = 500;

const NO_COUNTS = 0n;

/** The readings of one channel in [fromMs, toMs), ascending; a value covers a gap of the same instant. */
export async function readCurve(influxQl: InfluxQl, channel: string, fromMs: number, toMs: number): Promise<Curve> {
  const [curve] = await readCurves(influxQl, [channel], [{ fromMs, toMs }]);
  return curve ?? asCurve(channel, new Map());
}

/** The readings of channels within some stretches of time, a curve for each channel in the order asked. */
export async function readCurves(
  influxQl: InfluxQl,
  channels: readonly string[],
  spans: readonly Period[],
): Promise<Curve[]> {
  if (channels.length === 0 || spans.length === 0) return [];
  const points = new Map<string, Map<number, CurvePoint>>(channels.map((channel) => [channel, new Map()]));
  for await (const { channel, atMs, fields } of influxQl.rows(selectAll(GAP, '"f"', channels, spans)))
    points.get(channel)?.set(atMs, gapPoint(fields));
  for await (const { channel, atMs, fields } of influxQl.rows(
    selectAll(READING, '"v", "g", "k", "f"', channels, spans),
  ))
    points.get(channel)?.set(atMs, curvePoint(fields));
  return Array.from(points, ([channel, its]) => asCurve(channel, its));
}

// Many stretches are as many statements of one query: InfluxQL reads times joined by OR as if there were none.
function selectAll(measurement: string, fields: string, channels: readonly string[], spans: readonly Period[]): string {
  const [only] = channels;
  const isThose = channels.length === 1 && isId(only) ? `"c" = '${only}'` : `"c" =~ ${channelPattern(channels)}`;
  return spans
    .map(({ fromMs, toMs }) => `time >= ${Math.ceil(fromMs)}ms AND time < ${Math.ceil(toMs)}ms`)
    .map((span) => `SELECT ${fields} FROM "${measurement}" WHERE ${isThose} AND ${span} GROUP BY "c"`)
    .join("; ");
}

interface CurvePoint {
  readonly counts: bigint;
  readonly gauge: number;
  readonly quality: number;
  readonly flags: number;
}

function gapPoint([f]: InfluxRow["fields"]): CurvePoint {
  return { counts: NO_COUNTS, gauge: Number.NaN, quality: QUALITY_CODES.missing, flags: Number(f) };
}

function curvePoint([v, g, k, f]: InfluxRow["fields"]): CurvePoint {
  const gauge = g === null || g === undefined ? Number.NaN : Number(g);
  return { counts: exactCounts(v) ?? NO_COUNTS, gauge, quality: Number(k), flags: Number(f) };
}

function asCurve(channel: string, points: ReadonlyMap<number, CurvePoint>): Curve {
  const readAtMs = Float64Array.from(points.keys()).sort();
  const inOrder = Array.from(readAtMs, (atMs) => points.get(atMs));
  return {
    channel,
    length: readAtMs.length,
    readAtMs,
    counts: BigInt64Array.from(inOrder, (point) => point?.counts ?? NO_COUNTS),
    gauges: Float64Array.from(inOrder, (point) => point?.gauge ?? Number.NaN),
    qualities: Uint8Array.from(inOrder, (point) => point?.quality ?? 0),
    flags: Uint32Array.from(inOrder, (point) => point?.flags ?? 0),
  };
}

/** What InfluxDB holds at exact instants, by `channel readAtMs`. Holds more than was asked for where that is cheaper to read. */
export async function readInstants(influxQl: InfluxQl, keys: readonly InstantKey[]): Promise<Map<string, StoredValue>> {
  const found = new Map<string, StoredValue>();
  for (const group of lookupGroups(keys)) await readGroup(influxQl, group, found);
  return found;
}

/** The name of an instant of a channel in the maps here. */
export function instantName(channel: string, readAtMs: number): string {
  return `${channel} ${readAtMs}`;
}

interface LookupGroup {
  readonly fromMs: number;
  readonly channels: Set<string>;
  toMs: number;
}

// InfluxQL cannot ask for many exact times, so neighbouring ones are read as a span and the rest is passed over.
function lookupGroups(keys: readonly InstantKey[]): LookupGroup[] {
  const groups: LookupGroup[] = [];
  let group: LookupGroup | undefined;
  for (const { channel, readAtMs } of keys.toSorted((a, b) => a.readAtMs - b.readAtMs)) {
    if (group === undefined || readAtMs - group.fromMs > LOOKUP_WINDOW_MS || group.channels.size >= LOOKUP_CHANNELS) {
      group = { fromMs: readAtMs, toMs: readAtMs, channels: new Set() };
      groups.push(group);
    }
    group.channels.add(channel);
    group.toMs = readAtMs;
  }
  return groups;
}

async function readGroup(influxQl: InfluxQl, group: LookupGroup, found: Map<string, StoredValue>): Promise<void> {
  const pattern = channelPattern([...group.channels]);
  const span = `"c" =~ ${pattern} AND time >= ${group.fromMs}ms AND time <= ${group.toMs}ms GROUP BY "c"`;
  for await (const row of influxQl.rows(`SELECT "r" FROM "${GAP}" WHERE ${span}`))
    found.set(instantName(row.channel, row.atMs), { quality: QUALITY_CODES.missing, counts: null, gauge: null });
  for await (const row of influxQl.rows(`SELECT "v", "g", "k" FROM "${READING}" WHERE ${span}`)) {
    const [v, g, k] = row.fields;
    found.set(instantName(row.channel, row.atMs), {
      quality: Number(k),
      counts: exactCounts(v),
      gauge: g === null || g === undefined ? null : Number(g),
    });
  }
}
