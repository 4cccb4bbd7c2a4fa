import type { Sql } from "@nightflow/storage";
import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import type { z } from "zod";
import { cleanUpAfterEach, startHarness, TEST_NOW } from "../testing/harness.ts";
import type { PressureLimits } from "./pressure-limits.ts";
import type { DistrictBalance } from "./wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

type Balance = z.infer<typeof DistrictBalance>;
const HOUR_MS = 3_600_000;
/** Midnight in Shanghai of the day of the test's now. */
const TODAY = TEST_NOW - 12 * HOUR_MS;

/** Hours of a district: `input` m³ in and `used` m³ out, with the share of the customers that was heard. */
async function fillHours(db: Sql, dma: string, days: number, input: number, used: number, share = 1): Promise<void> {
  await db.query(
    `insert into district_hour (dma_id, hour, input_ml, input_good_s, input_due_s, used_ml, used_good_s, used_due_s)
     select $1, hour, $2::float8 * 1e6, 3600, 3600, $3::float8 * 1e6, 7200 * $4::float8, 7200
       from generate_series($5::timestamptz, $6::timestamptz - interval '1 hour', interval '1 hour') hour`,
    [dma, input, used, share, new Date(TODAY - days * 24 * HOUR_MS), new Date(TODAY)],
  );
}

test("the balance of a district tells its days, water without revenue, ILI and CJJ 92 rates", async () => {
  const { db, signIn } = await startHarness(databases);
  await fillHours(db, "DMA-N", 10, 10, 8);
  await db.query(
    `update dma set mains_km = 10, connections = 400, mean_pressure_m = 30, cjj92_correction_percent = 3.1 where id = 'DMA-N'`,
  );
  await db.query(
    `insert into dma_night (dma_id, night, mnf_m3h, completeness, customers_night_m3h, customers_completeness, loss_m3h)
     values ('DMA-N', to_char(to_timestamp($1 / 1000.0 - 86400) at time zone 'Asia/Shanghai', 'YYYY-MM-DD')::date, 4, 1, 1, 1, 3)`,
    [TODAY],
  );
  const control = await signIn("control");
  const { body } = await control.get<Balance>("/api/districts/DMA-N/balance");
  expect(body.days).toHaveLength(30);
  expect(body).toMatchObject({ daysTold: 10, why: null, commodity: "water", iliNeeds: [] });
  expect(body.days.at(-1)).toMatchObject({ inflowM3: 240, customersM3: 192, differenceM3: 48, why: null });
  expect(body.days[0]).toMatchObject({ differenceM3: null, why: "no_inflow" });
  expect(body.total).toMatchObject({ inflowM3: 2400, nrwM3: 480, nrwPercent: 20, unbilledM3: 12 });
  expect(body.cjj92).toMatchObject({ grossPercent: 20, grade: null });
  expect(body.ili?.uarlLPerDay).toBeCloseTo((180 + 320) * 30, 6);
  expect(body.night).toMatchObject({ mnfM3h: 4, use: { m3h: 1, basis: "measured" }, netM3h: 3 });
  expect(body.nights[0]).toMatchObject({ lossM3h: 3, noBalance: null, version: 1 });
});

test("a district with 40 % of its meters silent has no balance, and says why", async () => {
  const { db, signIn } = await startHarness(databases);
  await fillHours(db, "DMA-N", 10, 10, 5, 0.6);
  const control = await signIn("control");
  const { body } = await control.get<Balance>("/api/districts/DMA-N/balance?from=2026-10-15&to=2026-10-20");
  expect(body).toMatchObject({ daysTold: 0, total: null, why: "customers_incomplete", ili: null, cjj92: null });
  expect(body.days.at(-1)).toMatchObject({ customersCompleteness: 0.6, differenceM3: null });
  expect(body.iliNeeds).toEqual(["mainsKm", "connections", "meanPressureM"]);
});

test("what flows on into a part is taken off the whole, but not where the part's inlet is its outlet already", async () => {
  const { db, signIn } = await startHarness(databases);
  await db.query("update dma set parent_id = 'DMA-N' where id = 'DMA-S'");
  await fillHours(db, "DMA-N", 2, 10, 4);
  await fillHours(db, "DMA-S", 2, 5, 5);
  const control = await signIn("control");
  const balance = async () => (await control.get<Balance>("/api/districts/DMA-N/balance")).body;
  expect((await balance()).days.at(-1)).toMatchObject({ childrenM3: 120, differenceM3: 24 });
  expect((await balance()).total).toMatchObject({ inflowM3: 240, nrwM3: 48 });
  await db.query("insert into dma_meter (dma_id, meter_id, sign) values ('DMA-N', 'S0', -1)");
  const netted = await balance();
  expect(netted.days.at(-1)).toMatchObject({ childrenM3: null, differenceM3: 144 });
  expect(netted.parts).toMatchObject([{ id: "DMA-S", inflowM3: 240, isOutlet: true }]);
});

test("a balance is seen within a region only, and asks for days that can be", async () => {
  const { signIn } = await startHarness(databases);
  const north = await signIn("control-north");
  expect((await north.get("/api/districts/DMA-S/balance")).status).toBe(404);
  expect((await north.get("/api/districts/DMA-N/balance?from=2026-10-20&to=2026-10-10")).status).toBe(400);
  expect((await north.get("/api/districts/DMA-N/balance?from=2020-01-01&to=2026-10-10")).status).toBe(400);
  expect((await north.get("/api/districts/DMA-N/balance?from=2026-99-99")).status).toBe(400);
});

test("a district's gauges are judged by the rule's limits until it has its own, with a reason and within sense", async () => {
  const { db, signIn } = await startHarness(databases);
  const control = await signIn("control");
  const url = "/api/districts/DMA-N/pressure-limits";
  const rule = { ruleLowKpa: 140, ruleHighKpa: 800 };
  expect((await control.get<PressureLimits>(url)).body).toEqual({ lowKpa: null, highKpa: null, ...rule });
  const reason = "hill zone";
  expect((await control.put(url, { lowKpa: 900, highKpa: null, reason })).status).toBe(400);
  expect((await control.put(url, { lowKpa: 200, highKpa: null, reason: " " })).status).toBe(400);
  const { body } = await control.put<PressureLimits>(url, { lowKpa: 200, highKpa: null, reason });
  expect(body).toEqual({ lowKpa: 200, highKpa: null, ...rule });
  const { rows } = await db.query<{ reason: string; after: unknown }>(
    "select reason, after from audit_entry where action = 'district.pressure_limits'",
  );
  expect(rows).toEqual([{ reason, after: { lowKpa: 200, highKpa: null } }]);
  const desk = await signIn("collector");
  expect((await desk.put(url, { lowKpa: null, highKpa: null, reason })).status).toBe(403);
});
