import { ManualClock, newId } from "@nightflow/domain";
import type { Database } from "@nightflow/storage";
import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import type { z } from "zod";
import type { AccountCurve, AccountDetail, AccountPage } from "../accounts/wire.ts";
import { collectionReport } from "../collection/report.ts";
import { CollectionSurvey } from "../collection/survey.ts";
import type { AgentList, CollectionDays, CollectionReport, MissingReadings, SetAsidePage } from "../collection/wire.ts";
import { pressuresOf } from "../overview/pressure.ts";
import type { DmaDetail, Overview } from "../overview/wire.ts";
import type { FakeReadingStore } from "../testing/fake-reading-store.ts";
import { cleanUpAfterEach, startHarness, TEST_NOW } from "../testing/harness.ts";
import { insertFinding } from "../testing/town.ts";
import type { MeterCurve, MeterDetail, MeterPage, ReadingList } from "./wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TODAY = TEST_NOW - 12 * HOUR_MS;

/** N1 reports, N2 has been silent for two days, S1 for five hours, the inlets report; N1 uses 500 L/h, its inlet 800. */
async function livingTown() {
  const harness = await startHarness(databases);
  const fill = (meter: string, toMs: number, litres: number) =>
    harness.store.fill(
      `${meter}.forward_total`,
      { fromMs: TEST_NOW - 70 * DAY_MS, toMs, periodMs: HOUR_MS },
      () => litres,
    );
  fill("N0", TEST_NOW, 800);
  fill("N1", TEST_NOW, 500);
  fill("N2", TEST_NOW - 2 * DAY_MS, 100);
  fill("S1", TEST_NOW - 5 * HOUR_MS, 900);
  return harness;
}

test("the list of meters says of each whether it reports, and filters by that page by page", async () => {
  const { signIn } = await livingTown();
  const collector = await signIn("collector");
  const { body } = await collector.get<z.infer<typeof MeterPage>>("/api/meters");
  expect(body.items.map(({ id, status }) => [id, status])).toEqual([
    ["N0", "good"],
    ["N1", "good"],
    ["N2", "silent"],
    ["S0", "never"],
    ["S1", "late"],
  ]);
  const n1 = body.items[1];
  expect(n1).toMatchObject({
    address: "Hotel street 1",
    customer: "Hotel",
    dmaId: "DMA-N",
    lastValueAt: TEST_NOW,
    unit: "m3",
  });
  expect(n1?.register).toBe(1000 + 70 * 24 * 0.5);
  const good = await collector.get<z.infer<typeof MeterPage>>("/api/meters?status=good&limit=1");
  expect(good.body.items.map((meter) => meter.id)).toEqual(["N0"]);
  const next = await collector.get<z.infer<typeof MeterPage>>(
    `/api/meters?status=good&limit=1&cursor=${good.body.nextCursor}`,
  );
  expect(next.body).toMatchObject({ items: [{ id: "N1" }] });
});

test("a meter shows its channels, curve and readings", async () => {
  const { signIn } = await livingTown();
  const control = await signIn("control");
  const meter = await control.get<z.infer<typeof MeterDetail>>("/api/meters/N1");
  expect(meter.body.channels).toMatchObject([{ id: "N1.forward_total", isMain: true, lastQuality: "good" }]);
  const span = `from=${TODAY - DAY_MS}&to=${TODAY + DAY_MS}`;
  const days = await control.get<z.infer<typeof MeterCurve>>(`/api/meters/N1/curve?${span}&step=day`);
  expect(days.body).toMatchObject({ step: "day", unit: "m3", zone: "Asia/Shanghai", completeness: 0.75 });
  expect(days.body.step === "day" && days.body.points.map((bar) => [bar.volume, bar.completeness])).toEqual([
    [12, 1],
    [6, 0.5],
  ]);
  const raw = await control.get<z.infer<typeof MeterCurve>>(`/api/meters/N1/curve?${span}&step=raw`);
  expect(raw.body.step === "raw" && raw.body.readAt).toHaveLength(37);
  const csv = await control.get(`/api/meters/N1/curve.csv?${span}&step=day`);
  expect(csv.headers["content-disposition"]).toBe('attachment; filename="N1.csv"');
  expect(csv.text).toContain("2026-10-20T00:00:00+08:00,2026-10-21T00:00:00+08:00,12,1,good");
  const readings = await control.get<z.infer<typeof ReadingList>>("/api/meters/N1/readings?limit=2");
  expect(readings.body.items.map((reading) => reading.readAt)).toEqual([TEST_NOW, TEST_NOW - HOUR_MS]);
  expect(readings.body.isCut).toBe(true);
});

test("taking a curve out of the platform is written down", async () => {
  const { signIn, db } = await livingTown();
  await (await signIn("control")).get(`/api/meters/N1/curve.csv?from=${TODAY}&to=${TEST_NOW}&step=hour`);
  const { rows } = await db.query("select actor, action, subject, after from audit_entry order by no desc limit 1");
  const after = { from: TODAY, to: TEST_NOW, step: "hour" };
  expect(rows).toEqual([{ actor: "control", action: "meter.export", subject: "N1", after }]);
});

test("collection says per agent and district what share came, worst first, and who is missing since when", async () => {
  const { signIn } = await livingTown();
  const { body } = await (await signIn("collector")).get<z.infer<typeof CollectionReport>>("/api/collection");
  expect(body.total).toMatchObject({ meters: 5, good: 2, late: 1, silent: 1, never: 1, expected: 120 });
  expect(body.byAgent.map(({ id, expected, got }) => [id, expected, got])).toEqual([
    ["town/a-south", 48, 20],
    ["town/a-north", 72, 48],
  ]);
  expect(body.missing.map((meter) => meter.id)).toEqual(["S0", "N2", "S1"]);
});

test("what did not come is listed meter by meter with its stretches, and by model", async () => {
  const { signIn } = await livingTown();
  const collector = await signIn("collector");
  const { body } = await collector.get<z.infer<typeof MissingReadings>>("/api/collection/missing-readings");
  expect(body.items.map(({ meter, expected, got, gaps }) => [meter.id, expected, got, gaps])).toEqual([
    ["N2", 24, 0, [{ from: TEST_NOW - DAY_MS, to: TEST_NOW, periods: 24 }]],
    ["S0", 24, 0, [{ from: TEST_NOW - DAY_MS, to: TEST_NOW, periods: 24 }]],
    ["S1", 24, 20, [{ from: TEST_NOW - 4 * HOUR_MS, to: TEST_NOW, periods: 4 }]],
  ]);
  const of = (query: string) =>
    collector.get<z.infer<typeof MissingReadings>>(`/api/collection/missing-readings?${query}`);
  expect((await of("limit=1")).body.items.map(({ meter }) => meter.id)).toEqual(["N2"]);
  expect((await of("agent=town/a-north")).body.items.map(({ meter }) => meter.id)).toEqual(["N2"]);
  expect(
    (await of(`from=${TEST_NOW - 5 * DAY_MS}&to=${TEST_NOW - 3 * DAY_MS}`)).body.items.map(({ meter }) => meter.id),
  ).toEqual(["S0"]);
  const wrong = await collector.get(`/api/collection/missing-readings?from=${TEST_NOW - 60 * DAY_MS}`);
  expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining("at most 31 days")]);
  const report = await collector.get<z.infer<typeof CollectionReport>>("/api/collection");
  expect(report.body.byModel.reduce((sum, group) => sum + group.meters, 0)).toBe(5);
});

test("the read rate of each day is told for the agents that read in one's region", async () => {
  const { signIn, db } = await livingTown();
  await db.query(
    `insert into collection_hour (agent, hour, expected, arrived, late)
     select agent, to_timestamp($1::float8 / 1000) - n * interval '1 hour', 4, arrived, 1
       from generate_series(1, 48) n, (values ('town/a-north', 4), ('town/a-south', 2)) as a (agent, arrived)`,
    [TEST_NOW],
  );
  const days = async (user: string, query: string) =>
    (await (await signIn(user)).get<z.infer<typeof CollectionDays>>(`/api/collection/days?${query}`)).body.days;
  expect((await days("collector", "days=2")).map(({ successRate }) => successRate)).toEqual([0.75, 0.75]);
  expect((await days("collector", "days=1&agent=town/a-south")).map(({ successRate }) => successRate)).toEqual([0.5]);
});

test("collection is told from the hourly series in one query, the same to the last period, and from curves where they are behind", async () => {
  const { signIn, store, db } = await livingTown();
  const collector = await signIn("collector");
  const fromCurves = await collector.get<z.infer<typeof CollectionReport>>("/api/collection");
  expect(store.curvesRead).toBeGreaterThan(0);
  await keepDerivedDays(db, store);
  const look = async (lagCommits: number) => {
    store.consumers.splice(0, 1, { name: "derived", cursor: 1, lagCommits, lagMs: 600_000 });
    store.curvesRead = 0;
    const survey = new CollectionSurvey({ sql: db, store, clock: new ManualClock(TEST_NOW), maxAgeMs: 0 });
    return collectionReport(db, store, { isWhole: true, path: "" }, await survey.current());
  };
  expect(await look(0)).toEqual(fromCurves.body);
  expect(store.curvesRead).toBe(0);
  await db.query("update derived_meter_day set hours = set_byte(hours, 292, 0)");
  expect(await look(7)).toEqual(fromCurves.body);
  expect(store.curvesRead).toBeGreaterThan(0);
});

/** The registers' days as the hourly series keep them, of the last two days. */
async function keepDerivedDays(db: Database, store: FakeReadingStore): Promise<void> {
  const { rows } = await db.query<{ id: string; period_s: number }>(
    "select c.id, m.period_s from channel c join meter m on m.id = c.meter_id",
  );
  for (const { id, period_s: periodS } of rows) {
    await db.query("insert into derived_meter (channel, state) values ($1, '')", [id]);
    for (const day of [-1, 0].map((back) => Math.floor(TEST_NOW / 86_400_000) + back)) {
      const bytes = Buffer.alloc(292 + 3 * Math.ceil(86_400 / periodS / 8));
      bytes.writeUInt32LE(periodS, 0);
      const curve = await store.curve(id, (day - 1) * 86_400_000, (day + 2) * 86_400_000);
      for (let at = 0; at < curve.length; at++) {
        const gridS = Math.round((curve.readAtMs[at] ?? 0) / 1000 / periodS) * periodS;
        const slot = (gridS - day * 86_400) / periodS;
        if (slot < 0 || slot >= 86_400 / periodS || curve.qualities[at] === 2) continue;
        bytes[292 + (slot >> 3)] = (bytes[292 + (slot >> 3)] ?? 0) | (1 << (slot & 7));
      }
      const place = JSON.stringify({ inletOf: [], dma: null, account: null, agent: null });
      await db.query("insert into derived_meter_day (channel, utc_day, hours, counted_in) values ($1, $2, $3, $4)", [
        id,
        day,
        bytes,
        place,
      ]);
    }
  }
}

test("an agent's status shows a person of one region only the meters of that region", async () => {
  const { signIn, db } = await livingTown();
  const unit = (meter: string) => ({ meter, state: "good", lastGoodAt: null, polls: 1, failures: 0, lastError: null });
  const status = { v: 1, state: "online", at: TEST_NOW, units: [unit("N1"), unit("S1")] };
  await db.query("update agent set status = $1 where id = 'a-north'", [JSON.stringify(status)]);
  const north = await (await signIn("collector-north")).get<z.infer<typeof AgentList>>("/api/agents");
  expect(north.body.items.map((agent) => agent.id)).toEqual(["a-north"]);
  expect(north.body.items[0]?.status?.units).toEqual([unit("N1")]);
  const whole = await (await signIn("collector")).get<z.infer<typeof AgentList>>("/api/agents");
  expect(whole.body.items.map((agent) => agent.id)).toEqual(["a-south", "a-north"]);
});

test("what was set aside is listed newest first with its reason, and counted", async () => {
  const { signIn, store } = await livingTown();
  for (let i = 1; i <= 3; i++) store.put({ list: "quarantine", channel: `X${i}.flow`, raw: `[${i}]` });
  const collector = await signIn("collector");
  const first = await collector.get<z.infer<typeof SetAsidePage>>("/api/set-aside/quarantine?limit=2");
  expect(first.body.items.map((entry) => entry.channel)).toEqual(["X3.flow", "X2.flow"]);
  expect(first.body.counts).toMatchObject({ quarantined: 3, deadLetters: 0 });
  const rest = await collector.get<z.infer<typeof SetAsidePage>>(
    `/api/set-aside/quarantine?limit=2&cursor=${first.body.nextCursor}`,
  );
  expect(rest.body).toMatchObject({ items: [{ channel: "X1.flow", reasonCode: "UNKNOWN_CHANNEL" }], nextCursor: null });
});

test("the control room shows per district what flows now, what the last night lost and what that costs", async () => {
  const { signIn, db, town } = await livingTown();
  await db.query(
    `insert into dma_night (dma_id, night, mnf_m3h, expected_m3h, band_low_m3h, band_high_m3h, completeness) values
       ('DMA-N', '2026-10-20', 3, 3, 2, 4, 1), ('DMA-N', '2026-10-21', 5.5, 3, 2, 4, 0.95)`,
  );
  await insertFinding(db, { unitId: town.units.north, dmaId: "DMA-N", moneyPerDay: 180 });
  const control = await signIn("control");
  const { body } = await control.get<z.infer<typeof Overview>>("/api/overview");
  expect(body.dmas.map((dma) => dma.id)).toEqual(["DMA-N", "DMA-S"]);
  expect(body.dmas[0]).toMatchObject({
    inflow: { flowM3h: 0.8, startAt: TEST_NOW - HOUR_MS, endAt: TEST_NOW, quality: "good" },
    lastNight: { night: "2026-10-21", mnfM3h: 5.5 },
    nightLossM3h: 2.5,
    lossPerDay: 180,
    openEvents: 1,
    customers: 2,
  });
  expect(body.dmas[1]).toMatchObject({ inflow: null, lastNight: null, nightLossM3h: null, lossPerDay: null });
  expect(body.totals).toMatchObject({
    lossPerDay: 180,
    openEvents: 1,
    openEventsMoneyPerDay: 180,
    openEventsByGroup: { leak: 1 },
  });
  const dma = await control.get<z.infer<typeof DmaDetail>>("/api/dmas/DMA-N");
  expect(dma.body.nights.map((night) => night.night)).toEqual(["2026-10-20", "2026-10-21"]);
  expect(dma.body.inflowCurve?.flowM3h).toHaveLength(7 * 24);
  expect(dma.body.meters).toEqual([{ meterId: "N0", sign: 1 }]);
});

test("a night that late readings made another one says when, and what it was before", async () => {
  const { signIn, db } = await livingTown();
  await db.query(
    `insert into dma_night (dma_id, night, mnf_m3h, expected_m3h, completeness, version, revised_at) values
       ('DMA-N', '2026-10-18', 6, 3, 1, 3, '2026-10-20T02:00Z'), ('DMA-N', '2026-10-19', 3, 3, 1, 2, '2026-10-20T02:00Z'),
       ('DMA-N', '2026-10-20', 3, 3, 1, 1, null)`,
  );
  await db.query(
    `insert into dma_night_version (dma_id, night, version, mnf_m3h, loss_m3h, completeness, replaced_at) values
       ('DMA-N', '2026-10-18', 1, null, null, 0.2, '2026-10-19T02:00Z'), ('DMA-N', '2026-10-18', 2, 5, 1, 0.9, '2026-10-20T02:00Z')`,
  );
  const { body } = await (await signIn("control")).get<z.infer<typeof DmaDetail>>("/api/dmas/DMA-N");
  expect(body.revisedNights).toEqual([
    {
      night: "2026-10-19",
      revisedAt: Date.UTC(2026, 9, 20, 2),
      version: 2,
      now: { mnfM3h: 3, lossM3h: null, completeness: 1 },
      was: null,
    },
    {
      night: "2026-10-18",
      revisedAt: Date.UTC(2026, 9, 20, 2),
      version: 3,
      now: { mnfM3h: 6, lossM3h: null, completeness: 1 },
      was: { mnfM3h: 5, lossM3h: 1, completeness: 0.9 },
    },
  ]);
});

test("a district whose last night is older than two days loses an unknown flow, not none", async () => {
  const { signIn, db } = await livingTown();
  await db.query(
    `insert into dma_night (dma_id, night, mnf_m3h, expected_m3h, band_low_m3h, band_high_m3h, completeness)
       values ('DMA-N', '2026-10-17', 3, 3, 2, 4, 1)`,
  );
  const control = await signIn("control");
  const { body } = await control.get<z.infer<typeof Overview>>("/api/overview");
  const silent = { isNightOld: true, nightLossM3h: null, lossPerDay: null };
  expect(body.dmas.find(({ id }) => id === "DMA-N")).toMatchObject({ ...silent, lastNight: { night: "2026-10-17" } });
  expect(body.totals).toMatchObject({ nightLossM3h: null, lossPerDay: null });
});

test("what a part takes from its whole is in the system's input once, whether it is an outlet of the whole or not", async () => {
  const { signIn, db, store } = await livingTown();
  const span = { fromMs: TEST_NOW - 24 * HOUR_MS, toMs: TEST_NOW, periodMs: HOUR_MS };
  const control = await signIn("control");
  const input = async () => (await control.get<z.infer<typeof Overview>>("/api/overview")).body.totals.inflowM3h;
  expect(await input()).toBeCloseTo(0.8, 9);
  await db.query("update dma set parent_id = 'DMA-N' where id = 'DMA-S'");
  store.fill("S0.forward_total", span, () => 300);
  expect(await input()).toBeCloseTo(0.8, 9);
  await db.query("insert into dma_meter (dma_id, meter_id, sign) values ('DMA-N', 'S0', -1)");
  expect(await input()).toBeCloseTo(0.8, 9);
});

test("water that several rules see costs its money once, of whatever kind they are", async () => {
  const { signIn, db, town } = await livingTown();
  const district = { unitId: town.units.north, dmaId: "DMA-N", subjectKind: "dma", subject: "DMA-N" } as const;
  await insertFinding(db, { ...district, rule: "NIGHT_MIN", moneyPerDay: 180 });
  await insertFinding(db, { ...district, rule: "DMA_LOSS", moneyPerDay: 150 });
  const home = { unitId: town.units.north, dmaId: "DMA-N", subject: "N1" };
  await insertFinding(db, { ...home, moneyPerDay: 20 });
  await insertFinding(db, { ...home, rule: "USAGE_CHANGE", group: "usage_change", moneyPerDay: 15 });
  const control = await signIn("control");
  const { body } = await control.get<z.infer<typeof Overview>>("/api/overview");
  const openEventsByGroup = { leak: 3, usage_change: 1 };
  expect(body.totals).toMatchObject({ openEvents: 4, openEventsMoneyPerDay: 200, openEventsByGroup });
});

test("a district's pressure is that of its gauges, and places with a gauge are no customers", async () => {
  const { signIn, db, town } = await livingTown();
  await db.query(
    "insert into service_point (id, no, commodity, dma_id, unit_id) values ($1, 'SP-P1', 'water', 'DMA-N', $2)",
    [newId(), town.units.north],
  );
  await db.query(
    `insert into meter (id, purpose, commodity, period_s, service_point_id, unit_id)
       select 'P1', 'station', 'water', 900, id, unit_id from service_point where no = 'SP-P1'`,
  );
  await db.query("insert into channel (id, meter_id, quantity, unit) values ('P1.pressure', 'P1', 'pressure', 'bar')");
  const value = { readAtMs: TEST_NOW - HOUR_MS, quality: 0, counts: null, gauge: 2.1, flags: 0, lastValueAtMs: null };
  const store = { lastValues: async (ids: readonly string[]) => ids.map((channel) => ({ channel, ...value })) };
  const pressures = await pressuresOf(db, store, ["DMA-N", "DMA-S"], TEST_NOW);
  expect([...pressures]).toEqual([
    ["DMA-N", { lowestKpa: 210, highestKpa: 210, readAt: TEST_NOW - HOUR_MS, gauges: 1 }],
  ]);
  const control = await signIn("control");
  const { body } = await control.get<z.infer<typeof Overview>>("/api/overview");
  expect(body.dmas.find(({ id }) => id === "DMA-N")?.customers).toBe(2);
});

test("a manager sees his accounts with what they used and how that changed", async () => {
  const { signIn, db, town } = await livingTown();
  await insertFinding(db, {
    unitId: town.units.north,
    accountId: town.accounts.hotel,
    rule: "USAGE_CHANGE",
    group: "usage_change",
  });
  const manager = await signIn("manager");
  const { body } = await manager.get<z.infer<typeof AccountPage>>("/api/accounts?mine=true");
  expect(body.items.map((account) => account.customer)).toEqual(["Factory", "Hotel"]);
  const hotel = body.items[1];
  expect(hotel?.usage).toMatchObject({ unit: "m3", volume: 360, previousVolume: 360, change: 0, completeness: 1 });
  expect(hotel).toMatchObject({ openEvents: 1, manager: { displayName: "manager" } });
  const detail = await manager.get<z.infer<typeof AccountDetail>>(`/api/accounts/${town.accounts.hotel}`);
  expect(detail.body).toMatchObject({
    tariff: { pricePerM3: 4.5, currency: "CNY" },
    servicePoints: [{ address: "Hotel street 1", meters: [{ id: "N1" }] }],
  });
  const all = await manager.get<z.infer<typeof AccountPage>>("/api/accounts?all=true");
  expect(all.body.items).toHaveLength(3);
});

test("accounts are told from the hourly series, the same and without a curve, and from curves where an hour is missing", async () => {
  const { signIn, store, db } = await livingTown();
  const manager = await signIn("manager");
  const look = async () => (await manager.get<z.infer<typeof AccountPage>>("/api/accounts?mine=true")).body;
  const fromCurves = await look();
  await db.query(
    `insert into account_hour (account_id, hour, used_ml, used_good_s, used_due_s)
     select sp.account_id, hour, case m.id when 'N1' then 500000 when 'N2' then 100000 else 900000 end, 3600, 3600
       from service_point sp join meter m on m.service_point_id = sp.id and m.purpose = 'customer',
            generate_series(to_timestamp($1::float8 / 1000), to_timestamp($2::float8 / 1000), interval '1 hour') hour
      where sp.account_id is not null and m.id = 'N1'`,
    [TODAY - 60 * DAY_MS, TEST_NOW],
  );
  store.consumers.push({ name: "derived", cursor: 1, lagCommits: 0, lagMs: 0 });
  store.curvesRead = 0;
  const hotelOf = (page: z.infer<typeof AccountPage>) => page.items.find(({ customer }) => customer === "Hotel")?.usage;
  const fromHours = await look();
  expect(fromHours).toEqual(fromCurves);
  expect(hotelOf(fromHours)).toMatchObject({ volume: 360, completeness: 1 });
  const others = store.curvesRead;
  await db.query("delete from account_hour where hour = (select min(hour) + interval '5 days' from account_hour)");
  store.curvesRead = 0;
  expect(await look()).toEqual(fromCurves);
  expect(store.curvesRead).toBe(others + 2);
});

test("an account's curve stands beside the period before", async () => {
  const { signIn, town } = await livingTown();
  const manager = await signIn("manager");
  const span = `from=${TODAY - 7 * DAY_MS}&to=${TODAY}&step=day&compare=previous`;
  const { body } = await manager.get<z.infer<typeof AccountCurve>>(
    `/api/accounts/${town.accounts.hotel}/curve?${span}`,
  );
  expect(body.current).toMatchObject({ total: 84, completeness: 1 });
  expect(body.previous).toMatchObject({ from: TODAY - 14 * DAY_MS, to: TODAY - 7 * DAY_MS, total: 84 });
  expect(body.previous?.points).toHaveLength(7);
});
