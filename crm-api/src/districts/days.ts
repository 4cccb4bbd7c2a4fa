import { calendarOf, dateTextOf, dayOfDate } from "@nightflow/analytics/pure";
import type { Sql } from "@nightflow/storage";
import type { z } from "zod";
import type { BalanceDay, NoDayBalance } from "./wire.ts";

const HOUR_MS = 3_600_000;
/** Of what is due on either side, at most this share may be missing or estimated. */
const MOST_UNMEASURED = 0.05;

interface DaySqlRow {
  readonly dma_id: string;
  readonly date: string;
  readonly input_m3: number;
  readonly input_good_s: number;
  readonly input_due_s: number;
  readonly used_m3: number;
  readonly used_good_s: number;
  readonly used_due_s: number;
}

/** Volume of one side of a day, with the share of what is due that was measured well. */
interface Side {
  readonly m3: number;
  /** Null where nothing is due. */
  readonly share: number | null;
}

/** The days of districts, as the derived hours keep them. */
export class DistrictDays {
  readonly #rows: ReadonlyMap<string, DaySqlRow>;
  readonly #zone: string;

  private constructor(rows: readonly DaySqlRow[], zone: string) {
    this.#rows = new Map(rows.map((row) => [`${row.dma_id}|${row.date}`, row]));
    this.#zone = zone;
  }

  /** Reads the local days [from, to] of some districts. */
  static async load(
    sql: Sql,
    dmaIds: readonly string[],
    from: string,
    to: string,
    zone: string,
  ): Promise<DistrictDays> {
    const calendar = calendarOf(zone);
    const { rows } = await sql.query<DaySqlRow>(
      `select dma_id, to_char(hour at time zone $4, 'YYYY-MM-DD') as date,
              sum(input_ml)::float8 / 1e6 as input_m3, sum(input_good_s)::float8 as input_good_s,
              max(input_due_s)::float8 as input_due_s, sum(used_ml)::float8 / 1e6 as used_m3,
              sum(used_good_s)::float8 as used_good_s, max(used_due_s)::float8 as used_due_s
         from district_hour where dma_id = any($1) and hour >= $2 and hour < $3 group by 1, 2`,
      [dmaIds, new Date(calendar.instantOf(dayOfDate(from))), new Date(calendar.instantOf(dayOfDate(to) + 1)), zone],
    );
    return new DistrictDays(rows, zone);
  }

  inflow(dma: string, date: string): Side {
    const row = this.#rows.get(`${dma}|${date}`);
    return this.#side(date, row?.input_m3, row?.input_good_s, row?.input_due_s);
  }

  customers(dma: string, date: string): Side {
    const row = this.#rows.get(`${dma}|${date}`);
    return this.#side(date, row?.used_m3, row?.used_good_s, row?.used_due_s);
  }

  #side(date: string, volumeM3 = 0, goodS = 0, dueOfHourS = 0): Side {
    const dueS = dueOfHourS * hoursOf(date, this.#zone);
    return { m3: volumeM3, share: dueS === 0 ? null : Math.min(1, goodS / dueS) };
  }
}

function hoursOf(date: string, zone: string): number {
  const [calendar, day] = [calendarOf(zone), dayOfDate(date)];
  return (calendar.instantOf(day + 1) - calendar.instantOf(day)) / HOUR_MS;
}

/** The local dates from one to another, both included. */
export function datesBetween(from: string, to: string): string[] {
  const first = dayOfDate(from);
  return Array.from({ length: Math.max(0, dayOfDate(to) - first + 1) }, (_, i) => dateTextOf(first + i));
}

/**
 * One day of a district's balance: inflow less customers less what flows on into its parts, over the same hours.
 *
 * Null case: `why` tells why there is none; more than 5 % missing or estimated on any side is too much.
 */
export function balanceOfDay(
  days: DistrictDays,
  dma: string,
  parts: readonly string[],
  date: string,
): z.infer<typeof BalanceDay> {
  const [inflow, customers] = [days.inflow(dma, date), days.customers(dma, date)];
  const children = parts.map((part) => days.inflow(part, date));
  const why = whyNone(inflow, customers, children);
  const childrenM3 = children.reduce((sum, { m3 }) => sum + m3, 0);
  return {
    date,
    inflowM3: inflow.share === null ? null : inflow.m3,
    customersM3: customers.share === null ? null : customers.m3,
    childrenM3: parts.length === 0 ? null : childrenM3,
    differenceM3: why === null ? inflow.m3 - customers.m3 - childrenM3 : null,
    inflowCompleteness: inflow.share,
    customersCompleteness: customers.share,
    why,
  };
}

function whyNone(inflow: Side, customers: Side, children: readonly Side[]): NoDayBalance | null {
  if (inflow.share === null) return "no_inflow";
  if (!isEnough(inflow)) return "inflow_incomplete";
  if (customers.share === null && children.length === 0) return "no_customers";
  if (customers.share !== null && !isEnough(customers)) return "customers_incomplete";
  return children.every(isEnough) ? null : "children_incomplete";
}

function isEnough({ share }: Side): boolean {
  return share !== null && share >= 1 - MOST_UNMEASURED;
}
