import { newId } from "@nightflow/domain";
import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import type { z } from "zod";
import { cleanUpAfterEach, type Harness, startHarness, TEST_NOW } from "../testing/harness.ts";
import { insertTicket } from "../testing/town.ts";
import type { RuleList, RuleOutcomes, RulePreview, RuleVersions } from "./wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

const DAY_MS = 86_400_000;
type List = z.infer<typeof RuleList>;
type Outcomes = z.infer<typeof RuleOutcomes>;
type Versions = z.infer<typeof RuleVersions>;

async function addJudged({ db }: Harness, rule: string, outcome: string, daysAgo: number): Promise<void> {
  const at = new Date(TEST_NOW - daysAgo * DAY_MS);
  await db.query(
    `insert into anomaly (id, rule, subject_kind, subject, cause_group, direction, state, commodity, starts_at, opened_at,
       last_seen_at, closed_at, evidence, currency, confidence, outcome, unit_id)
     values ($1, $2, 'meter', $3, 'leak', 'up', 'closed', 'water', $4, $4, $4, $4, '{}', 'CNY', 0.9, $5,
       (select id from org_unit order by length(path) limit 1))`,
    [newId(), rule, newId(), at, outcome],
  );
}

const ruleOf = (list: List, code: string) => list.items.find((rule) => rule.code === code);

test("every rule is listed with its parameters and how often it was right in the last 180 days", async () => {
  const harness = await startHarness(databases);
  for (const [outcome, days] of [
    ["confirmed_leak_customer", 3],
    ["confirmed_leak_customer", 170],
    ["normal_use", 9],
    ["unknown", 9],
    ["burst", 200],
  ] as const)
    await addJudged(harness, "CONT_FLOW", outcome, days);
  const control = await harness.signIn("control");
  const { status, body } = await control.get<List>("/api/rules");
  expect([status, body.days]).toEqual([200, 180]);
  const rule = ruleOf(body, "CONT_FLOW");
  expect(rule).toMatchObject({ version: 0, precision: { judged: 3, confirmed: 2, share: expect.closeTo(2 / 3, 6) } });
  expect(rule?.precision.low).toBeGreaterThan(0.2);
  expect(rule?.parameters.find(({ name }) => name === "leastHours")).toMatchObject({
    value: 12,
    default: 12,
    unit: "h",
  });
  expect(ruleOf(body, "COMMS")?.parameters).toEqual([]);
  expect((await (await harness.signIn("desk")).get("/api/rules")).status).toBe(403);
});

test("a rule is set with a reason, told to the detectors, and put back to a former version; nothing is lost", async () => {
  const harness = await startHarness(databases);
  const told: string[] = [];
  const stop = await harness.db.listen("rule_setting", (rule) => told.push(rule));
  const control = await harness.signIn("control");
  const set = { parameters: { leastHours: 24 }, reason: "too many guests", basedOn: 0 };
  const first = await control.post<Versions>("/api/rules/CONT_FLOW/settings", set);
  expect(first.body.items).toMatchObject([
    { version: 1, parameters: { leastHours: 24, quietHours: 2 }, reason: set.reason },
  ]);
  await expect.poll(() => told).toEqual(["CONT_FLOW"]);
  expect((await control.post("/api/rules/CONT_FLOW/settings", set)).body.code).toBe("RULE_CHANGED");
  const { body } = await control.post<Versions>("/api/rules/CONT_FLOW/restore", {
    version: 0,
    reason: "it found less",
    basedOn: 1,
  });
  expect(body.items.map(({ version, restores }) => [version, restores])).toEqual([
    [2, 0],
    [1, null],
  ]);
  expect(ruleOf((await control.get<List>("/api/rules")).body, "CONT_FLOW")).toMatchObject({ version: 2 });
  const { rows } = await harness.db.query(
    "select action, reason from audit_entry where subject_kind = 'rule' order by at, action",
  );
  expect(rows).toHaveLength(2);
  await stop();
});

test("a rule with impossible parameters is refused, each named with its range", async () => {
  const control = await (await startHarness(databases)).signIn("control");
  const parameters = { leastHours: -1, made_up: 3 };
  const answer = await control.post("/api/rules/CONT_FLOW/settings", { parameters, reason: "why not", basedOn: 0 });
  expect([answer.status, answer.body.code]).toEqual([400, "RULE_PARAMETERS"]);
  expect(answer.body.details).toEqual({
    faults: [
      { parameter: "leastHours", fault: "too_low", least: 4, most: 72 },
      { parameter: "made_up", fault: "unknown" },
    ],
  });
  const nothing = { parameters: {}, reason: "no parameters", basedOn: 0 };
  expect((await control.post("/api/rules/COMMS/settings", nothing)).body.code).toBe("RULE_NOT_TUNED");
});

test("a preview is asked for, waits as a job, and is come back to by its id", async () => {
  const harness = await startHarness(databases);
  const control = await harness.signIn("control");
  const period = { from: TEST_NOW - 30 * DAY_MS, to: TEST_NOW };
  const asked = await control.post<RulePreview>("/api/rules/BURST/preview", {
    parameters: { q3Share: 0.2 },
    ...period,
  });
  expect(asked.body).toMatchObject({ rule: "BURST", state: "waiting", result: null, parameters: { q3Share: 0.2 } });
  const [job] = await harness.jobs.list({ queue: "rule-preview" });
  expect(job?.payload).toEqual({ previewId: asked.body.id });
  const again = await control.get<RulePreview>(`/api/rules/previews/${asked.body.id}`);
  expect(again.body).toEqual(asked.body);
  const backwards = { parameters: {}, from: period.to, to: period.from };
  expect((await control.post("/api/rules/BURST/preview", backwards)).status).toBe(400);
  const auditor = await harness.signIn("auditor");
  expect((await auditor.post("/api/rules/BURST/preview", { parameters: {}, ...period })).status).toBe(403);
});

test("a preview that waits is cancelled with its job, and says by whom; what is done stays done", async () => {
  const harness = await startHarness(databases);
  const control = await harness.signIn("control");
  const period = { from: TEST_NOW - 30 * DAY_MS, to: TEST_NOW };
  const { body } = await control.post<RulePreview>("/api/rules/BURST/preview", { parameters: {}, ...period });
  const auditor = await harness.signIn("auditor");
  expect((await auditor.post(`/api/rules/previews/${body.id}/cancel`)).status).toBe(403);
  const cancelled = await control.post<RulePreview>(`/api/rules/previews/${body.id}/cancel`);
  expect(cancelled.body).toMatchObject({ state: "cancelled", error: "cancelled by control", finishedAt: TEST_NOW });
  const [job] = await harness.jobs.list({ queue: "rule-preview" });
  expect(job).toMatchObject({ state: "done", lastError: "cancelled by control" });
  expect((await control.post(`/api/rules/previews/${body.id}/cancel`)).status).toBe(200);
  const { rows } = await harness.db.query(
    "select count(*)::int as count from audit_entry where action = 'rule.preview.cancel'",
  );
  expect(rows).toEqual([{ count: 1 }]);
});

test("the judged findings that make a rule's precision are listed singly, with the tickets that say so", async () => {
  const harness = await startHarness(databases);
  await addJudged(harness, "CONT_FLOW", "normal_use", 9);
  await addJudged(harness, "CONT_FLOW", "confirmed_leak_customer", 3);
  await addJudged(harness, "CONT_FLOW", "burst", 200);
  await addJudged(harness, "BURST", "burst", 2);
  const ticketId = await insertTicket(harness.db, { unitId: harness.town.units.north, subject: "N1" });
  await harness.db.query("update anomaly set ticket_id = $1 where outcome = 'normal_use'", [ticketId]);
  const control = await harness.signIn("control");
  const { body } = await control.get<Outcomes>("/api/rules/CONT_FLOW/outcomes");
  expect(body).toMatchObject({
    days: 180,
    total: 2,
    items: [
      { outcome: "confirmed_leak_customer", isConfirmed: true, ticketId: null },
      { outcome: "normal_use", isConfirmed: false, ticketId, ticketNo: expect.any(String) },
    ],
  });
});
