import { silentLogger, testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import type { z } from "zod";
import type { AnomalyDetail, AnomalyPage } from "../anomalies/wire.ts";
import { cleanUpAfterEach, type Harness, type Person, startHarness, TEST_NOW } from "../testing/harness.ts";
import { insertFinding } from "../testing/town.ts";
import { OPEN_TICKET_QUEUE, openTicket } from "../workers/open-ticket.ts";
import { lookAfterAlarms } from "./watch.ts";
import type { AlarmSummary, AlarmsChanged, PlannedWork } from "./wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOBODY = "00000000-0000-7000-8000-000000000000";

type Detail = z.infer<typeof AnomalyDetail>;

const alarmOf = async (person: Person, id: string) => (await person.get<Detail>(`/api/anomalies/${id}`)).body.alarm;
const subjectsOf = async (person: Person, query: string) =>
  (await person.get<z.infer<typeof AnomalyPage>>(`/api/anomalies?${query}`)).body.items.map((row) => row.subject);
const watchDeps = ({ db, clock, jobs }: Harness) => ({ db, clock, jobs, logger: silentLogger });

test("a new finding asks to be acknowledged within its priority's time, the dearer the sooner", async () => {
  const { db, town, signIn } = await startHarness(databases);
  const unitId = town.units.north;
  const finding = (subject: string, more: object) => insertFinding(db, { unitId, subject, ...more });
  const ids = {
    safety: await finding("G1", { rule: "GAS_CONT", group: "safety" }),
    critical: await finding("M1", { moneyPerDay: 900 }),
    major: await finding("M2", { moneyPerDay: 60 }),
    minor: await finding("M3", { moneyPerDay: 6 }),
  };
  const control = await signIn("control");
  const limits = { safety: 2, critical: 10, major: 60, minor: 480 };
  for (const [priority, id] of Object.entries(ids)) {
    const { body } = await control.get<Detail>(`/api/anomalies/${id}`);
    expect(body.alarm).toMatchObject({ state: "active_unack", priority, isChattering: false, owner: null });
    const ackBy = body.openedAt + limits[priority as keyof typeof limits] * MINUTE_MS;
    expect(body.alarm.ackBy).toBe(ackBy);
  }
});

test("a storm is acknowledged at once; who saw an alarm first stays, and what is out of sight is not touched", async () => {
  const { db, town, signIn } = await startHarness(databases);
  const { north, south } = town.units;
  const ids = [
    await insertFinding(db, { unitId: north, subject: "N1" }),
    await insertFinding(db, { unitId: north, subject: "N2" }),
    await insertFinding(db, { unitId: south, subject: "S1" }),
  ];
  const northern = await signIn("control-north");
  const first = await northern.post<AlarmsChanged>("/api/alarms/acknowledge", { ids: [...ids, NOBODY], note: "frost" });
  expect(first.body.changed.toSorted()).toEqual(ids.slice(0, 2).toSorted());
  expect(first.body.skipped).toEqual([
    { id: ids[2], why: "not_found" },
    { id: NOBODY, why: "not_found" },
  ]);
  const control = await signIn("control");
  const second = await control.post<AlarmsChanged>("/api/alarms/acknowledge", { ids });
  expect(second.body.changed).toEqual([ids[2]]);
  expect(await alarmOf(control, ids[0] ?? "")).toMatchObject({
    state: "active_ack",
    ackedBy: "control-north",
    ackNote: "frost",
    ackBy: null,
  });
  await control.post("/api/alarms/unacknowledge", { ids: ids.slice(0, 1) });
  expect(await alarmOf(control, ids[0] ?? "")).toMatchObject({ state: "active_unack", ackedBy: null });
  const { rows } = await db.query("select actor, action from audit_entry where subject = $1 order by no", [ids[0]]);
  expect(rows).toEqual([
    { actor: "control-north", action: "alarm.acknowledge" },
    { actor: "control", action: "alarm.unacknowledge" },
  ]);
});

test("a shelved alarm leaves the list with who, why and until when, and is back when its time is over", async () => {
  const harness = await startHarness(databases);
  const { db, town, signIn, clock } = harness;
  const id = await insertFinding(db, { unitId: town.units.north, subject: "N1" });
  const control = await signIn("control");
  expect((await control.post("/api/alarms/shelve", { ids: [id], forMinutes: 60, reason: "" })).status).toBe(400);
  await control.post("/api/alarms/shelve", { ids: [id], forMinutes: 60, reason: "pump test" });
  expect(await alarmOf(control, id)).toMatchObject({
    state: "shelved",
    shelvedBy: "control",
    shelveReason: "pump test",
    shelvedUntil: TEST_NOW + HOUR_MS,
  });
  expect(await subjectsOf(control, "state=attention")).toEqual([]);
  expect(await subjectsOf(control, "alarm=shelved")).toEqual(["N1"]);
  clock.advance(HOUR_MS);
  await lookAfterAlarms(watchDeps(harness));
  expect(await alarmOf(control, id)).toMatchObject({ state: "active_unack", shelvedUntil: null, shelveReason: null });
  expect(await subjectsOf(control, "state=attention")).toEqual(["N1"]);
  const { rows } = await db.query("select actor from audit_entry where action = 'alarm.unshelve'");
  expect(rows).toEqual([{ actor: "system" }]);
});

test("the service desk sees alarms and may neither acknowledge nor shelve them", async () => {
  const { db, town, signIn } = await startHarness(databases);
  const id = await insertFinding(db, { unitId: town.units.north });
  const desk = await signIn("desk");
  expect(await alarmOf(desk, id)).toMatchObject({ state: "active_unack" });
  expect((await desk.post("/api/alarms/acknowledge", { ids: [id] })).status).toBe(403);
  expect((await desk.post("/api/alarms/shelve", { ids: [id], forMinutes: 60, reason: "later" })).status).toBe(403);
});

test("who is on an alarm is shown and can be asked for; somebody who may not see it cannot be", async () => {
  const { db, town, signIn } = await startHarness(databases);
  const id = await insertFinding(db, { unitId: town.units.south, subject: "S1" });
  const control = await signIn("control");
  const northern = town.users["control-north"];
  expect((await control.post("/api/alarms/take-on", { ids: [id], ownerId: northern })).status).toBe(400);
  await control.post("/api/alarms/take-on", { ids: [id], ownerId: town.users.control });
  expect(await alarmOf(control, id)).toMatchObject({ owner: { id: town.users.control, name: "control" } });
  expect(await subjectsOf(control, "owner=me")).toEqual(["S1"]);
  await control.post("/api/alarms/take-on", { ids: [id], ownerId: null });
  expect(await subjectsOf(control, "owner=me")).toEqual([]);
});

test("what nobody acknowledges in time is told again, three times at most, and not once it is acknowledged", async () => {
  const harness = await startHarness(databases);
  const { db, town, signIn, clock } = harness;
  const unitId = town.units.north;
  const seen = await insertFinding(db, { unitId, subject: "N1", moneyPerDay: 900, openedAtMs: TEST_NOW });
  const unseen = await insertFinding(db, { unitId, subject: "N2", moneyPerDay: 900, openedAtMs: TEST_NOW });
  const control = await signIn("control");
  await control.post("/api/alarms/acknowledge", { ids: [seen] });
  const levels: number[] = [];
  for (let i = 0; i < 6; i++) {
    clock.advance(10 * MINUTE_MS + 1);
    await lookAfterAlarms(watchDeps(harness));
    levels.push((await alarmOf(control, unseen)).escalation);
  }
  expect(levels).toEqual([1, 2, 3, 3, 3, 3]);
  expect((await alarmOf(control, seen)).escalation).toBe(0);
  const { rows } = await db.query("select subject from audit_entry where action = 'alarm.escalate'");
  expect(rows).toHaveLength(3);
});

test("more new alarms than a person can take in come grouped by district and rule", async () => {
  const { db, town, signIn } = await startHarness(databases);
  const { north, south } = town.units;
  for (let i = 0; i < 9; i++)
    await insertFinding(db, { unitId: north, subject: `A${i}`, dmaId: "DMA-N", openedAtMs: TEST_NOW - MINUTE_MS });
  const control = await signIn("control");
  const summary = async () => (await control.get<AlarmSummary>("/api/alarms/summary")).body;
  expect((await summary()).flood).toBeNull();
  for (let i = 0; i < 2; i++)
    await insertFinding(db, {
      unitId: south,
      subject: `B${i}`,
      dmaId: "DMA-S",
      rule: "BURST",
      moneyPerDay: 400,
      openedAtMs: TEST_NOW - MINUTE_MS,
    });
  const { flood } = await summary();
  expect(flood?.count).toBe(11);
  expect(flood?.groups.map(({ dmaId, rule, count }) => [dmaId, rule, count])).toEqual([
    ["DMA-S", "BURST", 2],
    ["DMA-N", "CONT_FLOW", 9],
  ]);
  await control.post("/api/alarms/acknowledge", { ids: flood?.groups.flatMap((group) => group.ids) });
  const after = await summary();
  expect(after.flood).toBeNull();
  expect(after.unacknowledged).toEqual({ safety: 0, critical: 0, major: 0, minor: 0, info: 0 });
  expect(after.budget).toEqual({ perDay: 40, handledToday: 11, handledByMe: 11 });
  const another = await signIn("admin");
  const { body } = await another.get<AlarmSummary>("/api/alarms/summary");
  expect(body.budget).toEqual({ perDay: 40, handledToday: 11, handledByMe: 0 });
});

test("a leak that several rules see costs its money once in a flood, under the rule that makes it dearest", async () => {
  const { db, town, signIn } = await startHarness(databases);
  const unitId = town.units.north;
  const fresh = { unitId, dmaId: "DMA-N", openedAtMs: TEST_NOW - MINUTE_MS };
  for (let i = 0; i < 6; i++) {
    await insertFinding(db, { ...fresh, subject: `A${i}`, rule: "CONT_FLOW", moneyPerDay: 70 });
    await insertFinding(db, { ...fresh, subject: `A${i}`, rule: "FLOOR_RISE", moneyPerDay: i === 0 ? 90 : 50 });
  }
  await insertFinding(db, { ...fresh, subject: "A1", rule: "USAGE_CHANGE", group: "usage_change", moneyPerDay: 60 });
  const control = await signIn("control");
  const { flood } = (await control.get<AlarmSummary>("/api/alarms/summary")).body;
  expect(flood).toMatchObject({ count: 13, moneyPerDay: 5 * 70 + 90 });
  expect(flood?.groups).toMatchObject([
    { rule: "CONT_FLOW", count: 6, moneyPerDay: 5 * 70, countedElsewhere: 1 },
    { rule: "FLOOR_RISE", count: 6, moneyPerDay: 90, countedElsewhere: 5 },
    { rule: "USAGE_CHANGE", count: 1, moneyPerDay: 0, countedElsewhere: 1 },
  ]);
});

test("what begins during planned work raises no alarm and no ticket, and gets its ticket when it outlasts the work", async () => {
  const harness = await startHarness(databases);
  const { db, town, signIn, clock, jobs } = harness;
  const control = await signIn("control");
  const work = { subjectKind: "dma", subject: "DMA-N", reason: "main is flushed" };
  const times = { startsAt: TEST_NOW - HOUR_MS, endsAt: TEST_NOW + HOUR_MS };
  expect((await control.post("/api/planned-work", { ...work, startsAt: TEST_NOW, endsAt: TEST_NOW })).status).toBe(400);
  expect((await control.post("/api/planned-work", { ...work, ...times, subject: "NOWHERE" })).status).toBe(404);
  const made = await control.post<PlannedWork>("/api/planned-work", { ...work, ...times });
  expect(made.body).toMatchObject({ kind: "works", madeBy: "control", suppressedFindings: 0 });
  const unitId = town.units.north;
  const id = await insertFinding(db, { unitId, subject: "N1", dmaId: "DMA-N", openedAtMs: TEST_NOW });
  const desk = { db, clock, leakP2PerDay: 50 };
  expect(await openTicket(desk, id, async () => undefined)).toMatchObject({ kind: "none" });
  expect(await alarmOf(control, id)).toMatchObject({ state: "suppressed", plannedWork: { reason: "main is flushed" } });
  expect(await subjectsOf(control, "state=attention")).toEqual([]);
  await lookAfterAlarms(watchDeps(harness));
  expect(await jobs.count({ queue: OPEN_TICKET_QUEUE })).toBe(0);
  clock.advance(HOUR_MS);
  await lookAfterAlarms(watchDeps(harness));
  expect(await jobs.count({ queue: OPEN_TICKET_QUEUE })).toBe(1);
  expect(await openTicket(desk, id, async () => undefined)).toMatchObject({ kind: "opened" });
  expect(await alarmOf(control, id)).toMatchObject({ state: "active_unack", plannedWork: null });
});

test("planned work that is cancelled tells what it held back; gas safety is never held back", async () => {
  const harness = await startHarness(databases);
  const { db, town, signIn } = harness;
  const control = await signIn("control");
  const made = await control.post<PlannedWork>("/api/planned-work", {
    kind: "out_of_service",
    subjectKind: "meter",
    subject: "N1",
    startsAt: TEST_NOW - HOUR_MS,
    endsAt: TEST_NOW + HOUR_MS,
    reason: "meter is changed",
  });
  const common = { unitId: town.units.north, subject: "N1", openedAtMs: TEST_NOW };
  const leak = await insertFinding(db, common);
  const gas = await insertFinding(db, { ...common, rule: "GAS_CONT", group: "safety" });
  expect(await alarmOf(control, leak)).toMatchObject({ state: "out_of_service" });
  expect(await alarmOf(control, gas)).toMatchObject({ state: "active_unack", priority: "safety" });
  const url = `/api/planned-work/${made.body.id}/cancel`;
  expect((await (await signIn("desk")).post(url)).status).toBe(403);
  expect((await control.post<PlannedWork>(url)).body.cancelledAt).toBe(TEST_NOW);
  expect((await control.post(url)).body.code).toBe("PLANNED_WORK_ENDED");
  expect(await alarmOf(control, leak)).toMatchObject({ state: "active_unack" });
});

test("an alarm that came and went three times in a day is said to chatter", async () => {
  const { db, town, signIn } = await startHarness(databases);
  const common = { unitId: town.units.north, subject: "N1" };
  for (const hours of [9, 6])
    await insertFinding(db, { ...common, state: "auto_closed", startsAtMs: TEST_NOW - hours * HOUR_MS });
  const id = await insertFinding(db, { ...common, startsAtMs: TEST_NOW - HOUR_MS });
  expect(await alarmOf(await signIn("control"), id)).toMatchObject({ isChattering: true });
});
