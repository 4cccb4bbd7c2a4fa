import type { ReadingStore, Sql } from "@nightflow/storage";
import { pointsOfDmas } from "../meters/points.ts";
import { flowNow } from "./dmas.ts";
import type { DmaRow } from "./wire.ts";

/**
 * What flows into the whole system, m³/h: the districts' inflows, less what a part takes from the district that it is a part of, which
 * is in that one's inflow already. A part's inlet that is an outlet of the whole too cancels out by itself.
 *
 * Null while no district is measured.
 */
export async function systemInput(
  sql: Sql,
  store: ReadingStore,
  dmas: readonly Pick<DmaRow, "id" | "inflow">[],
  nowMs: number,
): Promise<number | null> {
  const measured = dmas.flatMap(({ id, inflow }) => (inflow === null ? [] : [{ id, flowM3h: inflow.flowM3h }]));
  if (measured.length === 0) return null;
  const inner = await innerInlets(
    sql,
    measured.map(({ id }) => id),
  );
  const points = inner.size === 0 ? [] : await pointsOfDmas(sql, [...inner.keys()]);
  let total = measured.reduce((sum, { flowM3h }) => sum + flowM3h, 0);
  for (const [dma, meters] of inner) {
    const twice = points.filter(({ owner, meterId }) => owner === dma && meters.includes(meterId));
    total -= (await flowNow(store, twice, nowMs))?.flowM3h ?? 0;
  }
  return total;
}

/** Inlets of districts whose whole is measured too and does not have them as outlets, by district. */
async function innerInlets(sql: Sql, ids: readonly string[]): Promise<Map<string, readonly string[]>> {
  const { rows } = await sql.query<{ dma: string; meters: string[] }>(
    `select d.id as dma, array_agg(i.meter_id order by i.meter_id) as meters
       from dma d join dma_meter i on i.dma_id = d.id
      where d.id = any($1) and d.parent_id = any($1) and not exists (
        select 1 from dma_meter other where other.meter_id = i.meter_id and other.dma_id <> d.id)
      group by d.id`,
    [ids],
  );
  return new Map(rows.map(({ dma, meters }) => [dma, meters]));
}
