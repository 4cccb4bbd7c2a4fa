import { describe, expect, test } from "vitest";
import { Engine } from "./engine.ts";
import type { MeteredChannel } from "./pure/registry.ts";
import { chanceOf } from "./testing/mixed-feed.ts";
import { columnsOf, DAY_MS, HOUR_MS, hourlyRows, meterOf, START_MS } from "./testing/series.ts";

const air = meterOf("air", {
  channel: "air.temperature",
  purpose: "station",
  quantity: "temperature",
  unit: "Cel",
  litresPerCount: null,
  isOutdoor: true,
});
const gas = (change: Partial<MeteredChannel> = {}) =>
  meterOf("flat", {
    commodity: "gas",
    channel: "flat.vb_total",
    quantity: "vb_total",
    weather: air.channel,
    ...change,
  });
const day = (hour: number) => Math.floor(hour / 24);

/** Findings of a gas meter beside a thermometer, as "RULE type dayOfStart". */
function told(
  days: number,
  litresOf: (hour: number) => number,
  celsiusOf: (day: number) => number,
  meta: MeteredChannel = gas(),
): string[] {
  const flow = hourlyRows(meta.channel, days * 24, litresOf);
  const rows = flow.flatMap((row) => [{ ...row, channel: air.channel, counts: 0 }, row]);
  const columns = columnsOf(rows);
  rows.forEach(({ channel, readAtMs }, i) => {
    if (channel === air.channel) columns.gauges[i] = celsiusOf(day((readAtMs - START_MS) / HOUR_MS));
  });
  return new Engine([meta, air])
    .feed(columns)
    .events.filter(({ type }) => type !== "update")
    .map(({ rule, type, startMs }) => `${rule} ${type} day ${Math.floor((startMs - START_MS) / DAY_MS)}`);
}

/** A home that heats: 40 L/h for each degree below 18 °C while people are up, and cooks; nothing from 1 to 5. */
function heated(celsiusOf: (day: number) => number, share = (_hour: number) => 1): (hour: number) => number {
  const chance = chanceOf(5);
  return (hour) => {
    const ofDay = hour % 24;
    if (ofDay >= 1 && ofDay < 5) return 0;
    const cooking = ofDay === 18 ? 300 : 20;
    const heating = 40 * Math.max(0, 18 - celsiusOf(day(hour)));
    return Math.round((cooking + heating) * share(hour) * (0.85 + 0.3 * chance()));
  };
}
/** An autumn that cools from 15 to 3 °C over sixty days, with the ups and downs of weather. */
const autumn = (at: number) => 15 - at / 5 + 4 * Math.sin(at / 2.3);

describe("gas in the weather that it is", () => {
  test("a cold snap is no fault, and neither is the winter", () => {
    const snap = (at: number) => (at >= 66 && at < 73 ? -9 : autumn(Math.min(at, 60)));
    expect(told(90, heated(snap), snap)).toEqual([]);
  });

  test("the same gas without the cold is a finding of those days, and ends with them", () => {
    const mild = (at: number) => autumn(Math.min(at, 60));
    const extra = (hour: number) => (day(hour) >= 66 && day(hour) < 78 ? 2.4 : 1);
    const found = told(95, heated(mild, extra), mild);
    expect(found[0]).toMatch(/^USAGE_CHANGE open day 6[67]$/);
    expect(found[1]).toMatch(/^USAGE_CHANGE clear day 6[67]$/);
    expect(found).toHaveLength(2);
  });

  test("without a thermometer nothing is said of the volume", () => {
    const mild = (at: number) => autumn(Math.min(at, 60));
    const extra = (hour: number) => (day(hour) >= 66 ? 2.4 : 1);
    expect(told(95, heated(mild, extra), mild, gas({ weather: null }))).toEqual([]);
  });
});

describe("gas that flows on", () => {
  /** Two hours of a boiler in the morning and evening; a pilot flame all day but at 3. */
  const boiler = (hour: number) => {
    const ofDay = hour % 24;
    if (ofDay === 3) return 0;
    return [6, 7, 19, 20].includes(ofDay) ? 1300 : 15;
  };

  test("at a boiler's flow is told after eight hours where it usually runs for two", () => {
    const stuck = (hour: number) => (hour >= 40 * 24 + 6 && hour < 40 * 24 + 22 ? 1300 : boiler(hour));
    expect(told(50, stuck, () => 10)).toContain("GAS_CONT open day 40");
    expect(told(50, boiler, () => 10)).toEqual([]);
  });

  test("for thirty days is told whatever its record", () => {
    const on = (hour: number) => (hour < 20 * 24 ? boiler(hour) : Math.max(12, boiler(hour)));
    expect(told(60, on, () => 10)[0]).toBe("GAS_CONT open day 19");
  });

  test("at more than the meter is made for is told after two intervals", () => {
    const meta = gas({ q3M3h: 4 });
    const rise = (hour: number) => ([500, 501, 502].includes(hour) ? 5200 : boiler(hour));
    expect(told(30, rise, () => 10, meta)).toEqual(["BURST open day 20", "BURST clear day 20"]);
    const once = (hour: number) => (hour === 500 ? 5200 : boiler(hour));
    expect(told(30, once, () => 10, meta)).toEqual([]);
  });
});
