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
  };
}
