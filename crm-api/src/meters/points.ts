import { areConvertible, convert, countsToValue, type Unit } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";

/** A register that volumes are taken from: the main channel of one meter. */
export interface MeasuredPoint {
  readonly meterId: string;
  readonly channelId: string;
  readonly unit: Unit;
  /** Size of one count in `unit`. */
  readonly resolution: number;
  readonly periodMs: number;
  readonly capacityM3: number | null;
  readonly q4M3h: number | null;
  /** -1 where the meter counts what leaves its district. */
  readonly sign: 1 | -1;
  /** The district or account that the point was asked for. */
  readonly owner: string;
  /** What people have put in the place of its intervals, where they are to be shown. */
  readonly edits?: ReadonlyMap<number, number | null>;
}

/**
 * Lateral join that gives meter `m` its main register as `main`: base-condition volume before plain forward volume, the
 * newest channel where the resolution has changed.
 */
export const MAIN_CHANNEL = `
  left join lateral (
    select c.id, c.unit, c.resolution, c.quantity, c.agent from channel c
     where c.meter_id = m.id and c.resolution is not null
       and c.quantity in ('vb_total', 'forward_total', 'net_total', 'vm_total')
     order by array_position(array['vb_total', 'forward_total', 'net_total', 'vm_total'], c.quantity),
              c.created_at desc, c.id
     limit 1) main on true`;

/** The channel that a meter is heard by: its main register or, of a device that counts nothing, what it measures. */
export const HEARD_CHANNEL = `
  left join lateral (
    select c.id, c.unit, c.resolution, c.quantity, c.agent from channel c
     where c.meter_id = m.id and case when exists (select 1 from channel r where r.meter_id = m.id and r.resolution is not null)
       then c.resolution is not null and c.quantity in ('vb_total', 'forward_total', 'net_total', 'vm_total')
       else c.quantity in ('pressure', 'flow', 'temperature') end
     order by array_position(
                array['vb_total', 'forward_total', 'net_total', 'vm_total', 'pressure', 'flow', 'temperature'], c.quantity),
              c.created_at desc, c.id
     limit 1) main on true`;

interface PointRow {
  meter_id: string;
  channel_id: string;
  unit: Unit;
  resolution: number;
  period_s: number;
  capacity_m3: number | null;
  q4_m3h: number | null;
  sign: 1 | -1;
  owner: string;
}

const COLUMNS = `m.id as meter_id, main.id as channel_id, main.unit, main.resolution, m.period_s,
  m.capacity_m3::float8 as capacity_m3, m.q4_m3h::float8 as q4_m3h`;

/** The register of a meter; none when it has no register channel. */
export function pointsOfMeter(sql: Sql, meterId: string): Promise<MeasuredPoint[]> {
  return points(sql, `select ${COLUMNS}, 1 as sign, m.id as owner from meter m ${MAIN_CHANNEL} where m.id = $1`, [
    meterId,
  ]);
}

/** The registers of the meters that accounts are billed by. */
export function pointsOfAccounts(sql: Sql, accountIds: readonly string[]): Promise<MeasuredPoint[]> {
  const text = `select ${COLUMNS}, 1 as sign, sp.account_id::text as owner
      from service_point sp join meter m on m.service_point_id = sp.id and m.purpose = 'customer' ${MAIN_CHANNEL}
     where sp.account_id = any($1::uuid[]) order by m.id`;
  return points(sql, text, [accountIds]);
}

/** The inlets (+) and outlets (-) of districts. */
export function pointsOfDmas(sql: Sql, dmaIds: readonly string[]): Promise<MeasuredPoint[]> {
  const text = `select ${COLUMNS}, dm.sign, dm.dma_id as owner
      from dma_meter dm join meter m on m.id = dm.meter_id ${MAIN_CHANNEL}
     where dm.dma_id = any($1) order by m.id`;
  return points(sql, text, [dmaIds]);
}

/** The registers of the customers of a district. */
export function pointsOfCustomersIn(sql: Sql, dmaId: string): Promise<MeasuredPoint[]> {
  const text = `select ${COLUMNS}, 1 as sign, sp.dma_id as owner
      from service_point sp join meter m on m.service_point_id = sp.id and m.purpose = 'customer' ${MAIN_CHANNEL}
     where sp.dma_id = $1 order by m.id`;
  return points(sql, text, [dmaId]);
}

async function points(sql: Sql, text: string, values: readonly unknown[]): Promise<MeasuredPoint[]> {
  const { rows } = await sql.query<PointRow>(text, values);
  return rows.filter((row) => row.channel_id !== null).map(toPoint);
}

function toPoint(row: PointRow): MeasuredPoint {
  return {
    meterId: row.meter_id,
    channelId: row.channel_id,
    unit: row.unit,
    resolution: row.resolution,
    periodMs: row.period_s * 1000,
    capacityM3: row.capacity_m3,
    q4M3h: row.q4_m3h,
    sign: row.sign,
    owner: row.owner,
  };
}

/** Whether a point counts gas at base conditions; such volumes are Sm³ and never added to m³. */
export function volumeUnitOf(point: Pick<MeasuredPoint, "unit">): "m3" | "Sm3" {
  return areConvertible(point.unit, "Sm3") ? "Sm3" : "m3";
}

/** Size of one count of a point in m³ (Sm³). */
export function resolutionM3Of(point: Pick<MeasuredPoint, "unit" | "resolution">): number {
  return convert(point.resolution, point.unit, volumeUnitOf(point));
}

/** Counts of a point's register in m³ (Sm³). */
export function countsToM3(counts: number | bigint, point: Pick<MeasuredPoint, "unit" | "resolution">): number {
  return countsToValue(counts, resolutionM3Of(point));
}

/** Limits of a point's register in counts, as intervals are made with them. */
export function countLimitsOf(point: MeasuredPoint): {
  capacityCounts: number | null;
  maxCountsPerHour: number | null;
} {
  const resolutionM3 = resolutionM3Of(point);
  return {
    capacityCounts: point.capacityM3 === null ? null : Math.round(point.capacityM3 / resolutionM3),
    maxCountsPerHour: point.q4M3h === null ? null : point.q4M3h / resolutionM3,
  };
}
