import type { Database } from "@nightflow/storage";
import { type CatchUpPlan, DISTRICT_METERS, liveMeterId, SITE } from "./fleet.ts";

const UNIT = "00000000-0000-7000-8000-000000000001";

/** Registers every meter of the plan, its channel, its service point and its district, and the live agents' meters. */
export async function seedRegistry(db: Database, plan: CatchUpPlan, liveAgents: number): Promise<void> {
  const { meters, agents, minutes } = plan;
  const [districts, periodS] = [Math.ceil(meters / DISTRICT_METERS), minutes * 60];
  await db.query(
    `insert into org_unit (id, code, kind, name_zh, name_en, path, zone, currency)
     values ($1, 'BENCH', 'company', '基准', 'Bench', 'BENCH/', 'Asia/Shanghai', 'CNY')`,
    [UNIT],
  );
  await db.query(
    `insert into dma (id, name_zh, name_en, unit_id) select 'D' || no, 'D' || no, 'D' || no, $2 from generate_series(0, $1 - 1) no`,
    [districts, UNIT],
  );
  await db.query(
    `insert into service_point (id, no, commodity, dma_id, unit_id)
     select lpad(to_hex(no), 32, '0')::uuid, 'S' || no, 'water', 'D' || no / ${DISTRICT_METERS}, $2 from generate_series(0, $1 - 1) no`,
    [meters, UNIT],
  );
  await db.query(
    `insert into meter (id, purpose, commodity, q3_m3h, q4_m3h, capacity_m3, period_s, service_point_id, unit_id)
     select 'M' || lpad(no::text, 7, '0'), case when no % ${DISTRICT_METERS} = 0 then 'dma' else 'customer' end, 'water', 2.5, 3.125,
       100000, $3::int, lpad(to_hex(no), 32, '0')::uuid, $2 from generate_series(0, $1 - 1) no`,
    [meters, UNIT, periodS],
  );
  await db.query(
    `insert into dma_meter (dma_id, meter_id, sign)
     select 'D' || no / ${DISTRICT_METERS}, 'M' || lpad(no::text, 7, '0'), 1 from generate_series(0, $1 - 1, ${DISTRICT_METERS}) no`,
    [meters],
  );
  await db.query(
    `insert into channel (id, meter_id, quantity, unit, resolution, agent)
     select 'M' || lpad(no::text, 7, '0') || '.forward_total', 'M' || lpad(no::text, 7, '0'), 'forward_total', 'm3', 0.001,
       '${SITE}/a' || (no::bigint * $2 / $1) from generate_series(0, $1 - 1) no`,
    [meters, agents],
  );
  for (let agent = 0; agent < liveAgents; agent++) await seedLive(db, agent);
  await db.query("analyze");
}

async function seedLive(db: Database, agent: number): Promise<void> {
  const ids = Array.from({ length: 5 }, (_, no) => liveMeterId(agent, no));
  await db.query(
    `insert into meter (id, purpose, commodity, period_s, unit_id) select id, 'customer', 'water', 60, $2 from unnest($1::text[]) id`,
    [ids, UNIT],
  );
  await db.query(
    `insert into channel (id, meter_id, quantity, unit, resolution, agent)
     select id || '.forward_total', id, 'forward_total', 'm3', 0.001, $2 from unnest($1::text[]) id`,
    [ids, `${SITE}/live${agent}`],
  );
}
