import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { silentLogger, testDatabase } from "../testing/postgres.ts";
import { SMALL_TOWN } from "../testing/small-town.ts";
import { verifyAudit } from "./audit.ts";
import { takeNumber } from "./counters.ts";
import { loadMigrations, migrate } from "./migrate.ts";
import { importRegistry } from "./registry/import-registry.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url);
const databases = testDatabase();
const files = (await readdir(FIXTURES)).filter((name) => /^relational-v\d+\.sql$/.test(name)).sort();

test("a database of every version is kept", async () => {
  expect(files).toHaveLength((await loadMigrations()).length);
});

test.each(files)("a database kept in %s becomes one of today with all its rows", async (file) => {
  const { database } = await databases.empty();
  await database.query(await readFile(new URL(file, FIXTURES), "utf8"));
  const version = Number(/\d+/.exec(file)?.[0]);
  expect(await migrate(database, silentLogger)).toBe((await loadMigrations()).length - version);
  expect(await verifyAudit(database)).toEqual({ entries: 2, firstFault: undefined });
  expect(await importRegistry(database, SMALL_TOWN)).toMatchObject({ faults: [], inserted: 0, updated: 0 });
  expect(await takeNumber(database, "ticket")).toBe(2);
  const { rows } = await database.query(
    `select t.no, t.title_zh, a.rule, s.state as snapshot, j.payload, d.reason
     from ticket t join anomaly a on a.ticket_id = t.id, analytics_snapshot s, job j, set_aside d
     where j.dedupe_key is null`,
  );
  expect(rows).toEqual([
    {
      no: "T-1",
      title_zh: "漏水",
      rule: "CONT_FLOW",
      snapshot: Buffer.from([0, 255, 16]),
      payload: ["again", { 量: 1.5 }],
      reason: "it's empty",
    },
  ]);
});
