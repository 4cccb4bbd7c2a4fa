import { newId } from "@nightflow/domain";
import type { Database } from "@nightflow/storage";

/** The register of the town's home. */
export const CHANNEL = "home.forward_total";
/** A company with one home and one inlet of its district, for tests on a database. */
export async function seedTown(db: Database): Promise<void> {
  const [unit, tariff, customer, account, point] = Array.from({ length: 5 }, () => newId());
  const inserts: [string, unknown[]][] = [
    [
      "insert into org_unit (id, code, kind, name_zh, name_en, path, zone, currency) values ($1, 'town', 'company', '城', 'Town', 'town/', 'Asia/Shanghai', 'CNY')",
      [unit],
    ],
    [
      "insert into tariff (id, code, name_zh, name_en, commodity, currency, price_per_m3, valid_from, unit_id) values ($1, 't', '居', 'Home', 'water', 'CNY', 4, '2020-01-01', $2)",
      [tariff, unit],
    ],
    ["insert into customer (id, no, name, kind, unit_id) values ($1, 'C1', 'Li', 'person', $2)", [customer, unit]],
    [
      "insert into account (id, no, customer_id, category, tariff_id, unit_id) values ($1, 'A1', $2, 'home', $3, $4)",
      [account, customer, tariff, unit],
    ],
    ["insert into dma (id, name_zh, name_en, unit_id) values ('north', '北', 'North', $1)", [unit]],
    [
      "insert into service_point (id, no, account_id, commodity, dma_id, unit_id) values ($1, 'P1', $2, 'water', 'north', $3)",
      [point, account, unit],
    ],
    [
      "insert into meter (id, purpose, commodity, period_s, q3_m3h, q4_m3h, service_point_id, unit_id) values ('home', 'customer', 'water', 3600, 2.5, 3.125, $1, $2)",
      [point, unit],
    ],
    [
      "insert into meter (id, purpose, commodity, period_s, unit_id) values ('inlet', 'dma', 'water', 3600, $1)",
      [unit],
    ],
    ["insert into dma_meter values ('north', 'inlet', 1)", []],
    [
      "insert into channel (id, meter_id, quantity, unit, resolution, agent) values ($1, 'home', 'forward_total', 'm3', 0.001, 'town/a1')",
      [CHANNEL],
    ],
    [
      "insert into channel (id, meter_id, quantity, unit, resolution) values ('inlet.forward_total', 'inlet', 'forward_total', 'L', 1)",
      [],
    ],
  ];
  for (const [sql, values] of inserts) await db.query(sql, values);
}

/** More homes, each with a register of its own. */
export async function addMeters(db: Database, meters: readonly string[]): Promise<void> {
  await db.query(
    "insert into meter (id, purpose, commodity, period_s, unit_id) select unnest($1::text[]), 'customer', 'water', 3600, (select id from org_unit)",
    [meters],
  );
  await db.query(
    "insert into channel (id, meter_id, quantity, unit, resolution) select m || '.forward_total', m, 'forward_total', 'm3', 0.001 from unnest($1::text[]) m",
    [meters],
  );
}
