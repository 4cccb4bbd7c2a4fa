import { QUALITY_CODES } from "@nightflow/domain";
import type { Curve, StoredValue } from "../../ports.ts";
import type { InstantKey } from "../repeats.ts";
import { channelPattern, exactCounts, type InfluxQl, type InfluxRow } from "./influxql.ts";
import { GAP, READING } from "./line-protocol.ts";

/** Instants looked up by one query lie within so long, and are of at most so many channels. */
const LOOKUP_WINDOW_MS = 24 * 3_600_000;
const LOOKUP_CHANNELS = 500;

const NO_COUNTS = 0n;

/** The readings of one channel in [fromMs, toMs), ascending; a value covers a gap of the same instant. */
export async function readCurve(influxQl: InfluxQl, channel: string, fromMs: number, toMs: number): Promise<Curve> {
  const span = `"c" = $c AND time >= ${Math.ceil(fromMs)}ms AND time < ${Math.ceil(toMs)}ms`;
  const points = new Map<number, CurvePoint>();
  for await (const row of influxQl.rows(`SELECT "f" FROM "${GAP}" WHERE ${span}`, { c: channel }))
    points.set(row.atMs, {
      counts: NO_COUNTS,
      gauge: Number.NaN,
      quality: QUALITY_CODES.missing,
      flags: Number(row.fields[0]),
    });
  for await (const row of influxQl.rows(`SELECT "v", "g", "k", "f" FROM "${READING}" WHERE ${span}`, { c: channel }))
    points.set(row.atMs, curvePoint(row));
  return asCurve(channel, points);
}

interface CurvePoint {
  readonly counts: bigint;
  readonly gauge: number;
  readonly quality: number;
  readonly flags: number;
}

function curvePoint({ fields: [v, g, k, f] }: InfluxRow): CurvePoint {
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
