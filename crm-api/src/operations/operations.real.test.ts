import type { ProcessReport } from "@nightflow/domain";
import { endProcessReport, keepProcessReport, operationsEvents } from "@nightflow/storage";
import { silentLogger, testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import { ApiMetrics } from "../http/api-metrics.ts";
import { businessFamilies } from "../system/business-metrics.ts";
import { cleanUpAfterEach, startHarness } from "../testing/harness.ts";
import { HeadEndWatch } from "./watch.ts";
import type { HealthHistory, OperationsHealth } from "./wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

const from = (process: string) => ({ process, site: "town", everyS: 5 });
const said = (part: ProcessReport["part"], figures: Record<string, number>, reasons: string[] = []): ProcessReport => ({
  part,
  isReady: reasons.length === 0,
  reasons,
  figures,
});

test("the operator sees two ingests as one head-end, with what is wrong in a banner", async () => {
  const { db, signIn } = await startHarness(databases);
  await keepProcessReport(
    db,
    from("h1:1:ingest"),
    said("ingest", { storedPerS: 100, commitP99Ms: 5, diskFreeBytes: 9 }),
  );
  await keepProcessReport(db, from("h2:1:ingest"), said("ingest", { storedPerS: 50, commitP99Ms: 20 }, ["disk: 9 MB"]));
  await keepProcessReport(db, from("h1:2:analytics"), said("analytics", { lagS: 3, lagCommits: 2 }));
  const collector = await signIn("collector");
  const { body, status } = await collector.get<OperationsHealth>("/api/operations/health");
  expect(status).toBe(200);
  expect(body).toMatchObject({
    state: "degraded",
    headEnd: { storedPerS: 150, commitP99Ms: 20, diskFreeBytes: 9, connections: null },
    analytics: { lagS: 3, lagCommits: 2 },
    banner: { level: "warning", words: { en: "The head-end is not well: disk: 9 MB" } },
  });
  expect(body.processes.map(({ state }) => state)).toEqual(["good", "good", "degraded"]);
  expect(body.troubles).toMatchObject([
    { code: "disk_low", level: "alarm", subjects: ["h2:1:ingest"], why: "disk: 9 MB", isSinceAtLeast: true },
    { code: "agents_silent", subjects: ["town/a-south"] },
  ]);
  await endProcessReport(db, "h2:1:ingest");
  expect((await collector.get<OperationsHealth>("/api/operations/health")).body).toMatchObject({
    state: "good",
    headEnd: { storedPerS: 100 },
    banner: null,
  });
});

test("a part that was killed and started again is replaced and no trouble; memory counts a process once", async () => {
  const { db, signIn } = await startHarness(databases);
  await keepProcessReport(db, from("h1:1:head-end"), said("head-end", {}));
  await db.query("update process_report set seen_at = clock_timestamp() - interval '5 min'");
  await keepProcessReport(db, from("h1:2:head-end"), said("head-end", { rssBytes: 7, storeJournalBytes: 3 }));
  await keepProcessReport(db, from("h1:2:api"), said("api", { rssBytes: 7 }));
  const { body } = await (await signIn("collector")).get<OperationsHealth>("/api/operations/health");
  expect(body.processes.map(({ process, state }) => [process, state])).toEqual([
    ["h1:2:api", "good"],
    ["h1:1:head-end", "replaced"],
    ["h1:2:head-end", "good"],
  ]);
  expect(body).toMatchObject({ memoryBytes: 7, store: { kind: "duckdb", journalBytes: 3, fileBytes: null } });
  expect(body.troubles.filter(({ code }) => code !== "agents_silent")).toEqual([]);
});

test("an agent whose outbox fills and one whose clock is off are told by name", async () => {
  const { db, signIn } = await startHarness(databases);
  await db.query("update agent set is_online = true, status = $1", [
    JSON.stringify({ outbox: { alarm: true }, clock: { alarm: true } }),
  ]);
  await db.query("update agent set is_online = false where id = 'a-south'");
  const { body } = await (await signIn("admin")).get<OperationsHealth>("/api/operations/health");
  expect(body.agents).toMatchObject({ filling: ["town/a-north", "town/a-south"], clocksOff: ["town/a-north"] });
});

test("agents that are away are named, those put out are not missed; the last hour holds each look", async () => {
  const { db, signIn } = await startHarness(databases);
  await keepProcessReport(db, from("h1:1:head-end"), said("head-end", { storedPerS: 12 }));
  await db.query(
    `insert into agent (site, id, is_online, status_at) values ('x', 'gone', false, now()), ('x', 'out', false, now())
     on conflict do nothing`,
  );
  await db.query("update agent set is_online = true where site <> 'x'");
  await db.query(
    `insert into enrolled_agent (site, agent, how, joined_by, revoked_at, change_no) values ('x', 'out', 'none', 'password', now(), 1)`,
  );
  const collector = await signIn("collector");
  const { body } = await collector.get<OperationsHealth>("/api/operations/health");
  expect(body.agents).toMatchObject({ offline: 1, away: ["x/gone"], waiting: 0 });
  expect(body.troubles).toMatchObject([{ code: "agents_silent", subjects: ["x/gone"], count: 1 }]);
  const history = await collector.get<HealthHistory>("/api/operations/history");
  expect(history.body).toMatchObject({ storedPerS: [12], lagS: [null] });
  expect((await (await signIn("manager")).get("/api/operations/history")).status).toBe(403);
});

test("who has nothing to do with collection does not see how the platform runs", async () => {
  const { signIn, stranger } = await startHarness(databases);
  expect((await (await signIn("manager")).get("/api/operations/health")).status).toBe(403);
  expect((await stranger.get("/api/operations/health")).status).toBe(401);
  expect((await (await signIn("control")).get<OperationsHealth>("/api/operations/health")).body.state).toBe("unknown");
});

test("readers of the feed are shown; one that is gone is removed by an administrator, with a reason that stays", async () => {
  const { db, store, signIn } = await startHarness(databases);
  store.consumers.push({ name: "old", cursor: 3, lagCommits: 40, lagMs: 7_200_000 });
  const [admin, collector] = [await signIn("admin"), await signIn("collector")];
  const health = await collector.get<OperationsHealth>("/api/operations/health");
  expect(health.body.feed).toEqual([{ name: "old", cursor: 3, lagCommits: 40, lagS: 7200 }]);
  expect(health.body.troubles.map(({ code }) => code)).toContain("feed_held");
  const body = { reason: "tried once, removed since" };
  expect((await collector.post("/api/operations/feed/old/forget", body)).status).toBe(403);
  expect((await admin.post("/api/operations/feed/old/forget", { reason: "" })).status).toBe(400);
  expect((await admin.post("/api/operations/feed/old/forget", body)).status).toBe(204);
  expect((await admin.post("/api/operations/feed/old/forget", body)).status).toBe(404);
  expect(store.consumers).toEqual([]);
  const { rows } = await db.query(
    "select actor, subject, reason from audit_entry where action = 'feed.forget_consumer'",
  );
  expect(rows).toEqual([{ actor: "admin", subject: "old", reason: body.reason }]);
});

test("a head-end that is not heard of opens one event and a banner, and closes it when it is back", async () => {
  const { db, clock, signIn } = await startHarness(databases);
  const watches = [1, 2].map(() => new HeadEndWatch({ db, clock, logger: silentLogger }));
  const lookAt = (nowMs: number) => Promise.all(watches.map((watch) => watch.look(nowMs)));
  await keepProcessReport(db, from("h1:1:head-end"), said("head-end", {}));
  await db.query("update process_report set seen_at = clock_timestamp() - interval '40 s'");
  await lookAt(0);
  await lookAt(20_000);
  // Just come up, a watch cannot know whether the head-end or the database was away.
  expect(await operationsEvents(db)).toEqual([]);
  await lookAt(30_000);
  expect(await operationsEvents(db)).toMatchObject([{ kind: "head_end_silent", subject: "town", closedAt: null }]);
  const { body } = await (await signIn("collector")).get<OperationsHealth>("/api/operations/health");
  expect(body).toMatchObject({ state: "silent", headEnd: null, banner: { level: "alarm" } });
  await keepProcessReport(db, from("h1:1:head-end"), said("head-end", {}));
  await lookAt(40_000);
  const [event] = await operationsEvents(db);
  expect(event?.closedAt).not.toBeNull();
});

test("requests are counted by their route's pattern, and what is open by its kind", async () => {
  const metrics = new ApiMetrics();
  const { db, clock, signIn, stranger } = await startHarness(databases, { metrics });
  const desk = await signIn("desk");
  for (const id of ["a", "b"]) await desk.get(`/api/meters/${id}`);
  await stranger.get("/api/no/such/address");
  const [requests] = metrics.families();
  const counts = requests?.samples.filter(({ suffix }) => suffix === "_count");
  expect(counts).toContainEqual({
    suffix: "_count",
    value: 2,
    labels: { method: "GET", route: "/api/meters/:id", status: "404" },
  });
  expect(counts?.some(({ labels }) => labels?.route?.includes("such"))).toBe(false);
  expect((await businessFamilies(db, clock.now())).map(({ name }) => name)).toEqual([
    "nightflow_findings_open",
    "nightflow_tickets_open",
    "nightflow_tickets_overdue",
  ]);
});
