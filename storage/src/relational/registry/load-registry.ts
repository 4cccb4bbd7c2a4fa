import { setImmediate as nextTurn } from "node:timers/promises";
import {
  type AccountTerms,
  areConvertible,
  convert,
  DEFAULT_PRICE_PER_M3,
  isRegister,
  type Quantity,
  type Unit,
  valueToCounts,
} from "@nightflow/domain";
import type { KnownChannel } from "../../ports.ts";
import { loadAccountTerms } from "../account-terms.ts";
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
  /** Since when the account or the service point is suspended or closed; null while both are active. */
  readonly inactiveSinceMs: number | null;
  /** What is agreed with the key account, and when it works; absent where nothing is. */
  readonly terms?: AccountTerms;
  readonly unitId: string;
  readonly unitPath: string;
  /** Zone and currency of the nearest unit above that has them. */
  readonly zone: string;
  readonly currency: string;
  /** Price of one more m³ by the account's tariff on that day, else 3. */
  readonly pricePerM3: number;
  /** `site/agent` that is expected to read it; null for imported files. */
  readonly agent: string | null;
  /** Meter through which all of its flow has gone before. */
  readonly parent: string | null;
  /** Largest error by the meter's class, percent; null where it is not known. */
  readonly errorPercent: number | null;
  /** Whether it is a temperature of the outdoor air. */
  readonly isOutdoor: boolean;
  /** Channel with the temperature of the outdoor air at its unit or at the nearest above; null where there is none. */
  readonly weather: string | null;
  /** Holidays of its unit and of all above, by first day; units that keep the same share one list. */
  readonly holidays: readonly HolidaySpan[];
  /** Limits of the district that the meter stands in or feeds, kPa; null where the rule's hold. */
  readonly pressureLimits: { readonly lowKPa: number | null; readonly highKPa: number | null } | null;
}

/** A holiday by its first and last local day, YYYY-MM-DD. */
export interface HolidaySpan {
  readonly first: string;
  readonly last: string;
}

/** Rows between two turns of the event loop: some milliseconds. */
const STEP_ROWS = 5000;
/** Zone of what lies below no company. */
export const DEFAULT_ZONE = "Asia/Shanghai";
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
  const surroundings = await loadSurroundings(db);
  const terms = await termsOfKeyAccounts(db);
  const channels: RegisteredChannel[] = [];
  for (const row of rows) {
    const { unitPath, isKeyAccount, account } = row;
    channels.push({ ...channelOf(row), ...surroundings(unitPath), ...(isKeyAccount ? terms(account) : {}) });
    if (channels.length % STEP_ROWS === 0) await nextTurn();
  }
  return channels;
}

function channelOf(of: RegistryRow): Omit<RegisteredChannel, "holidays" | "weather"> {
  const { id, periodS, q3, q4, capacity, zone, currency, price, lowKPa, highKPa, ...row } = of;
  return {
    ...row,
    pressureLimits: lowKPa === null && highKPa === null ? null : { lowKPa, highKPa },
    channel: id,
    periodMs: periodS * 1000,
    litresPerCount: litresOf(row.quantity, row.unit, row.resolution),
    ...limitsOf({ ...row, q4, capacity }),
    q3M3h: q3,
    q4M3h: q4,
    zone: zone ?? DEFAULT_ZONE,
    currency: currency ?? DEFAULT_CURRENCY,
    pricePerM3: price ?? DEFAULT_PRICE_PER_M3,
  };
}

/** What is agreed with an account, by its id; nothing where nothing is. */
async function termsOfKeyAccounts(db: Sql): Promise<(account: string | null) => { readonly terms?: AccountTerms }> {
  const stored = new Map(
    (await loadAccountTerms(db)).map(({ account, version: _, ...terms }) => [account, terms] as const),
  );
  return (account) => {
    const terms = account === null ? undefined : stored.get(account);
    return terms === undefined ? {} : { terms };
  };
}

/** Holidays and outdoor air by the path of a unit. */
async function loadSurroundings(
  db: Sql,
): Promise<(unitPath: string) => Pick<RegisteredChannel, "holidays" | "weather">> {
  const holidays = await db.query<HolidaySpan & { path: string }>(
    `select u.path, to_char(h.first_day, 'YYYY-MM-DD') as first, to_char(h.last_day, 'YYYY-MM-DD') as last
     from holiday h join org_unit u on u.id = h.unit_id order by h.first_day, h.id`,
  );
  const outdoor = await db.query<{ path: string; channel: string }>(
    `select u.path, c.id as channel from channel c join meter m on m.id = c.meter_id join org_unit u on u.id = m.unit_id
     where c.is_outdoor and c.quantity = 'temperature' order by length(u.path) desc, c.id`,
  );
  const byPath = new Map<string, Pick<RegisteredChannel, "holidays" | "weather">>();
  return (unitPath) => {
    const known = byPath.get(unitPath);
    if (known !== undefined) return known;
    const made = {
      holidays: holidays.rows
        .filter(({ path }) => unitPath.startsWith(path))
        .map(({ first, last }) => ({ first, last })),
      weather: outdoor.rows.find(({ path }) => unitPath.startsWith(path))?.channel ?? null,
    };
    byPath.set(unitPath, made);
    return made;
  };
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
  extends Omit<
    RegisteredChannel,
    "channel" | "litresPerCount" | "capacityCounts" | "maxCountsPerHour" | "holidays" | "weather" | "pressureLimits"
  > {
  readonly id: string;
  readonly periodS: number;
  readonly q3: number | null;
  readonly q4: number | null;
  readonly capacity: number | null;
  readonly price: number | null;
  readonly lowKPa: number | null;
  readonly highKPa: number | null;
}

const nearest = (column: string) =>
  `(select above.${column} from org_unit above
    where starts_with(u.path, above.path) and above.${column} is not null order by length(above.path) desc limit 1)`;

const REGISTRY_SQL = `
  with place as (select u.id, u.path, ${nearest("zone")} as zone, ${nearest("currency")} as currency from org_unit u),
       inlet as (
         select meter_id, jsonb_agg(jsonb_build_object('dma', dma_id, 'sign', sign) order by dma_id) as districts,
                min(dma_id) filter (where sign = 1) as first_fed
         from dma_meter group by meter_id)
  select c.id, m.id as meter, m.purpose, m.commodity, c.quantity, c.unit, c.resolution, m.period_s as "periodS",
         m.q3_m3h as q3, m.q4_m3h as q4, m.capacity_m3 as capacity, s.dma_id as dma,
         coalesce(i.districts, '[]') as "inletOf", a.id as account, coalesce(a.is_key_account, false) as "isKeyAccount",
         (extract(epoch from least(
           case when a.status <> 'active' then a.status_since end,
           case when s.status <> 'active' then s.status_since end)) * 1000)::float8 as "inactiveSinceMs",
         p.id as "unitId", p.path as "unitPath", p.zone, p.currency, t.price_per_m3 as price, c.agent,
         m.parent_id as parent, m.error_percent as "errorPercent", c.is_outdoor as "isOutdoor",
         d.pressure_low_kpa as "lowKPa", d.pressure_high_kpa as "highKPa"
  from channel c
  join meter m on m.id = c.meter_id
  join place p on p.id = m.unit_id
  left join inlet i on i.meter_id = m.id
  left join service_point s on s.id = m.service_point_id
  left join account a on a.id = s.account_id
  left join dma d on d.id = coalesce(s.dma_id, i.first_fed)
  left join tariff t on t.id = a.tariff_id and t.commodity = m.commodity
    and t.valid_from <= ($1::timestamptz at time zone coalesce(p.zone, '${DEFAULT_ZONE}'))::date
  order by c.id`;
