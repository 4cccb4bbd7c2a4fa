import { verifyAudit } from "@nightflow/storage";
import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import type { z } from "zod";
import { cleanUpAfterEach, type Harness, type Person, startHarness, TEST_NOW } from "../testing/harness.ts";
import { insertFinding, insertTicket } from "../testing/town.ts";
import type { TicketDetail, TicketPage } from "./wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

type Ticket = z.infer<typeof TicketDetail>;
const HOUR_MS = 3_600_000;

async function townWithTicket(more: Partial<Parameters<typeof insertTicket>[1]> = {}) {
  const harness = await startHarness(databases);
  const unitId = harness.town.units.north;
  const id = await insertTicket(harness.db, { unitId, ...more });
  const finding = await insertFinding(harness.db, { unitId, dmaId: "DMA-N" });
  await harness.db.query("update anomaly set ticket_id = $2 where id = $1", [finding, id]);
  return { ...harness, id, finding, desk: await harness.signIn("desk") };
}

async function move(person: Person, id: string, to: string, more: object = {}) {
  const { body } = await person.get<Ticket>(`/api/tickets/${id}`);
  return person.post<Ticket>(`/api/tickets/${id}/move`, { to, version: body.version, ...more });
}

async function findingState({ db }: Harness, id: string) {
  const { rows } = await db.query("select state, outcome, confirmed_cause from anomaly where id = $1", [id]);
  return rows[0];
}

test("a ticket goes from new to closed, and its finding follows it step by step", async () => {
  const town = await townWithTicket();
  const { id, desk, finding } = town;
  expect((await move(desk, id, "accepted")).body).toMatchObject({
    state: "accepted",
    assignee: { displayName: "desk" },
  });
  expect(await findingState(town, finding)).toMatchObject({ state: "investigating" });
  await move(desk, id, "in_progress");
  expect(await findingState(town, finding)).toMatchObject({ state: "field_work" });
  town.clock.advance(HOUR_MS);
  await move(desk, id, "resolved", { cause: "broken pipe", result: "mended" });
  expect(await findingState(town, finding)).toMatchObject({ state: "monitoring" });
  await move(desk, id, "follow_up");
  const closed = await move(desk, id, "closed", { followUpResult: "satisfied", outcome: "confirmed_leak_customer" });
  expect(closed.body).toMatchObject({
    state: "closed",
    next: ["reopened"],
    followUpResult: "satisfied",
    cause: "broken pipe",
  });
  expect(await findingState(town, finding)).toEqual({
    state: "closed",
    outcome: "confirmed_leak_customer",
    confirmed_cause: "broken pipe",
  });
});

test("every step keeps who did it and when, by the business clock", async () => {
  const { id, desk, clock } = await townWithTicket();
  await move(desk, id, "accepted");
  clock.advance(HOUR_MS);
  const { body } = await move(desk, id, "in_progress", { note: "on my way" });
  expect(
    body.steps.map(({ actorName, at, fromState, toState, note }) => ({ actorName, at, fromState, toState, note })),
  ).toEqual([
    { actorName: "desk", at: TEST_NOW, fromState: "new", toState: "accepted", note: null },
    { actorName: "desk", at: TEST_NOW + HOUR_MS, fromState: "accepted", toState: "in_progress", note: "on my way" },
  ]);
});

test("every move is in the audit trail and is told to whoever listens", async () => {
  const { id, desk, db, finding } = await townWithTicket();
  await move(desk, id, "accepted");
  const audit = await db.query("select actor, action, before, after from audit_entry where subject = $1", [id]);
  expect(audit.rows).toEqual([
    {
      actor: "desk",
      action: "ticket.move",
      before: { state: "new", version: 1 },
      after: { state: "accepted", version: 2 },
    },
  ]);
  expect((await verifyAudit(db)).firstFault).toBeUndefined();
  const events = await db.query("select kind, subject, unit_path from live_event order by id");
  expect(events.rows).toEqual([
    { kind: "ticket", subject: id, unit_path: "town/north/" },
    { kind: "anomaly", subject: finding, unit_path: "town/north/" },
  ]);
});

test("of two people who move a ticket at once one wins, and the other is told what happened", async () => {
  const { id, desk, signIn, db } = await townWithTicket();
  const control = await signIn("control");
  const answers = await Promise.all([
    desk.post(`/api/tickets/${id}/move`, { to: "accepted", version: 1 }),
    control.post(`/api/tickets/${id}/move`, { to: "cancelled", version: 1, note: "known works" }),
  ]);
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409]);
  const refused = answers.find((answer) => answer.status === 409);
  expect(refused?.body).toMatchObject({ code: "TICKET_CHANGED", remedy: /load it again/ });
  expect((await db.query("select 1 from ticket_step where ticket_id = $1", [id])).rows).toHaveLength(1);
});

test("a move that misses something is refused in words and changes nothing", async () => {
  const { id, desk } = await townWithTicket({ state: "in_progress" });
  const answer = await desk.post(`/api/tickets/${id}/move`, { to: "resolved", version: 1, cause: "pipe" });
  expect(answer.status).toBe(409);
  expect(answer.body).toMatchObject({ code: "TICKET_MOVE_INCOMPLETE", details: { missing: ["result"] } });
  expect((await desk.get<Ticket>(`/api/tickets/${id}`)).body).toMatchObject({
    state: "in_progress",
    version: 1,
    steps: [],
  });
});

test("an unsatisfied customer reopens the ticket, and the finding is looked into again", async () => {
  const town = await townWithTicket({ state: "follow_up" });
  const { body } = await move(town.desk, town.id, "closed", { followUpResult: "unsatisfied" });
  expect(body).toMatchObject({ state: "reopened", resolvedAt: null, closedAt: null, followUpResult: "unsatisfied" });
  expect(await findingState(town, town.finding)).toMatchObject({ state: "investigating" });
});

test("unreachable counts as an exemption after three noted attempts on two days", async () => {
  const { id, desk, clock } = await townWithTicket({ state: "follow_up" });
  const attempt = () => desk.post(`/api/tickets/${id}/note`, { note: "nobody answers", isFollowUpAttempt: true });
  const close = () => move(desk, id, "closed", { followUpExemption: "unreachable" });
  await attempt();
  await attempt();
  expect((await close()).status).toBe(409);
  clock.advance(24 * HOUR_MS);
  await attempt();
  expect((await close()).body).toMatchObject({ state: "closed", followUpExemption: "unreachable" });
});

test("time spent waiting for the customer moves the limit on", async () => {
  const { id, desk, clock } = await townWithTicket({ state: "in_progress", resolveByMs: TEST_NOW + 10 * HOUR_MS });
  const waiting = await move(desk, id, "waiting_customer", { note: "needs the key" });
  expect(waiting.body.resolveClock).toBe("paused");
  clock.advance(5 * HOUR_MS);
  expect((await move(desk, id, "in_progress")).body.resolveBy).toBe(TEST_NOW + 15 * HOUR_MS);
});

test("a closed ticket is not reopened beside a newer one about the same thing", async () => {
  const { id, desk, db, town } = await townWithTicket({ state: "closed" });
  await db.query("update ticket set closed_at = $2 where id = $1", [id, new Date(TEST_NOW)]);
  await insertTicket(db, { unitId: town.units.north });
  const answer = await desk.post(`/api/tickets/${id}/move`, { to: "reopened", version: 1, note: "again" });
  expect(answer.body).toMatchObject({ code: "TICKET_KEY_TAKEN" });
});

test("a ticket is given only to people who may see it", async () => {
  const { id, desk, town, db } = await townWithTicket();
  const assign = (assigneeId: string | undefined) => desk.post<Ticket>(`/api/tickets/${id}/assign`, { assigneeId });
  expect((await assign(town.users["desk-north"])).body.assignee?.displayName).toBe("desk-north");
  const south = await insertTicket(db, { unitId: town.units.south, subject: "S1" });
  const answer = await desk.post(`/api/tickets/${south}/assign`, { assigneeId: town.users["desk-north"] });
  expect([answer.status, answer.body.code]).toEqual([400, "REQUEST_INVALID"]);
});

test("the list shows what is due next first, mine when I ask, page by page without a gap", async () => {
  const { desk, db, town, id } = await townWithTicket();
  // Nobody has answered these: the answer is due next, a day after each was opened, not the solution.
  for (let hour = 1; hour <= 4; hour++) {
    const limits = { openedAtMs: TEST_NOW - hour * HOUR_MS, resolveByMs: TEST_NOW + hour * HOUR_MS };
    await insertTicket(db, { unitId: town.units.south, subject: `S${hour}`, ...limits });
  }
  await move(desk, id, "accepted");
  const mine = await desk.get<z.infer<typeof TicketPage>>("/api/tickets?mine=true");
  expect(mine.body.items.map((ticket) => ticket.id)).toEqual([id]);
  const seen: string[] = [];
  for (let cursor = ""; ; ) {
    const { body } = await desk.get<z.infer<typeof TicketPage>>(`/api/tickets?limit=2${cursor}`);
    seen.push(...body.items.map((ticket) => ticket.subject));
    if (body.nextCursor === null) break;
    cursor = `&cursor=${body.nextCursor}`;
  }
  expect(seen).toEqual(["S4", "S3", "S2", "S1", "N1"]);
});
