import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import type { z } from "zod";
import { cleanUpAfterEach, startHarness, TEST_NOW } from "../testing/harness.ts";
import { insertFinding, insertTicket } from "../testing/town.ts";
import type { AnomalyChart, AnomalyDetail, AnomalyPage } from "./wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

type Page = z.infer<typeof AnomalyPage>;
const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 9, 20);

test("active findings come dearest first, and a filter by rule, district or word keeps to it", async () => {
  const { db, town, signIn } = await startHarness(databases);
  const { north, south } = town.units;
  await insertFinding(db, { unitId: north, subject: "N1", moneyPerDay: 10, dmaId: "DMA-N" });
  await insertFinding(db, { unitId: south, subject: "S1", moneyPerDay: 90, dmaId: "DMA-S" });
  await insertFinding(db, {
    unitId: north,
    subject: "DMA-N",
    subjectKind: "dma",
    rule: "NIGHT_MIN",
    moneyPerDay: 40,
    dmaId: "DMA-N",
  });
  await insertFinding(db, { unitId: north, subject: "N2", state: "past", moneyPerDay: 500 });
  const control = await signIn("control");
  const subjects = async (query: string) =>
    (await control.get<Page>(`/api/anomalies${query}`)).body.items.map((finding) => finding.subject);
  expect(await subjects("")).toEqual(["S1", "DMA-N", "N1"]);
  expect(await subjects("?dma=DMA-N")).toEqual(["DMA-N", "N1"]);
  expect(await subjects("?rule=NIGHT_MIN")).toEqual(["DMA-N"]);
  expect(await subjects("?q=hotel")).toEqual(["N1"]);
  expect(await subjects("?q=%25")).toEqual([]);
  expect(await subjects("?state=past")).toEqual(["N2"]);
});

test("gas that escapes comes before any money, and after it when it is over", async () => {
  const { db, town, signIn } = await startHarness(databases);
  const unitId = town.units.north;
  for (let i = 0; i < 3; i++) await insertFinding(db, { unitId, subject: `M${i}`, moneyPerDay: 5000 + i });
  const gas = { unitId, rule: "GAS_CONT", group: "safety", moneyPerDay: 4 } as const;
  await insertFinding(db, { ...gas, subject: "G1" });
  await insertFinding(db, { ...gas, subject: "G2", state: "auto_closed" });
  const control = await signIn("control");
  const page = async (query: string) => (await control.get<Page>(`/api/anomalies?${query}`)).body;
  const first = await page("limit=2");
  expect(first.items.map((finding) => finding.subject)).toEqual(["G1", "M2"]);
  const second = await page(`limit=2&cursor=${first.nextCursor}`);
  expect(second.items.map((finding) => finding.subject)).toEqual(["M1", "M0"]);
  expect((await page("state=all")).items.map((finding) => finding.subject)).toEqual(["G1", "M2", "M1", "M0", "G2"]);
});

test("pages of the ranked list neither repeat nor leave out a finding, equal ranks or not", async () => {
  const { db, town, signIn } = await startHarness(databases);
  for (let i = 0; i < 7; i++)
    await insertFinding(db, { unitId: town.units.north, subject: `M${i}`, moneyPerDay: i < 4 ? 1 / 3 : i });
  const control = await signIn("control");
  const seen: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const next: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const { body }: { body: Page } = await control.get<Page>(`/api/anomalies?limit=2${next}`);
    seen.push(...body.items.map((finding) => finding.subject));
    cursor = body.nextCursor;
  }
  expect(seen.slice(0, 3)).toEqual(["M6", "M5", "M4"]);
  expect([...seen].sort()).toEqual(["M0", "M1", "M2", "M3", "M4", "M5", "M6"]);
});

test("a finding shows its evidence, its ticket and what else is open about it", async () => {
  const { db, town, signIn } = await startHarness(databases);
  const unitId = town.units.north;
  const id = await insertFinding(db, { unitId, dmaId: "DMA-N" });
  const other = await insertFinding(db, { unitId, rule: "BURST", dmaId: "DMA-N" });
  const ticket = await insertTicket(db, { unitId });
  await db.query("update anomaly set ticket_id = $2 where id = $1", [id, ticket]);
  const { body } = await (await signIn("control")).get<z.infer<typeof AnomalyDetail>>(`/api/anomalies/${id}`);
  expect(body).toMatchObject({
    place: "Hotel street 1",
    ruleName: { en: "Flow never stops, probably a leak" },
    evidence: { floorM3h: 1, clearsWhen: { en: "it stops" } },
    ticket: { id: ticket, state: "new" },
  });
  expect(body.related.map((finding) => finding.id)).toEqual([other]);
});

test("the evidence chart holds what flowed around the start, a gap as a gap, and what was expected", async () => {
  const { db, town, signIn, store } = await startHarness(databases);
  const channel = "N1.forward_total";
  const flowOf = (atMs: number) => (atMs < START ? 200 : 1200);
  store.fill(channel, { fromMs: START - 10 * 24 * HOUR_MS, toMs: START + 12 * HOUR_MS, periodMs: HOUR_MS }, flowOf);
  const openedAtMs = START + 8 * HOUR_MS;
  const id = await insertFinding(db, { unitId: town.units.north, startsAtMs: START, openedAtMs });
  // An update came later: the mark stays where the finding was made.
  await db.query("update anomaly set evidence = jsonb_set(evidence, '{knowableAt}', $2::jsonb) where id = $1", [
    id,
    JSON.stringify(START + 20 * HOUR_MS),
  ]);
  const { body } = await (await signIn("control")).get<z.infer<typeof AnomalyChart>>(`/api/anomalies/${id}/chart`);
  expect(body).toMatchObject({
    knowableAt: openedAtMs,
    unit: "m3/h",
    stepMs: HOUR_MS,
    expectedM3h: 0.2,
    floorM3h: 1,
    beginsAt: START,
  });
  expect(body.startAt[0]).toBe(START - 3 * 24 * HOUR_MS);
  const at = body.startAt.indexOf(START);
  expect(body.actualM3h[at - 1]).toBeCloseTo(0.2, 9);
  expect(body.actualM3h[at]).toBeCloseTo(1.2, 9);
  expect(body.actualM3h.at(-1)).toBeNull();
  expect(body.quality.at(-1)).toBe("missing");
  expect(Math.max(...body.startAt)).toBeLessThan(TEST_NOW);
});

test("a false alarm is ended with its reason, and its ticket is told", async () => {
  const { db, town, signIn } = await startHarness(databases);
  const unitId = town.units.north;
  const id = await insertFinding(db, { unitId });
  const ticket = await insertTicket(db, { unitId });
  await db.query("update anomaly set ticket_id = $2 where id = $1", [id, ticket]);
  const control = await signIn("control");
  const url = `/api/anomalies/${id}/false-alarm`;
  expect((await control.post(url, { reason: "" })).status).toBe(400);
  const answer = await control.post<z.infer<typeof AnomalyDetail>>(url, {
    reason: "pool was filled",
    outcome: "normal_use",
  });
  expect(answer.body).toMatchObject({ state: "false_alarm", outcome: "normal_use", confirmedCause: "pool was filled" });
  const { rows } = await db.query("select actor, note from ticket_step where ticket_id = $1", [ticket]);
  expect(rows).toEqual([{ actor: "control", note: "CONT_FLOW N1: false_alarm. pool was filled" }]);
  expect((await control.post(url, { reason: "once more" })).body.code).toBe("ANOMALY_ENDED");
});

test("planned use ends a finding as planned; the service desk may look but not judge", async () => {
  const { db, town, signIn } = await startHarness(databases);
  const id = await insertFinding(db, { unitId: town.units.north });
  const url = `/api/anomalies/${id}/planned`;
  expect((await (await signIn("desk")).post(url, { reason: "works" })).status).toBe(403);
  const answer = await (await signIn("control")).post<z.infer<typeof AnomalyDetail>>(url, { reason: "hydrant test" });
  expect(answer.body).toMatchObject({ state: "planned", outcome: "planned_change", closedAt: TEST_NOW });
});
