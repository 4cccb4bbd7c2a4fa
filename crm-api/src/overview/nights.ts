import type { Sql } from "@nightflow/storage";
import type { z } from "zod";
import type { Night, RevisedNight } from "./wire.ts";

/** A row of `dma_night` as JSON, which has no types to convert. */
export interface NightSqlRow {
  night: string;
  mnf_m3h: number | null;
  expected_m3h: number | null;
  band_low_m3h: number | null;
  band_high_m3h: number | null;
  inflow_m3: number | null;
  customers_m3: number | null;
  completeness: number;
  customers_night_m3h: number | null;
  customers_completeness: number | null;
  loss_m3h: number | null;
  loss_expected_m3h: number | null;
  loss_band_high_m3h: number | null;
  no_balance: z.infer<typeof Night>["noBalance"];
  version: number;
}

/** The nights of a district whose mornings are local dates from one to another, ascending. */
export async function nightsBetween(sql: Sql, dmaId: string, from: string, to: string) {
  const { rows } = await sql.query<{ night: NightSqlRow }>(
    `select to_jsonb(n) as night from dma_night n
      where n.dma_id = $1 and n.night between $2::date and $3::date order by n.night`,
    [dmaId, from, to],
  );
  return rows.map((row) => toNight(row.night));
}

/** The last nights of a district, ascending. */
export async function nightsOf(sql: Sql, dmaId: string, count: number) {
  const { rows } = await sql.query<{ night: NightSqlRow }>(
    "select to_jsonb(n) as night from dma_night n where n.dma_id = $1 order by n.night desc limit $2",
    [dmaId, count],
  );
  return rows.map((row) => toNight(row.night)).reverse();
}

/** A stored night as the API shows it. */
export function toNight(row: NightSqlRow): z.infer<typeof Night> {
  return {
    night: row.night,
    mnfM3h: row.mnf_m3h,
    expectedM3h: row.expected_m3h,
    bandLowM3h: row.band_low_m3h,
    bandHighM3h: row.band_high_m3h,
    inflowM3: row.inflow_m3,
    customersM3: row.customers_m3,
    completeness: row.completeness,
    customersNightM3h: row.customers_night_m3h,
    customersCompleteness: row.customers_completeness,
    lossM3h: row.loss_m3h,
    lossExpectedM3h: row.loss_expected_m3h,
    lossBandHighM3h: row.loss_band_high_m3h,
    noBalance: row.no_balance,
    version: row.version,
  };
}

interface RevisedRow {
  night: string;
  revised_at: Date;
  version: number;
  mnf_m3h: number | null;
  loss_m3h: number | null;
  completeness: number;
  was: { mnf_m3h: number | null; loss_m3h: number | null; completeness: number } | null;
}

const MOST_REVISED = 20;

/** The nights of a district from a local date on that late readings made others, the newest first, with what each was before. */
export async function revisedNights(sql: Sql, dmaId: string, from: string): Promise<z.infer<typeof RevisedNight>[]> {
  const { rows } = await sql.query<RevisedRow>(
    `select n.night, n.revised_at, n.version, n.mnf_m3h, n.loss_m3h, n.completeness,
            (select to_jsonb(v) from dma_night_version v where v.dma_id = n.dma_id and v.night = n.night and v.version < n.version
              order by v.version desc limit 1) as was
       from dma_night n where n.dma_id = $1 and n.night >= $2::date and n.revised_at is not null
      order by n.night desc limit ${MOST_REVISED}`,
    [dmaId, from],
  );
  return rows.map((row) => ({
    night: row.night,
    revisedAt: row.revised_at.getTime(),
    version: row.version,
    now: nightFigures(row),
    was: row.was === null ? null : nightFigures(row.was),
  }));
}

function nightFigures(row: NonNullable<RevisedRow["was"]>) {
  return { mnfM3h: row.mnf_m3h, lossM3h: row.loss_m3h, completeness: row.completeness };
}
