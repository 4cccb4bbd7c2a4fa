import type { ReadingStore, Sql } from "@nightflow/storage";
import type { z } from "zod";
import { inScope, type Scope } from "../access/scope.ts";
import { OPEN_ANOMALY } from "../anomalies/open.ts";
import { isoInZone } from "../http/zone-time.ts";
import { type MeasuredPoint, pointsOfDmas } from "../meters/points.ts";
import { qualityAt, type UsageSeries, usageSeries } from "../meters/usage.ts";
import { SqlFilter } from "../sql/filter.ts";
import { type NightSqlRow, toNight } from "./nights.ts";
import { pressuresOf } from "./pressure.ts";
import type { FlowNow, Night } from "./wire.ts";
import { DISTRICT_PRICE_PER_M3, type DmaRow } from "./wire.ts";

const DAY_MS = 86_400_000;
// A flow older than this is not "now".
const NOW_WINDOW_MS = DAY_MS;

interface DmaSqlRow {
  id: string;
  name_zh: string;
  name_en: string;
  status: "WORK" | "PAUSE" | "RETIRE";
  connections: number | null;
  mains_km: number | null;
  customers: number;
  open_events: number;
  /** Money per day of the worst live finding about the district itself; null without one. */
  finding_per_day: number | null;
  night: NightSqlRow | null;
}

/** Districts of a scope with their last night and what is open in them, by id; one district when `id` is given. */
export async function loadDmas(sql: Sql, scope: Scope, id?: string): Promise<DmaSqlRow[]> {
  const filter = new SqlFilter();
  filter.and(inScope(filter, scope, "d.unit_id")).andIf(id, (value) => `d.id = ${value}`);
  if (id === undefined) filter.and("d.status <> 'RETIRE'");
  const { rows } = await sql.query<DmaSqlRow>(
    `select d.id, d.name_zh, d.name_en, d.status, d.connections, d.mains_km::float8 as mains_km,
            (select count(*)::int from service_point sp where sp.dma_id = d.id and sp.status = 'active' and not exists
              (select 1 from meter m where m.service_point_id = sp.id and m.purpose <> 'customer')) as customers,
            (select count(*)::int from anomaly a where a.dma_id = d.id and ${OPEN_ANOMALY}) as open_events,
            (select max(a.money_per_day) from anomaly a
              where a.subject_kind = 'dma' and a.subject = d.id and ${OPEN_ANOMALY}) as finding_per_day,
            (select to_jsonb(n) from dma_night n where n.dma_id = d.id order by n.night desc limit 1) as night
       from dma d ${filter.where} order by d.id`,
    filter.values,
  );
  return rows;
}

/** The rows of the control room's board, worst first. */
export async function dmaBoard(
  sql: Sql,
  store: ReadingStore,
  scope: Scope,
  { nowMs, zone }: { readonly nowMs: number; readonly zone: string },
): Promise<DmaRow[]> {
  const oldestNight = oldestOfNow(nowMs, zone);
  const dmas = await loadDmas(sql, scope);
  const ids = dmas.map((dma) => dma.id);
  const points = await pointsOfDmas(sql, ids);
  const pressures = await pressuresOf(sql, store, ids, nowMs);
  const rows: DmaRow[] = [];
  for (const dma of dmas) {
    const inflow = await flowNow(store, ownedBy(points, dma.id), nowMs);
    rows.push(toDmaRow(dma, { inflow, pressure: pressures.get(dma.id) ?? null, oldestNight }));
  }
  return rows.sort((a, b) => (b.lossPerDay ?? -1) - (a.lossPerDay ?? -1));
}

function ownedBy(points: readonly MeasuredPoint[], owner: string): MeasuredPoint[] {
  return points.filter((point) => point.owner === owner);
}

/** Flow of the last interval in which every point has a volume; null when there is none in the last day. */
export async function flowNow(
  store: ReadingStore,
  points: readonly MeasuredPoint[],
  nowMs: number,
): Promise<z.infer<typeof FlowNow> | null> {
  const series = await usageSeries(store, points, nowMs - NOW_WINDOW_MS, nowMs);
  if (series === null) return null;
  const at = series.volumesM3.findLastIndex((volume) => !Number.isNaN(volume));
  if (at < 0) return null;
  const startAt = series.fromMs + at * series.stepMs;
  return { flowM3h: flowAt(series, at), startAt, endAt: startAt + series.stepMs, quality: qualityAt(series, at) };
}

/** Mean flow of a step, m³/h. */
export function flowAt(series: UsageSeries, at: number): number {
  return ((series.volumesM3[at] ?? Number.NaN) * 3_600_000) / series.stepMs;
}

const DAYS_OF_NOW = 2;

/** The earliest night that still tells something of now: one that could not be judged is passed over, a silent week is not. */
export function oldestOfNow(nowMs: number, zone: string): string {
  return isoInZone(nowMs - DAYS_OF_NOW * DAY_MS, zone).slice(0, 10);
}

type Measured = Pick<DmaRow, "inflow" | "pressure"> & { readonly oldestNight: string };

/** A district with its flow, what it loses and what that costs. */
export function toDmaRow(dma: DmaSqlRow, { inflow, pressure, oldestNight }: Measured): DmaRow {
  const lastNight = dma.night === null ? null : toNight(dma.night);
  const isNightOld = lastNight !== null && lastNight.night < oldestNight;
  const nightLossM3h = nightLossOf(isNightOld ? null : lastNight, dma.finding_per_day);
  return {
    id: dma.id,
    name: { zh: dma.name_zh, en: dma.name_en },
    status: dma.status,
    inflow,
    pressure,
    lastNight,
    isNightOld,
    nightLossM3h,
    lossPerDay: nightLossM3h === null ? null : nightLossM3h * 24 * DISTRICT_PRICE_PER_M3,
    openEvents: dma.open_events,
    customers: dma.customers,
    connections: dma.connections,
    mainsKm: dma.mains_km,
  };
}

type NightFlow = Pick<z.infer<typeof Night>, "mnfM3h" | "expectedM3h" | "bandHighM3h">;

/**
 * What a district loses at night, m³/h: what its live finding says, else the last night's flow above what was expected
 * of it. A night within its band loses nothing: a factory's shifts are no leak. Null when neither is known; a night of long ago
 * is none.
 */
export function nightLossOf(night: NightFlow | null, findingPerDay: number | null): number | null {
  if (findingPerDay !== null) return findingPerDay / (24 * DISTRICT_PRICE_PER_M3);
  if (night === null || night.mnfM3h === null || night.expectedM3h === null) return null;
  if (night.bandHighM3h !== null && night.mnfM3h <= night.bandHighM3h) return 0;
  return Math.max(0, night.mnfM3h - night.expectedM3h);
}
