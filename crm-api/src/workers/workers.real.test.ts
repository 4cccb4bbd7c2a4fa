import type { UsageCurveReport } from "@nightflow/analytics/pure";
import { silentLogger, testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import type { z } from "zod";
import type { ReportRenderer } from "../deps.ts";
import type { ReportRun } from "../reports/wire.ts";
import { cleanUpAfterEach, endAfterTest, type Harness, startHarness, TEST_NOW } from "../testing/harness.ts";
import { insertFinding } from "../testing/town.ts";
import { ANOMALY_CLEARED_QUEUE } from "./anomaly-cleared.ts";
import { tidyUp } from "./housekeeping.ts";
import { orderMonthlyReports } from "./monthly-reports.ts";
import { OPEN_TICKET_QUEUE, openTicket } from "./open-ticket.ts";
import { startWorkers } from "./start.ts";

const databases = testDatabase();
cleanUpAfterEach();

type Report = z.infer<typeof ReportRun>;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const renderer: ReportRenderer = {
  usageCurve: (report, language) => ({
    html: `<h1>${language} ${report.subject.customerName} ${report.period.from}</h1>`,
    csv: `total,${report.figures.totalM3}\r\n`,
  }),
};

async function startTown(draw: ReportRenderer = renderer): Promise<Harness> {
  const harness = await startHarness(databases);
  const workers = await startWorkers({ ...harness.deps, renderer: draw });
  endAfterTest(() => workers.stop());
  return harness;
}

async function enqueue({ db, jobs }: Harness, queue: string, anomalyId: string): Promise<string> {
  const { id } = await db.transaction((tx) => jobs.enqueue(tx, { queue, payload: { anomalyId } }));
  return id;
}

async function done({ jobs }: Harness, ids: readonly string[]): Promise<void> {
  await expect
    .poll(async () => (await Promise.all(ids.map((id) => jobs.find(id)))).map((job) => job?.state), { timeout: 30_000 })
    .toEqual(ids.map(() => "done"));
}

async function tickets({ db }: Harness) {
  const { rows } = await db.query(
    `select t.no, t.kind, t.priority, t.state, t.key, u.login as assignee from ticket t
       left join app_user u on u.id = t.assignee_id order by t.no`,
  );
  return rows;
}

test("a finding opens its ticket through the queue, with number, priority, limits and a first step", async () => {
  const town = await startTown();
  const id = await insertFinding(town.db, { unitId: town.town.units.north, moneyPerDay: 72 });
  await done(town, [await enqueue(town, OPEN_TICKET_QUEUE, id)]);
  const { rows } = await town.db.query(
    `select t.no, t.kind, t.priority, t.state, t.title_zh, t.opened_at, t.respond_by, t.resolve_by, a.state as finding
       from ticket t join anomaly a on a.ticket_id = t.id where a.id = $1`,
    [id],
  );
  expect(rows).toEqual([
    {
      no: "T-2026-000001",
      kind: "anomaly",
      priority: "P2",
      state: "new",
      title_zh: "持续用水，疑似漏水：Hotel street 1（N1）",
      opened_at: new Date(TEST_NOW),
      respond_by: new Date(TEST_NOW + 2 * HOUR_MS),
      resolve_by: new Date(TEST_NOW + 2 * DAY_MS),
      finding: "open",
    },
  ]);
  const steps = await town.db.query("select actor, to_state, note, data #>> '{words,en}' as en from ticket_step");
  expect(steps.rows).toEqual([
    {
      actor: "system",
      to_state: "new",
      note: "持续用水，疑似漏水 N1：从不停水",
      en: "Flow never stops, probably a leak, N1: it never stops",
    },
  ]);
});

test("twenty findings of one key that come at once make one ticket", async () => {
  const town = await startTown();
  const rules = ["CONT_FLOW", "CONT_FLOW_BIG", "BURST", "FLOOR_RISE", "INTERMITTENT"];
  const findings: string[] = [];
  for (let i = 0; i < 20; i++)
    findings.push(
      await insertFinding(town.db, {
        unitId: town.town.units.north,
        rule: `${rules[i % 5]}`,
        state: "monitoring",
        startsAtMs: TEST_NOW - i * HOUR_MS,
        // Only one live finding of a rule is allowed, so each stands for a meter of its own until the key is made equal.
        subject: `N${i}`,
      }),
    );
  await town.db.query("drop index anomaly_live_key; update anomaly set subject = 'N1'");
  const twice = [...findings, ...findings];
  const desk = { db: town.db, clock: town.clock, leakP2PerDay: 50 };
  const opened = await Promise.all(twice.map((id) => openTicket(desk, id, async () => undefined)));
  expect(opened.filter((one) => one.kind === "opened")).toHaveLength(1);
  expect(opened.filter((one) => one.kind === "joined")).toHaveLength(19);
  expect(await tickets(town)).toMatchObject([{ no: "T-2026-000001", key: "meter:N1|leak" }]);
  expect((await town.db.query("select 1 from anomaly where ticket_id is not null")).rows).toHaveLength(20);
  expect((await town.db.query("select 1 from ticket_step")).rows).toHaveLength(20);
});

test("ticket numbers have no hole when a later finding joins", async () => {
  const town = await startTown();
  const { north, south } = town.town.units;
  const first = await insertFinding(town.db, { unitId: north });
  const joins = await insertFinding(town.db, { unitId: north, rule: "BURST" });
  const other = await insertFinding(town.db, { unitId: south, subject: "S1" });
  for (const id of [first, joins, other]) await done(town, [await enqueue(town, OPEN_TICKET_QUEUE, id)]);
  expect((await tickets(town)).map((ticket) => ticket.no)).toEqual(["T-2026-000001", "T-2026-000002"]);
});

test("a key account's changed usage becomes a contact task of its manager", async () => {
  const town = await startTown();
  const id = await insertFinding(town.db, {
    unitId: town.town.units.north,
    rule: "USAGE_CHANGE",
    group: "usage_change",
    accountId: town.town.accounts.hotel,
  });
  await done(town, [await enqueue(town, OPEN_TICKET_QUEUE, id)]);
  expect(await tickets(town)).toMatchObject([{ kind: "contact", priority: "P2", assignee: "manager" }]);
});

test("a stop of production is a contact task too, and what else is found of the account joins it", async () => {
  const town = await startTown();
  const { hotel } = town.town.accounts;
  const about = { unitId: town.town.units.north, subjectKind: "account", subject: hotel, accountId: hotel };
  const ids: string[] = [];
  for (const rule of ["LOAD_LOW", "PEAK_LIMIT", "BUDGET_AHEAD"])
    ids.push(await insertFinding(town.db, { ...about, rule, group: "usage_change", moneyPerDay: 1 }));
  for (const id of ids) await done(town, [await enqueue(town, OPEN_TICKET_QUEUE, id)]);
  expect(await tickets(town)).toMatchObject([{ kind: "contact", priority: "P2", assignee: "manager" }]);
});

test("a home that leaks and so uses more has one ticket, whichever is found first", async () => {
  const town = await startTown();
  const leak = { unitId: town.town.units.north, rule: "CONT_FLOW" };
  const more = { unitId: town.town.units.north, rule: "USAGE_CHANGE", group: "usage_change" };
  for (const [first, second, subject] of [
    [leak, more, "N1"],
    [more, leak, "N2"],
  ] as const)
    for (const finding of [first, second])
      await done(town, [await enqueue(town, OPEN_TICKET_QUEUE, await insertFinding(town.db, { ...finding, subject }))]);
  expect((await tickets(town)).map(({ key }) => key)).toEqual(["meter:N1|leak", "meter:N2|leak"]);
});

test("a finding that ended before its job ran opens no ticket", async () => {
  const town = await startTown();
  for (const state of ["withdrawn", "past", "false_alarm"]) {
    const id = await insertFinding(town.db, { unitId: town.town.units.north, state, subject: state });
    await done(town, [await enqueue(town, OPEN_TICKET_QUEUE, id)]);
  }
  expect(await tickets(town)).toEqual([]);
});

test("after a ticket is closed a new finding of the same key opens the next one", async () => {
  const town = await startTown();
  const first = await insertFinding(town.db, { unitId: town.town.units.north });
  await done(town, [await enqueue(town, OPEN_TICKET_QUEUE, first)]);
  await town.db.query("update ticket set state = 'closed'; update anomaly set state = 'closed'");
  const second = await insertFinding(town.db, { unitId: town.town.units.north, startsAtMs: TEST_NOW });
  await done(town, [await enqueue(town, OPEN_TICKET_QUEUE, second)]);
  expect(await tickets(town)).toHaveLength(2);
});

test("a finding that ends by itself is noted on its ticket, which stays with its owner", async () => {
  const town = await startTown();
  const id = await insertFinding(town.db, { unitId: town.town.units.north });
  await done(town, [await enqueue(town, OPEN_TICKET_QUEUE, id)]);
  await town.db.query("update anomaly set state = 'auto_closed' where id = $1", [id]);
  await done(town, [await enqueue(town, ANOMALY_CLEARED_QUEUE, id)]);
  const { rows } = await town.db.query("select note from ticket_step order by at, id");
  expect(rows.map((row) => row.note)[1]).toMatch(/条件已消失/);
  expect(await tickets(town)).toMatchObject([{ state: "new" }]);
});

function fillHotel({ store }: Harness): void {
  const span = { fromMs: Date.UTC(2026, 6, 31, 16) - DAY_MS, toMs: TEST_NOW, periodMs: HOUR_MS };
  store.fill("N1.forward_total", span, () => 500);
}

test("an ordered report is made, kept and shown to its manager, and ordering it twice makes one", async () => {
  const drawn: UsageCurveReport[] = [];
  const town = await startTown({
    usageCurve(report, language) {
      drawn.push(report);
      return renderer.usageCurve(report, language);
    },
  });
  fillHotel(town);
  const manager = await town.signIn("manager");
  const order = { accountId: town.town.accounts.hotel, month: "2026-09", language: "zh" };
  const answers = await Promise.all([1, 2, 3].map(() => manager.post<Report>("/api/reports", order)));
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 202]);
  const id = answers[0]?.body.id ?? "";
  expect(new Set(answers.map((answer) => answer.body.id))).toEqual(new Set([id]));
  await expect.poll(async () => (await manager.get<Report>(`/api/reports/${id}`)).body.state).toBe("done");
  const { body } = await manager.get<Report>(`/api/reports/${id}`);
  expect(body).toMatchObject({ totalM3: 360, completeness: 1, version: 1, isRevised: false, periodTo: "2026-10-01" });
  expect(drawn[0]?.previous.figures?.totalM3).toBeCloseTo(372, 6);
  const html = await manager.get(body.htmlUrl ?? "");
  expect(html.text).toBe("<h1>zh Hotel 2026-09-01</h1>");
  expect(html.headers["content-security-policy"]).toMatch(/^sandbox; default-src 'none'/);
  expect((await manager.get(body.csvUrl ?? "")).text).toBe("total,360\r\n");
});

test("a report that is ordered again after it was made is a revision with the next version", async () => {
  const town = await startTown();
  fillHotel(town);
  const manager = await town.signIn("manager");
  const order = { accountId: town.town.accounts.hotel, month: "2026-09", language: "en" };
  for (const version of [1, 2]) {
    const { id } = (await manager.post<Report>("/api/reports", order)).body;
    await expect
      .poll(async () => (await manager.get<Report>(`/api/reports/${id}`)).body)
      .toMatchObject({
        state: "done",
        version,
        isRevised: version > 1,
      });
  }
});

test("a report that cannot be made says why in its row", async () => {
  const town = await startTown();
  await town.db.query("delete from channel where meter_id = 'N1'");
  const manager = await town.signIn("manager");
  const order = { accountId: town.town.accounts.hotel, month: "2026-09", language: "zh" };
  const { id } = (await manager.post<Report>("/api/reports", order)).body;
  await expect
    .poll(async () => (await manager.get<Report>(`/api/reports/${id}`)).body)
    .toMatchObject({
      state: "failed",
      error: "account A-hotel has no meter with a register",
      htmlUrl: null,
    });
});

test("on the first of the month last month's reports are ordered for every key account, once", async () => {
  const { deps, clock, db } = await startHarness(databases);
  const schedule = { ...deps, logger: silentLogger, orderDays: 5 };
  expect(await orderMonthlyReports(schedule)).toBe(0);
  clock.set(Date.UTC(2026, 9, 31, 16));
  expect(await orderMonthlyReports(schedule)).toBe(2);
  expect(await orderMonthlyReports(schedule)).toBe(0);
  const { rows } = await db.query(
    "select period_from, period_to, requested_by from report_run r join account a on a.id = r.account_id order by a.no",
  );
  expect(rows).toEqual([
    { period_from: "2026-10-01", period_to: "2026-11-01", requested_by: null },
    { period_from: "2026-10-01", period_to: "2026-11-01", requested_by: null },
  ]);
});

test("tidying up forgets old done jobs, old sessions and all but the newest live events, and nothing else", async () => {
  const harness = await startHarness(databases);
  const { db, jobs } = harness;
  await harness.signIn("desk");
  await harness.signIn("control");
  await db.query("update session set expires_at = now() - interval '31 days' where user_id = $1", [
    harness.town.users.desk,
  ]);
  for (const days of [6, 8]) {
    const { id } = await db.transaction((tx) => jobs.enqueue(tx, { queue: "q", payload: days }));
    await db.query("update job set state = 'done', finished_at = now() - $2 * interval '1 day' where id = $1", [
      id,
      days,
    ]);
  }
  await tidyUp({ db, jobs, logger: silentLogger });
  expect((await jobs.list()).map((job) => job.payload)).toEqual([6]);
  const { rows } = await db.query("select user_id from session");
  expect(rows).toEqual([{ user_id: harness.town.users.control }]);
});

test("a finding whose evidence was not kept gets its ticket all the same", async () => {
  const town = await startTown();
  const id = await insertFinding(town.db, { unitId: town.town.units.north });
  await town.db.query("update anomaly set evidence = '{}' where id = $1", [id]);
  await done(town, [await enqueue(town, OPEN_TICKET_QUEUE, id)]);
  const { rows } = await town.db.query("select note from ticket_step");
  expect(rows).toEqual([{ note: "持续用水，疑似漏水 N1" }]);
});
