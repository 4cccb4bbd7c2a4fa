import { expect, test } from "vitest";
import { columnsOf, DAY_MS, HOUR_MS, hourlyRows, meterOf, START_MS } from "../testing/series.ts";
import { calendarOf } from "./local-time.ts";
import type { UsageMeterInput } from "./usage-report.ts";
import { usageSeries } from "./usage-series.ts";

const HOTEL = meterOf("hotel");
const GAP = { from: 30 * 24, to: 31 * 24 };
/** Nothing at night, 100 L/h by day. */
const daily = (hour: number) => (hour % 24 < 6 ? 0 : 100);
const shape = { calendar: calendarOf("Asia/Shanghai"), profile: "business_water" } as const;

function hotel(edits?: UsageMeterInput["edits"]): UsageMeterInput {
  const skip = (hour: number) => hour > GAP.from && hour < GAP.to;
  return {
    meter: "hotel",
    serial: null,
    model: "",
    periodMs: HOUR_MS,
    resolutionM3: 0.001,
    capacityCounts: null,
    maxCountsPerHour: null,
    curve: { channel: HOTEL.channel, ...columnsOf(hourlyRows(HOTEL.channel, 40 * 24, daily, { skip })) },
    ...(edits && { edits }),
  };
}

const fromMs = START_MS + GAP.from * HOUR_MS;
const pointsOf = (meter: UsageMeterInput) => usageSeries([meter], fromMs, fromMs + DAY_MS, HOUR_MS, shape);
const sumOf = (points: readonly { readonly volumeM3: number | null }[]) =>
  points.reduce((sum, { volumeM3 }) => sum + (volumeM3 ?? 0), 0);

test("a day that was not read has the hours of like days and the total of the register", () => {
  const points = pointsOf(hotel());
  expect(points.map(({ volumeM3 }) => volumeM3)).toEqual(Array.from({ length: 24 }, (_, hour) => daily(hour) / 1000));
  expect(points.every(({ quality }) => quality === "estimated")).toBe(true);
  expect(sumOf(points)).toBeCloseTo(1.8, 9);
});

test("an edit counts in its place, as an estimate, and a voided interval has no volume", () => {
  const points = pointsOf(
    hotel(
      new Map([
        [fromMs, 500],
        [fromMs + HOUR_MS, null],
      ]),
    ),
  );
  expect(points[0]).toMatchObject({ volumeM3: 0.5, quality: "estimated" });
  expect(points[1]).toMatchObject({ volumeM3: null, quality: "missing" });
});
