import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import type { z } from "zod";
import type { Replay } from "../replay/wire.ts";
import { cleanUpAfterEach, type Harness, startHarness, TEST_NOW } from "../testing/harness.ts";
import { insertFinding, insertTicket } from "../testing/town.ts";
import { openTicket } from "../workers/open-ticket.ts";
import type { AnomalyContext } from "./context-wire.ts";
import type { ReportAnswer } from "./report-wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
type Answer = z.infer<typeof ReportAnswer>;
type Context = z.infer<typeof AnomalyContext>;

const seen = {
  subjectKind: "meter",
  subject: "N1",
  rule: "BURST",
  startsAt: TEST_NOW - HOUR_MS,
  note: "water on the street",
  rateM3h: 2,
};

async function giveTicket({ db, clock }: Harness, id: string): Promise<void> {
  await openTicket({ db, clock, leakP2PerDay: 100 }, id, async () => undefined);
}

test("an event that a person enters is a finding with evidence, money and a ticket; entered twice it is one", async () => {
  const harness = await startHarness(databases);
  const { db, signIn } = harness;
  const control = await signIn("control");
  const { status, body } = await control.post<Answer>("/api/anomalies", seen);
  expect(status).toBe(200);
  expect(body.hasJoined).toBe(false);
  expect(body.finding).toMatchObject({ state: "open", rule: "BURST", dmaId: "DMA-N", moneyPerDay: 2 * 24 * 4.5 });
  expect(body.finding.evidence.details).toMatchObject({ source: "person", note: seen.note, by: "control" });
  const { rows: jobs } = await db.query("select dedupe_key from job where queue = 'open-ticket'");
  expect(jobs).toEqual([{ dedupe_key: `anomaly:${body.finding.id}` }]);
  await giveTicket(harness, body.finding.id);

  const again = { ...seen, rule: "CONT_FLOW", startsAt: TEST_NOW - 2 * HOUR_MS, note: "still running, cellar wet" };
  const second = await (await signIn("control-north")).post<Answer>("/api/anomalies", again);
  expect(second.body).toMatchObject({ hasJoined: true, finding: { id: body.finding.id, rule: "BURST" } });
  const { rows: notes } = await db.query("select actor, note from ticket_step where note = $1", [again.note]);
  expect(notes).toEqual([{ actor: "control-north", note: again.note }]);
  const { rows: tickets } = await db.query("select count(*)::int as count from ticket");
  expect(tickets).toEqual([{ count: 1 }]);
  const { rows: audit } = await db.query("select actor from audit_entry where action = 'anomaly.report' order by no");
  expect(audit).toEqual([{ actor: "control" }, { actor: "control-north" }]);
});

test("a report makes a case of a finding that was too small for a ticket", async () => {
  const { db, town, signIn } = await startHarness(databases);
  const id = await insertFinding(db, { unitId: town.units.north, subject: "N2", moneyPerDay: 1 });
  await db.query("update anomaly set no_ticket_reason = 'below_threshold' where id = $1", [id]);
  const control = await signIn("control");
  const { body } = await control.post<Answer>("/api/anomalies", { ...seen, subject: "N2", rule: "CONT_FLOW" });
  expect(body).toMatchObject({ hasJoined: true, finding: { id, noTicketReason: null } });
  const { rows } = await db.query("select dedupe_key from job where queue = 'open-ticket'");
  expect(rows).toEqual([{ dedupe_key: `anomaly:${id}` }]);
});

test("nobody reports what he may not judge, lies elsewhere, or is still to come", async () => {
  const { signIn } = await startHarness(databases);
  const control = await signIn("control");
  expect((await (await signIn("desk")).post("/api/anomalies", seen)).status).toBe(403);
  const northern = await signIn("control-north");
  expect((await northern.post("/api/anomalies", { ...seen, subject: "S1" })).status).toBe(404);
  expect((await control.post("/api/anomalies", { ...seen, subject: "NOWHERE" })).status).toBe(404);
  expect((await control.post("/api/anomalies", { ...seen, startsAt: TEST_NOW + HOUR_MS })).status).toBe(400);
  expect((await control.post("/api/anomalies", { ...seen, rateM3h: -1 })).status).toBe(400);
  expect((await control.post("/api/anomalies", { ...seen, rule: "WRONG" })).status).toBe(400);
});

test("a district's night flow that rose with one customer's is his; similar findings and neighbours stand beside it", async () => {
  const { db, store, town, signIn } = await startHarness(databases);
  const startsAtMs = TEST_NOW - 4 * DAY_MS;
  const span = { fromMs: TEST_NOW - 15 * DAY_MS, toMs: TEST_NOW, periodMs: HOUR_MS };
  store.fill("N1.forward_total", span, (atMs) => (atMs > startsAtMs ? 2100 : 100));
  store.fill("N2.forward_total", span, () => 10);
  await db.query(
    `insert into dma_night (dma_id, night, mnf_m3h, expected_m3h, band_low_m3h, band_high_m3h, completeness)
     select 'DMA-N', d::date, case when d > ($1::timestamptz at time zone 'Asia/Shanghai')::date then 3 else 1 end, 1, 0.6, 1.5, 1
       from generate_series(($1::timestamptz - interval '14 days')::date, ($1::timestamptz + interval '4 days')::date, '1 day') d`,
    [new Date(startsAtMs)],
  );
  const base = { unitId: town.units.north, rule: "NIGHT_MIN", subjectKind: "dma", subject: "DMA-N", dmaId: "DMA-N" };
  const old = await insertFinding(db, { ...base, state: "closed", startsAtMs: startsAtMs - 60 * DAY_MS });
  await db.query("update anomaly set outcome = 'confirmed_leak_customer', closed_at = opened_at where id = $1", [old]);
  const id = await insertFinding(db, { ...base, startsAtMs });
  const control = await signIn("control");
  const { body } = await control.get<Context>(`/api/anomalies/${id}/context`);
  expect(body.causes[0]).toMatchObject({ side: "customer", pointsTo: "N1" });
  expect(body.facts).toMatchObject({ districtRiseM3h: 2, customers: 2, customersMeasured: 2, risenCustomers: 1 });
  expect(body.similar.map((finding) => finding.id)).toEqual([old]);
  expect(body.outcomes).toEqual([{ outcome: "confirmed_leak_customer", count: 1 }]);
  expect(body.neighbours.map((meter) => meter.id)).toEqual(["N1", "N2"]);
  expect(body.neighbours[0]).toMatchObject({ nightBeforeM3h: 0.1, nightNowM3h: 2.1, status: "good" });
});

test("a finding without any data around it has no cause, and is no error", async () => {
  const { db, town, signIn } = await startHarness(databases);
  const id = await insertFinding(db, { unitId: town.units.north, subject: "N1" });
  const { status, body } = await (await signIn("control")).get<Context>(`/api/anomalies/${id}/context`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ causes: [], similar: [], facts: { districtRiseM3h: null, pressureChange: null } });
});

test("a meter of an agent that is silent as a whole points to communication", async () => {
  const { db, town, signIn } = await startHarness(databases);
  const id = await insertFinding(db, { unitId: town.units.north, subject: "N1", rule: "COMMS", group: "comms" });
  const { body } = await (await signIn("control")).get<Context>(`/api/anomalies/${id}/context`);
  expect(body.causes[0]).toMatchObject({ side: "comms", pointsTo: "town/a-north" });
});

test("a replay tells what was known when: found, acknowledged, reported, noted, ended", async () => {
  const { db, town, clock, signIn } = await startHarness(databases);
  const openedAtMs = TEST_NOW - HOUR_MS;
  const found = { unitId: town.units.north, subject: "N1", dmaId: "DMA-N", startsAtMs: TEST_NOW - DAY_MS, openedAtMs };
  const id = await insertFinding(db, found);
  const ticketId = await insertTicket(db, { unitId: town.units.north });
  await db.query("update anomaly set ticket_id = $2 where id = $1", [id, ticketId]);
  const control = await signIn("control");
  await control.post("/api/alarms/acknowledge", { ids: [id], note: "crew asked" });
  clock.advance(60_000);
  await control.post("/api/shift-log", { text: "valve 12 is stuck", anomalyId: id, isCarried: true });
  clock.advance(60_000);
  await control.post(`/api/anomalies/${id}/false-alarm`, { reason: "pool was filled" });
  clock.advance(60_000);
  const { body } = await control.get<Replay>(`/api/anomalies/${id}/replay`);
  const kinds = body.happenings.map(({ kind, what, who }) => [kind, what, who]);
  expect(kinds).toContainEqual(["found", "CONT_FLOW", null]);
  expect(kinds).toContainEqual(["action", "alarm.acknowledge", "control"]);
  expect(kinds).toContainEqual(["note", "note", "control"]);
  expect(kinds).toContainEqual(["action", "anomaly.false_alarm", "control"]);
  expect(kinds).toContainEqual(["ticket", "note", "control"]);
  expect(kinds).toContainEqual(["ended", "CONT_FLOW", null]);
  expect(body.happenings.map(({ at }) => at)).toEqual(body.happenings.map(({ at }) => at).toSorted((a, b) => a - b));
  const district = await control.get<Replay>("/api/districts/DMA-N/replay");
  expect(district.body.happenings).toEqual(body.happenings);
  expect((await (await signIn("control-north")).get("/api/districts/DMA-S/replay")).status).toBe(404);
  expect((await control.get(`/api/districts/DMA-N/replay?from=${TEST_NOW}&to=1`)).status).toBe(400);
});
