import { expect, test } from "vitest";
import { jobCensus } from "../../jobs/job-census.ts";
import { testDatabase } from "../../testing/postgres.ts";
import { closeSilentHeadEnd, openSilentHeadEnd, operationsEvents } from "./events.ts";
import { endProcessReport, keepProcessReport, processReports } from "./process-reports.ts";

const databases = testDatabase();
const from = { process: "h:1:ingest", site: "town", everyS: 5 };

test("a process is known by what it said last, and its good-bye is kept apart from silence", async () => {
  const { database: db } = await databases.fresh();
  const report = (storedPerS: number) => ({
    part: "ingest" as const,
    isReady: false,
    reasons: ["away"],
    figures: { storedPerS },
  });
  await keepProcessReport(db, from, report(1));
  await keepProcessReport(db, from, report(2));
  expect(await processReports(db)).toMatchObject([{ ...from, hasEnded: false, report: report(2) }]);
  await endProcessReport(db, from.process);
  expect((await processReports(db))[0]?.hasEnded).toBe(true);
  await db.query("update process_report set report = '{\"newer\": true}'");
  expect(await processReports(db)).toEqual([]);
});

test("a silent head-end is one open event whoever notices it, and closed when it is heard of again", async () => {
  const { database: db } = await databases.fresh();
  await db.query(
    "insert into org_unit (id, code, kind, name_zh, name_en, path) values (gen_random_uuid(), 'town', 'company', '城', 'Town', 'town/')",
  );
  const opened = await Promise.all([1, 2, 3].map(() => openSilentHeadEnd(db, "town", 1000, 2000)));
  expect(opened.filter(Boolean)).toHaveLength(1);
  expect(await operationsEvents(db)).toMatchObject([
    { kind: "head_end_silent", subject: "town", lastSeenAt: 1000, closedAt: null },
  ]);
  expect(await closeSilentHeadEnd(db, "town", 3000)).toBe(true);
  expect(await closeSilentHeadEnd(db, "town", 3000)).toBe(false);
  const { rows } = await db.query("select kind, subject, unit_path from live_event order by id");
  expect(rows).toEqual(Array(2).fill({ kind: "collection", subject: "town/head-end", unit_path: "town/" }));
});

test("jobs are counted by queue, with the time that the oldest has been due", async () => {
  const { database: db } = await databases.fresh();
  const add = (state: string, dueS: number) =>
    db.query(
      "insert into job (id, queue, payload, state, run_at) values (gen_random_uuid(), 'print', '{}', $1, now() - make_interval(secs => $2))",
      [state, dueS],
    );
  await Promise.all([add("waiting", 60), add("waiting", -60), add("dead", 900), add("done", 900)]);
  const [print] = await jobCensus(db);
  expect(print).toMatchObject({ queue: "print", waiting: 2, running: 0, dead: 1 });
  expect(print?.oldestDueS).toBeGreaterThan(59);
});
