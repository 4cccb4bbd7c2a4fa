import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import type { z } from "zod";
import { cleanUpAfterEach, startHarness, TEST_NOW } from "../testing/harness.ts";
import { insertFinding } from "../testing/town.ts";
import type { DistrictSurroundings } from "./around-wire.ts";
import type { StepTest, StepTestList } from "./step-test-wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

const HOUR_MS = 3_600_000;
const QUARTER_MS = 900_000;
const NIGHT = TEST_NOW - 10 * HOUR_MS;

test("the step test of a district ranks its sub-zones by what the inflow lost when they were closed", async () => {
  const { db, store, signIn } = await startHarness(databases);
  await db.query("update meter set period_s = 900 where id = 'N0'");
  const span = { fromMs: NIGHT - 6 * HOUR_MS, toMs: NIGHT + 6 * HOUR_MS, periodMs: QUARTER_MS };
  // 10 m³/h, less 1 when West is closed, less 4 more when East is.
  const flow = (atMs: number) => 10 - (atMs >= NIGHT ? 1 : 0) - (atMs >= NIGHT + HOUR_MS ? 4 : 0);
  store.fill("N0.forward_total", span, (atMs) => flow(atMs) * 250 + ((atMs / QUARTER_MS) % 2 === 0 ? 10 : -10));
  const control = await signIn("control");
  const made = await control.post<StepTest>("/api/districts/DMA-N/step-tests", {
    note: "night of the 21st",
    steps: [{ subZone: "West", closedAt: NIGHT }],
  });
  expect(made.status).toBe(200);
  const east = { subZone: "East", closedAt: NIGHT + HOUR_MS, openedAt: NIGHT + 3 * HOUR_MS };
  const { body } = await control.post<StepTest>(`/api/step-tests/${made.body.id}/steps`, east);
  expect(body.steps.map(({ subZone, isClear }) => [subZone, isClear])).toEqual([
    ["East", true],
    ["West", true],
  ]);
  expect(body.steps[0]?.dropM3h).toBeCloseTo(4, 1);
  expect(body.steps[1]?.dropM3h).toBeCloseTo(1, 1);
  expect(body.steps[0]).toMatchObject({ intervalsBefore: 4, intervalsAfter: 8, openedAt: NIGHT + 3 * HOUR_MS });

  expect((await control.post(`/api/step-tests/${body.id}/steps`, east)).body.code).toBe("STEP_TEST_TIME_TAKEN");
  const future = { subZone: "South", closedAt: TEST_NOW + HOUR_MS };
  expect((await control.post(`/api/step-tests/${body.id}/steps`, future)).status).toBe(400);
  await control.delete(`/api/step-tests/${body.id}/steps/${body.steps[1]?.id}`);
  const list = await control.get<z.infer<typeof StepTestList>>("/api/districts/DMA-N/step-tests");
  expect(list.body.items.map(({ steps }) => steps.map(({ subZone }) => subZone))).toEqual([["East"]]);
  const { rows } = await db.query("select action from audit_entry where subject = 'DMA-N' order by no");
  expect(rows.map(({ action }) => action)).toEqual(["step_test.make", "step_test.step", "step_test.remove_step"]);
});

test("a step test without readings has no drops; the desk may see it and not record one; nobody sees another region's", async () => {
  const { signIn } = await startHarness(databases);
  const control = await signIn("control");
  const steps = [{ subZone: "West", closedAt: NIGHT }];
  const { body } = await control.post<StepTest>("/api/districts/DMA-S/step-tests", { steps });
  expect(body.steps[0]).toMatchObject({ dropM3h: null, uncertaintyM3h: null, intervalsBefore: 0, isClear: false });
  const desk = await signIn("desk");
  expect((await desk.get("/api/districts/DMA-S/step-tests")).status).toBe(200);
  expect((await desk.post("/api/districts/DMA-S/step-tests", { steps })).status).toBe(403);
  const northern = await signIn("control-north");
  expect((await northern.get("/api/districts/DMA-S/step-tests")).status).toBe(404);
  expect((await northern.post(`/api/step-tests/${body.id}/steps`, steps[0])).status).toBe(404);
});

test("a district shows its worst customers first, what they use at night, and the districts beside it", async () => {
  const { db, store, town, signIn } = await startHarness(databases);
  await db.query("insert into dma (id, name_zh, name_en, unit_id) values ('DMA-N2', '北二区', 'North 2', $1)", [
    town.units.north,
  ]);
  const span = { fromMs: TEST_NOW - 12 * 24 * HOUR_MS, toMs: TEST_NOW, periodMs: HOUR_MS };
  store.fill("N1.forward_total", span, (atMs) => (atMs > TEST_NOW - 3 * 24 * HOUR_MS ? 300 : 100));
  store.fill("N2.forward_total", span, () => 10);
  await db.query(
    `insert into district_hour (dma_id, hour, input_ml, input_good_s, input_due_s, used_ml, used_good_s, used_due_s)
     select 'DMA-N', h, 4e6, 3600, 3600, 0, 0, 0 from generate_series($1::timestamptz - interval '35 days', $1, '1 hour') h`,
    [new Date(TEST_NOW)],
  );
  const id = await insertFinding(db, { unitId: town.units.north, subject: "N2", dmaId: "DMA-N", moneyPerDay: 9 });
  const control = await signIn("control");
  const { body } = await control.get<z.infer<typeof DistrictSurroundings>>("/api/districts/DMA-N/around");
  expect(body).toMatchObject({ customers: 2, measuredAtNight: 2 });
  expect(body.expectedInflow.startAt).toHaveLength(7 * 24 + 1);
  expect(new Set(body.expectedInflow.flowM3h)).toEqual(new Set([4]));
  expect(body.worst.map((meter) => meter.id)).toEqual(["N2", "N1"]);
  expect(body.worst[0]).toMatchObject({ finding: { id, moneyPerDay: 9 }, status: "good" });
  expect(body.worst[1]).toMatchObject({ finding: null, nightBeforeM3h: 0.1, nightNowM3h: 0.3 });
  expect(body.neighbours).toEqual([{ id: "DMA-N2", name: { zh: "北二区", en: "North 2" }, relation: "sibling" }]);
  expect((await (await signIn("control-north")).get("/api/districts/DMA-S/around")).status).toBe(404);
});
