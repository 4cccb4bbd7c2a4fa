import { areConvertible, convert, isRegister, type Quantity, type Unit } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { MeteredChannel } from "../pure/registry.ts";

/** What stands in where a unit or an account says nothing. */
export interface RegistryDefaults {
  readonly pricePerM3: number;
  readonly zone: string;
  readonly currency: string;
}

interface ChannelRow {
  readonly channel: string;
  readonly meter: string;
  readonly purpose: MeteredChannel["purpose"];
  readonly commodity: MeteredChannel["commodity"];
  readonly quantity: Quantity;
  readonly unit: Unit;
  readonly resolution: number | null;
  readonly agent: string | null;
  readonly period_s: number;
  readonly q3_m3h: number | null;
  readonly q4_m3h: number | null;
  readonly capacity_m3: number | null;
  readonly dma_id: string | null;
  readonly account_id: string | null;
  readonly is_key_account: boolean | null;
  readonly unit_id: string;
  readonly path: string;
  readonly zone: string | null;
  readonly currency: string | null;
  readonly price_per_m3: number | null;
}

const CHANNELS = `
  select c.id as channel, m.id as meter, m.purpose, m.commodity, c.quantity, c.unit, c.resolution, c.agent,
         m.period_s, m.q3_m3h, m.q4_m3h, m.capacity_m3, p.dma_id, a.id as account_id, a.is_key_account,
         m.unit_id, u.path, t.price_per_m3, coalesce(t.currency, inherited.currency) as currency, inherited.zone
  from channel c
  join meter m on m.id = c.meter_id
  join org_unit u on u.id = m.unit_id
  left join service_point p on p.id = m.service_point_id
  left join account a on a.id = p.account_id
  left join tariff t on t.id = a.tariff_id
  left join lateral (
    select (array_agg(up.zone order by length(up.path) desc) filter (where up.zone is not null))[1] as zone,
           (array_agg(up.currency order by length(up.path) desc) filter (where up.currency is not null))[1] as currency
    from org_unit up where starts_with(u.path, up.path)
  ) inherited on true
  order by c.id`;

/** Every channel of the registry with what detectors need of its meter; zone and currency come from the nearest unit above. */
export async function loadMeteredChannels(db: Sql, defaults: RegistryDefaults): Promise<MeteredChannel[]> {
  const { rows } = await db.query<ChannelRow & Record<string, unknown>>(CHANNELS);
  const inlets = await db.query<{ dma_id: string; meter_id: string; sign: number }>(
    "select dma_id, meter_id, sign from dma_meter order by dma_id, meter_id",
  );
  const inletsOf = Map.groupBy(inlets.rows, (row) => row.meter_id);
  return rows.map((row) => ({
    ...meteredChannel(row, defaults),
    inletOf: (inletsOf.get(row.meter) ?? []).map(({ dma_id, sign }) => ({ dma: dma_id, sign: sign < 0 ? -1 : 1 })),
  }));
}

function meteredChannel(row: ChannelRow, defaults: RegistryDefaults): Omit<MeteredChannel, "inletOf"> {
  const litresPerCount = litresOf(row);
  const counts = (m3: number | null) => (m3 === null || litresPerCount === null ? null : (m3 * 1000) / litresPerCount);
  return {
    channel: row.channel,
    meter: row.meter,
    purpose: row.purpose,
    commodity: row.commodity,
    quantity: row.quantity,
    periodMs: row.period_s * 1000,
    litresPerCount,
    capacityCounts: counts(row.capacity_m3),
    // Q4 limits what passes the meter; volume at base conditions may be many times that.
    maxCountsPerHour: row.unit === "Sm3" ? null : counts(row.q4_m3h),
    q3M3h: row.q3_m3h,
    dma: row.dma_id,
    account: row.account_id,
    isKeyAccount: row.is_key_account ?? false,
    unitId: row.unit_id,
    unitPath: row.path,
    zone: row.zone ?? defaults.zone,
    currency: row.currency ?? defaults.currency,
    pricePerM3: row.price_per_m3 ?? defaults.pricePerM3,
    agent: row.agent,
  };
}

function litresOf(row: ChannelRow): number | null {
  if (!isRegister(row.quantity) || row.resolution === null) return null;
  const base = row.unit === "Sm3" ? "Sm3" : "m3";
  return areConvertible(row.unit, base)
    ? Number((convert(row.resolution, row.unit, base) * 1000).toPrecision(12))
    : null;
}
