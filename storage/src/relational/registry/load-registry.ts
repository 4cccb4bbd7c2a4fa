import {
  areConvertible,
  convert,
  DEFAULT_PRICE_PER_M3,
  isRegister,
  type Quantity,
  type Unit,
  valueToCounts,
} from "@nightflow/domain";
import type { KnownChannel } from "../../ports.ts";
import type { Sql } from "../database.ts";

/** Everything that analytics needs to know of one channel: its meter, whose it is, and what its volume is worth. */
export interface RegisteredChannel {
  readonly channel: string;
  readonly meter: string;
  readonly purpose: "customer" | "dma" | "station";
  readonly commodity: "water" | "gas";
  readonly quantity: Quantity;
  readonly unit: Unit;
  /** Size of one count in `unit`; null for gauges. */
  readonly resolution: number | null;
  readonly periodMs: number;
  /** Litres of one count (gas: at the meter, or at base conditions for `Sm3`); null for gauges. */
  readonly litresPerCount: number | null;
  /** Counts at which the register rolls over to zero; null when unknown, and for gauges. */
  readonly capacityCounts: number | null;
  /** Q4 in counts per hour; null when unknown, for gauges, and for volumes at base conditions, which Q4 does not bound. */
  readonly maxCountsPerHour: number | null;
  readonly q3M3h: number | null;
  readonly q4M3h: number | null;
  /** District that a customer's meter stands in. */
  readonly dma: string | null;
  /** Districts that the meter feeds (+1) or drains (-1). */
  readonly inletOf: readonly { readonly dma: string; readonly sign: 1 | -1 }[];
  /** Id of the account that pays; null for the utility's own meters and for meters in stock. */
  readonly account: string | null;
  readonly isKeyAccount: boolean;
  readonly unitId: string;
  readonly unitPath: string;
  /** Zone and currency of the nearest unit above that has them. */
  readonly zone: string;
  readonly currency: string;
  /** Price of one more m³ by the account's tariff on that day, else 3. */
  readonly pricePerM3: number;
  /** `site/agent` that is expected to read it; null for imported files. */
  readonly agent: string | null;
}

const DEFAULT_ZONE = "Asia/Shanghai";
const DEFAULT_CURRENCY = "CNY";

interface ScaleRow {
  readonly id: string;
  readonly meter: string;
  readonly quantity: Quantity;
  readonly unit: Unit;
  readonly resolution: number | null;
  readonly q4: number | null;
  readonly capacity: number | null;
}

/** Every channel as ingest needs it. */
export async function loadKnownChannels(db: Sql): Promise<KnownChannel[]> {
  const { rows } = await db.query<ScaleRow & { [column: string]: unknown }>(
    `select c.id, c.meter_id as meter, c.quantity, c.unit, c.resolution, m.q4_m3h as q4, m.capacity_m3 as capacity
     from channel c join meter m on m.id = c.meter_id order by c.id`,
  );
  return rows.map((row) => {
    const { id, meter, quantity, unit, resolution } = row;
    return { id, meter, quantity, unit, resolution, ...limitsOf(row) };
  });
}

/** Every channel as analytics needs it; prices are those of the day of `atMs`. */
export async function loadMeterRegistry(db: Sql, atMs: number = Date.now()): Promise<RegisteredChannel[]> {
  const { rows } = await db.query<RegistryRow>(REGISTRY_SQL, [new Date(atMs)]);
  return rows.map(({ id, periodS, q3, q4, capacity, zone, currency, price, ...row }) => ({
    ...row,
    channel: id,
    periodMs: periodS * 1000,
    litresPerCount: litresOf(row.quantity, row.unit, row.resolution),
    ...limitsOf({ ...row, q4, capacity }),
    q3M3h: q3,
    q4M3h: q4,
    zone: zone ?? DEFAULT_ZONE,
    currency: currency ?? DEFAULT_CURRENCY,
    pricePerM3: price ?? DEFAULT_PRICE_PER_M3,
  }));
}

// Q4 and, on a corrector, nothing else is known of the speed of a register at base conditions; its digits are its own.
function limitsOf({ quantity, unit, resolution, q4, capacity }: Omit<ScaleRow, "id" | "meter">) {
  const own: Unit = unit === "Sm3" ? "Sm3" : "m3";
  const inCounts = (volume: number | null, of: Unit): number | null => {
    if (volume === null || resolution === null || !isRegister(quantity) || !areConvertible(of, unit)) return null;
    return valueToCounts(convert(volume, of, unit), resolution);
  };
  return { capacityCounts: inCounts(capacity, own), maxCountsPerHour: inCounts(q4, "m3") };
}

function litresOf(quantity: Quantity, unit: Unit, resolution: number | null): number | null {
  if (!isRegister(quantity) || resolution === null) return null;
  const m3 = unit === "Sm3" ? resolution : convert(resolution, unit, "m3");
  // 0.001 m³ is 1 L and not the float beside it.
  return Number((m3 * 1000).toPrecision(12));
}

interface RegistryRow
  extends Omit<RegisteredChannel, "channel" | "litresPerCount" | "capacityCounts" | "maxCountsPerHour"> {
  readonly id: string;
  readonly periodS: number;
  readonly q3: number | null;
  readonly q4: number | null;
  readonly capacity: number | null;
  readonly price: number | null;
}

const nearest = (column: string) =>
  `(select above.${column} from org_unit above
    where starts_with(u.path, above.path) and above.${column} is not null order by length(above.path) desc limit 1)`;

const REGISTRY_SQL = `
  with place as (select u.id, u.path, ${nearest("zone")} as zone, ${nearest("currency")} as currency from org_unit u),
       inlet as (
         select meter_id, jsonb_agg(jsonb_build_object('dma', dma_id, 'sign', sign) order by dma_id) as districts
         from dma_meter group by meter_id)
  select c.id, m.id as meter, m.purpose, m.commodity, c.quantity, c.unit, c.resolution, m.period_s as "periodS",
         m.q3_m3h as q3, m.q4_m3h as q4, m.capacity_m3 as capacity, s.dma_id as dma,
         coalesce(i.districts, '[]') as "inletOf", a.id as account, coalesce(a.is_key_account, false) as "isKeyAccount",
         p.id as "unitId", p.path as "unitPath", p.zone, p.currency, t.price_per_m3 as price, c.agent
  from channel c
  join meter m on m.id = c.meter_id
  join place p on p.id = m.unit_id
  left join inlet i on i.meter_id = m.id
  left join service_point s on s.id = m.service_point_id
  left join account a on a.id = s.account_id
  left join tariff t on t.id = a.tariff_id and t.commodity = m.commodity
    and t.valid_from <= ($1::timestamptz at time zone coalesce(p.zone, '${DEFAULT_ZONE}'))::date
  order by c.id`;
