import { convert, type Unit } from "@nightflow/domain";
import type { LastValue, ReadingStore, Sql } from "@nightflow/storage";
import type { z } from "zod";
import type { PressureNow } from "./wire.ts";

// A pressure older than this is not "now".
const NOW_WINDOW_MS = 86_400_000;

type Pressure = z.infer<typeof PressureNow>;

/** Pressures at the inlets and the gauges of districts, by district; those without one that was read in the last day are left out. */
export async function pressuresOf(
  sql: Sql,
  store: Pick<ReadingStore, "lastValues">,
  dmaIds: readonly string[],
  nowMs: number,
): Promise<ReadonlyMap<string, Pressure>> {
  const { rows } = await sql.query<{ dma_id: string; id: string; unit: Unit }>(
    `select dm.dma_id, c.id, c.unit from dma_meter dm join channel c on c.meter_id = dm.meter_id and c.quantity = 'pressure'
      where dm.dma_id = any($1) and dm.sign = 1
     union
     select s.dma_id, c.id, c.unit from service_point s join meter m on m.service_point_id = s.id and m.purpose <> 'customer'
       join channel c on c.meter_id = m.id and c.quantity = 'pressure'
      where s.dma_id = any($1)`,
    [dmaIds],
  );
  const values = new Map((await store.lastValues(rows.map((row) => row.id))).map((value) => [value.channel, value]));
  const found = new Map<string, Pressure>();
  for (const { dma_id, id, unit } of rows) {
    const value = currentOf(values.get(id), nowMs);
    if (value === null) continue;
    found.set(dma_id, widened(found.get(dma_id), convert(value.gauge, unit, "kPa"), value.readAtMs));
  }
  return found;
}

function currentOf(value: LastValue | undefined, nowMs: number): { gauge: number; readAtMs: number } | null {
  if (value === undefined || value.gauge === null || value.quality !== 0) return null;
  return value.readAtMs < nowMs - NOW_WINDOW_MS ? null : { gauge: value.gauge, readAtMs: value.readAtMs };
}

function widened(pressure: Pressure | undefined, kpa: number, readAt: number): Pressure {
  if (pressure === undefined) return { lowestKpa: kpa, highestKpa: kpa, readAt, gauges: 1 };
  return {
    lowestKpa: Math.min(pressure.lowestKpa, kpa),
    highestKpa: Math.max(pressure.highestKpa, kpa),
    readAt: Math.min(pressure.readAt, readAt),
    gauges: pressure.gauges + 1,
  };
}
