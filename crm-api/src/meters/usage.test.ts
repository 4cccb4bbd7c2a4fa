import { expect, test } from "vitest";
import { changeOf, previousSpan } from "../accounts/usage.ts";
import { FakeReadingStore } from "../testing/fake-reading-store.ts";
import { bucketsOf } from "./buckets.ts";
import { curveCsv, registerCurve, usageCurve } from "./curves.ts";
import type { MeasuredPoint } from "./points.ts";
import { collectionStatus } from "./status.ts";
import { completenessOf, qualityAt, totalM3, usageSeries } from "./usage.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MIDNIGHT = Date.UTC(2026, 9, 19, 16);
const ZONE = "Asia/Shanghai";

function point(meterId: string, more: Partial<MeasuredPoint> = {}): MeasuredPoint {
  const channelId = `${meterId}.forward_total`;
  const facts = { unit: "m3", resolution: 0.001, periodMs: HOUR_MS, capacityM3: null, q4M3h: null, sign: 1 } as const;
  return { meterId, channelId, ...facts, owner: "", ...more };
}

function storeWith(channels: Readonly<Record<string, number>>, days = 3): FakeReadingStore {
  const store = new FakeReadingStore();
  const span = { fromMs: MIDNIGHT - DAY_MS, toMs: MIDNIGHT + days * DAY_MS, periodMs: HOUR_MS };
  for (const [meter, litres] of Object.entries(channels)) store.fill(`${meter}.forward_total`, span, () => litres);
  return store;
}

test("the volumes of a district are what flows in less what flows out", async () => {
  const store = storeWith({ in1: 500, in2: 300, out: 200 });
  const points = [point("in1"), point("in2"), point("out", { sign: -1 })];
  const series = await usageSeries(store, points, MIDNIGHT, MIDNIGHT + DAY_MS);
  expect(series?.volumesM3).toHaveLength(24);
  expect(totalM3(series ?? never())).toBeCloseTo(24 * 0.6, 9);
  expect(completenessOf(series ?? never())).toBe(1);
});

test("a register as it was read has the readings of its span alone, and the completeness of its usage", async () => {
  const store = storeWith({ m: 100 });
  const query = { from: MIDNIGHT + 10 * 60_000, to: MIDNIGHT + DAY_MS, step: "raw" } as const;
  const curve = await registerCurve(store, [point("m")], query, ZONE);
  expect([curve.readAt.length, curve.readAt[0], curve.readAt.at(-1)]).toEqual([
    23,
    MIDNIGHT + HOUR_MS,
    MIDNIGHT + 23 * HOUR_MS,
  ]);
  const series = await usageSeries(store, [point("m")], query.from, query.to);
  expect(curve.completeness).toBe(completenessOf(series ?? never()));
});

test("a year of quarter-hours can be had as it was read, a longer span is refused", async () => {
  const quarters = point("m", { periodMs: 15 * 60_000 });
  const span = (days: number) => ({ from: MIDNIGHT, to: MIDNIGHT + days * DAY_MS, step: "raw" }) as const;
  await expect(registerCurve(storeWith({ m: 1 }), [quarters], span(366), ZONE)).resolves.toMatchObject({ unit: "m3" });
  await expect(registerCurve(storeWith({ m: 1 }), [quarters], span(400), ZONE)).rejects.toThrow(
    "more than 36000 readings",
  );
});

test("a day that was not read has the shape of the days like it on a page too, dashed as an estimate, and the same total", async () => {
  const store = new FakeReadingStore();
  const litres = (atMs: number) => (((atMs - MIDNIGHT) / HOUR_MS + 2400) % 24 < 8 ? 0 : 300);
  const span = { fromMs: MIDNIGHT - 30 * DAY_MS, toMs: MIDNIGHT + 2 * DAY_MS, periodMs: HOUR_MS };
  const isRead = (atMs: number) => atMs <= MIDNIGHT || atMs >= MIDNIGHT + DAY_MS;
  let counts = 0;
  for (let atMs = span.fromMs; atMs <= span.toMs; atMs += HOUR_MS) {
    if (isRead(atMs)) store.add("m.forward_total", atMs, counts);
    counts += litres(atMs);
  }
  const query = { from: MIDNIGHT, to: MIDNIGHT + 2 * DAY_MS, step: "hour" } as const;
  const { points, total } = await usageCurve(store, [point("m")], query, ZONE);
  expect(total).toBeCloseTo(2 * 16 * 0.3, 9);
  expect(points[3]).toMatchObject({ volume: 0, quality: "estimated" });
  expect(points[12]).toMatchObject({ volume: expect.closeTo(0.3, 2), quality: "estimated" });
  expect(points[36]).toMatchObject({ volume: expect.closeTo(0.3, 9), quality: "good" });
});

test("where one meter of several has no volume the sum has none, and nothing is taken for zero", async () => {
  const store = storeWith({ in1: 500 });
  const short = { fromMs: MIDNIGHT - DAY_MS, toMs: MIDNIGHT + 6 * HOUR_MS, periodMs: HOUR_MS };
  store.fill("in2.forward_total", short, () => 300);
  const series = (await usageSeries(store, [point("in1"), point("in2")], MIDNIGHT, MIDNIGHT + DAY_MS)) ?? never();
  expect(series.volumesM3[5]).toBeCloseTo(0.8, 9);
  expect(series.volumesM3[6]).toBeNaN();
  expect(qualityAt(series, 6)).toBe("missing");
  expect(completenessOf(series)).toBe(6 / 24);
});

test("bars of a day begin at local midnight and add up to the whole", async () => {
  const store = storeWith({ m: 100 });
  const series = (await usageSeries(store, [point("m")], MIDNIGHT, MIDNIGHT + 2 * DAY_MS)) ?? never();
  const days = bucketsOf(series, "day", ZONE);
  expect(days.map((day) => [day.startMs, day.endMs])).toEqual([
    [MIDNIGHT, MIDNIGHT + DAY_MS],
    [MIDNIGHT + DAY_MS, MIDNIGHT + 2 * DAY_MS],
  ]);
  expect(days.map((day) => day.volumeM3)).toEqual([expect.closeTo(2.4, 9), expect.closeTo(2.4, 9)]);
  expect(bucketsOf(series, "month", ZONE)).toHaveLength(1);
  expect(bucketsOf(series, "hour", ZONE)).toHaveLength(48);
});

test("the day on which the clocks go back has 25 hours", async () => {
  const store = new FakeReadingStore();
  const from = Date.UTC(2026, 9, 24, 22);
  store.fill("m.forward_total", { fromMs: from - DAY_MS, toMs: from + 3 * DAY_MS, periodMs: HOUR_MS }, () => 100);
  const series = (await usageSeries(store, [point("m")], from, from + 25 * HOUR_MS)) ?? never();
  expect(bucketsOf(series, "day", "Europe/Berlin").map((day) => (day.endMs - day.startMs) / HOUR_MS)).toEqual([25]);
});

test("a bar of which nothing is known has no volume; one of which a part is known says how much", async () => {
  const store = storeWith({ m: 100 }, 1);
  const curve = await usageCurve(store, [point("m")], { from: MIDNIGHT, to: MIDNIGHT + 3 * DAY_MS, step: "day" }, ZONE);
  expect(curve.points.map((bar) => bar.volume)).toEqual([expect.closeTo(2.4, 9), null, null]);
  expect(curve.points.map((bar) => bar.quality)).toEqual(["good", "missing", "missing"]);
  expect(curve.completeness).toBeCloseTo(1 / 3, 9);
});

test("a curve that nobody could look at is refused with what to do instead", async () => {
  const store = storeWith({ m: 100 });
  const ask = (span: number) => usageCurve(store, [point("m")], { from: 0, to: span, step: "interval" }, ZONE);
  await expect(ask(10 * 365 * DAY_MS)).rejects.toMatchObject({ code: "REQUEST_INVALID", remedy: /coarser step/ });
  await expect(ask(0)).rejects.toThrow(/must lie after/);
});

test("the CSV of a curve has local times with offset and an empty cell for a gap", async () => {
  const store = storeWith({ m: 100 }, 1);
  const curve = await usageCurve(store, [point("m")], { from: MIDNIGHT, to: MIDNIGHT + 2 * DAY_MS, step: "day" }, ZONE);
  const lines = curveCsv(curve).split("\r\n");
  expect(lines[0]).toBe("\uFEFFstart,end,volume_m3,completeness,quality");
  expect(lines[1]).toMatch(/^2026-10-20T00:00:00\+08:00,2026-10-21T00:00:00\+08:00,2\.4\d*,1,good$/);
  expect(lines[2]).toMatch(/,,0,missing$/);
});

test("a gap does not look like a saving: periods are compared by what was measured", async () => {
  const store = storeWith({ m: 100 }, 1);
  const before = (await usageSeries(store, [point("m")], MIDNIGHT - 20 * HOUR_MS, MIDNIGHT)) ?? never();
  const mostly = (await usageSeries(store, [point("m")], MIDNIGHT, MIDNIGHT + 30 * HOUR_MS)) ?? never();
  const barely = (await usageSeries(store, [point("m")], MIDNIGHT, MIDNIGHT + 3 * DAY_MS)) ?? never();
  expect(changeOf(mostly, before)).toBeCloseTo(0, 9);
  expect(changeOf(barely, before)).toBeNull();
});

test("the period before has as many local days", () => {
  expect(previousSpan(MIDNIGHT, MIDNIGHT + 7 * DAY_MS, ZONE)).toEqual({ from: MIDNIGHT - 7 * DAY_MS, to: MIDNIGHT });
});

test("a meter is late after two periods, silent a day later, and never when it has not reported once", () => {
  const status = (ageMs: number) => collectionStatus(0, HOUR_MS, ageMs);
  expect([2, 2.1, 26, 26.1].map((hours) => status(hours * HOUR_MS))).toEqual(["good", "late", "late", "silent"]);
  expect(collectionStatus(null, HOUR_MS, 0)).toBe("never");
});

function never(): never {
  throw new Error("there is a series");
}
