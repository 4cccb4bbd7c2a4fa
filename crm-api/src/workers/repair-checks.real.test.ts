import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import { cleanUpAfterEach, type Harness, startHarness, TEST_NOW } from "../testing/harness.ts";
import { insertFinding } from "../testing/town.ts";
import { openTicket } from "./open-ticket.ts";
import { checkRepairs } from "./repair-checks.ts";

const databases = testDatabase();
cleanUpAfterEach();

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const desk = (harness: Harness) => ({ ...harness.deps, leakP2PerDay: 50 });
const nothing = async () => undefined;

/** A leak of 1 m³/h on a meter, and its ticket. */
async function leaking(harness: Harness, part: Parameters<typeof insertFinding>[1] | object = {}): Promise<string> {
  const id = await insertFinding(harness.db, { unitId: harness.town.units.north, ...part });
  await openTicket(desk(harness), id, nothing);
  return id;
}

async function setState({ db, clock }: Harness, state: "resolved" | "follow_up" | "closed"): Promise<void> {
  await db.query(
    `update ticket set state = $1, resolved_at = coalesce(resolved_at, $2),
       closed_at = case when $1 = 'closed' then $2 end`,
    [state, new Date(clock.now())],
  );
}

async function ticketsOf({ db }: Harness) {
  const { rows } = await db.query<{ no: string; state: string; note: string; rules: string }>(
    `select t.no, t.state, (select s.data #>> '{words,en}' from ticket_step s where s.ticket_id = t.id order by s.at desc, s.id desc limit 1) as note,
            (select string_agg(a.rule || ' ' || a.state, ', ' order by a.opened_at, a.rule) from anomaly a where a.ticket_id = t.id) as rules
       from ticket t order by t.no`,
  );
  return rows;
}

async function stateOfCheck({ db }: Harness): Promise<string[]> {
  const { rows } = await db.query<{ state: string }>("select state from repair_check order by repaired_at");
  return rows.map(({ state }) => state);
}

/** Fills the hotel's register from a week before now: 1 m³/h until the repair, then `after` litres an hour. */
function readings({ store }: Harness, repairedAtMs: number, after: number): void {
  const span = { fromMs: TEST_NOW - 7 * DAY_MS, toMs: TEST_NOW + 9 * DAY_MS, periodMs: HOUR_MS };
  store.fill("N1.forward_total", span, (atMs) => (atMs < repairedAtMs ? 1000 : after));
}

test("a repair that holds for three nights is said on its ticket, which stays as it is", async () => {
  const harness = await startHarness(databases);
  readings(harness, TEST_NOW, 200);
  await leaking(harness);
  await setState(harness, "closed");
  await checkRepairs(harness.deps);
  harness.clock.advance(2 * DAY_MS + HOUR_MS);
  await checkRepairs(harness.deps);
  expect(await stateOfCheck(harness)).toEqual(["watching"]);
  harness.clock.advance(DAY_MS);
  await checkRepairs(harness.deps);
  expect(await stateOfCheck(harness)).toEqual(["held"]);
  expect(await ticketsOf(harness)).toMatchObject([
    { state: "closed", note: expect.stringMatching(/200 L\/h, 200 L\/h, 200 L\/h in three nights, it holds/) },
  ]);
  await checkRepairs(harness.deps);
  expect(await stateOfCheck(harness)).toEqual(["held"]);
});

test("a repair that has not brought the night back reopens its ticket, says why, and is a finding of its own", async () => {
  const harness = await startHarness(databases);
  readings(harness, TEST_NOW, 900);
  await leaking(harness);
  await setState(harness, "resolved");
  await checkRepairs(harness.deps);
  harness.clock.advance(3 * DAY_MS + HOUR_MS);
  await Promise.all([checkRepairs(harness.deps), checkRepairs(harness.deps)]);
  const [ticket, ...others] = await ticketsOf(harness);
  expect(others).toEqual([]);
  expect(ticket).toMatchObject({
    state: "reopened",
    note: expect.stringMatching(/not solved \(1.0 m³\/h while it leaked/),
  });
  expect(ticket?.rules).toMatch(/POST_REPAIR investigating/);
  const steps = await harness.db.query("select from_state from ticket_step where to_state = 'reopened'");
  expect(steps.rows).toEqual([{ from_state: "resolved" }]);
  await setState(harness, "closed");
  await checkRepairs(harness.deps);
  expect(await stateOfCheck(harness)).toEqual(["not_solved", "watching"]);
});

test("a district's repair is judged by its nights; one that somebody has taken up again is left alone", async () => {
  const harness = await startHarness(databases);
  const dma = { subjectKind: "dma", subject: "DMA-N", dmaId: "DMA-N", rule: "NIGHT_MIN" };
  await leaking(harness, dma);
  await setState(harness, "closed");
  await checkRepairs(harness.deps);
  for (const [day, flow] of [
    [21, 9],
    [22, 0.35],
    [23, null],
    [24, 0.3],
    [25, 0.42],
  ] as const)
    await harness.db.query("insert into dma_night (dma_id, night, mnf_m3h, completeness) values ('DMA-N', $1, $2, 1)", [
      `2026-10-${day}`,
      flow,
    ]);
  harness.clock.advance(4 * DAY_MS);
  await checkRepairs(harness.deps);
  expect(await stateOfCheck(harness)).toEqual(["held"]);
  await harness.db.query("update ticket set state = 'resolved', resolved_at = $1", [new Date(harness.clock.now())]);
  await checkRepairs(harness.deps);
  await harness.db.query("update ticket set state = 'in_progress', resolved_at = null");
  harness.clock.advance(4 * DAY_MS);
  await checkRepairs(harness.deps);
  expect(await stateOfCheck(harness)).toEqual(["held", "given_up"]);
});

test("a subject that nobody could read is not called mended", async () => {
  const harness = await startHarness(databases);
  await leaking(harness);
  await setState(harness, "follow_up");
  await checkRepairs(harness.deps);
  harness.clock.advance(8 * DAY_MS);
  await checkRepairs(harness.deps);
  expect(await stateOfCheck(harness)).toEqual(["not_measured"]);
  expect((await ticketsOf(harness))[0]).toMatchObject({
    state: "follow_up",
    note: expect.stringMatching(/nobody can tell/),
  });
});

test("the same finding within seven days opens its closed ticket again; later, or another one, opens its own", async () => {
  const harness = await startHarness(databases);
  await leaking(harness);
  await harness.db.query("update anomaly set state = 'closed', closed_at = now()");
  await setState(harness, "closed");
  harness.clock.advance(5 * DAY_MS);
  await leaking(harness, { startsAtMs: TEST_NOW + 4 * DAY_MS });
  expect(await ticketsOf(harness)).toMatchObject([
    { state: "reopened", rules: "CONT_FLOW closed, CONT_FLOW investigating" },
  ]);
  const steps = await harness.db.query(
    "select data #>> '{words,en}' as en from ticket_step where to_state = 'reopened'",
  );
  expect(steps.rows).toMatchObject([{ en: expect.stringMatching(/it came back within 7 days/) }]);
  await harness.db.query("update anomaly set state = 'closed', closed_at = now()");
  await setState(harness, "closed");
  harness.clock.advance(8 * DAY_MS);
  await leaking(harness, { startsAtMs: TEST_NOW + 12 * DAY_MS });
  expect((await ticketsOf(harness)).map(({ state }) => state)).toEqual(["closed", "new"]);
});
