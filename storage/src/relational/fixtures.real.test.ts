import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { createJobQueue } from "../jobs/create-job-queue.ts";
import { silentLogger, testDatabase } from "../testing/postgres.ts";
import { SMALL_TOWN } from "../testing/small-town.ts";
import { verifyAudit } from "./audit.ts";
import { takeNumber } from "./counters.ts";
import { loadMigrations, migrate } from "./migrate.ts";
import { importRegistry } from "./registry/import-registry.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url);
const databases = testDatabase();
const files = (await readdir(FIXTURES)).filter((name) => /^relational-v\d+\.sql$/.test(name)).sort();

test("a database of today's version is kept, beside those of every version before it that people had", async () => {
  expect(files).toContain(`relational-v${(await loadMigrations()).length}.sql`);
  expect(files).toEqual(expect.arrayContaining([1, 2, 3, 4, 5, 6, 7, 8].map((no) => `relational-v${no}.sql`)));
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

test.each(files)(
  "the jobs kept in %s still wait, unknown to Redis, and its schedules fire at their instant",
  async (file) => {
    const { database } = await databases.empty();
    await database.query(await readFile(new URL(file, FIXTURES), "utf8"));
    await migrate(database, silentLogger);
    const jobs = createJobQueue({ db: database, logger: silentLogger });
    const kept = { queue: "reports", state: "waiting", attempts: 0, scheduleKey: null, fireAt: null };
    expect(await jobs.list()).toMatchObject([
      { ...kept, payload: ["again", { 量: 1.5 }], dedupeKey: null },
      { ...kept, payload: { account: "A1" }, dedupeKey: "A1-2026-02" },
    ]);
    const { rows } = await database.query("select distinct relayed_at, revived from job");
    expect(rows).toEqual([{ relayed_at: null, revived: 0 }]);
    const nightly = { key: "nightly", nextFireAt: new Date("2026-03-01T18:30Z"), fault: null };
    expect(await jobs.schedules()).toMatchObject(file === "relational-v1.sql" ? [] : [nightly]);
  },
);
