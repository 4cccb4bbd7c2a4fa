import type { Sql } from "@nightflow/storage";
import type { z } from "zod";
import type { Night } from "./wire.ts";

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
