import { describe, expect, test } from "vitest";
import { Engine } from "./engine.ts";
import type { FindingEvent } from "./pure/finding.ts";
import { chanceOf } from "./testing/mixed-feed.ts";
import { columnsOf, HOUR_MS, homeLitres, hourlyRows, meterOf, START_MS } from "./testing/series.ts";

const HOME = meterOf("home");
const FAULT = 60 * 24 + 12;
const LONG = FAULT + 22 * 24;

function found(
  litres: (hour: number) => number,
  hours = LONG,
  change: Parameters<typeof meterOf>[1] = {},
): FindingEvent[] {
  const meter = meterOf("home", change);
  return [...new Engine([meter]).feed(columnsOf(hourlyRows(meter.channel, hours, litres))).events];
}
const opened = (events: readonly FindingEvent[], rule: string) =>
  events.find((event) => event.rule === rule && event.type === "open");
const hoursAfterFault = (event: FindingEvent | undefined) => ((event?.atMs ?? Number.NaN) - START_MS) / HOUR_MS - FAULT;

/** A home whose hours differ from day to day: seeded, so that two calls with one hour give the same. */
function livelyLitres(seed: number): (hour: number) => number {
  const chance = chanceOf(seed);
  const drawn = Array.from({ length: LONG + 1 }, () => [chance(), chance()] as const);
  return (hour) => {
    const [isUsed = 1, amount = 0] = drawn[hour] ?? [];
    const share = hour % 24 < 6 ? 0.05 : hour % 24 === 7 || hour % 24 === 19 ? 0.95 : 0.5;
    return isUsed < share ? Math.round(2 + 40 * amount * amount) : 0;
  };
}

describe("a home whose hours differ from day to day", () => {
  const usual = livelyLitres(7);

  test("raises nothing in eighty days", () => {
    expect(found(usual)).toEqual([]);
  });

  test("with a drip of 3 L/h is found within three days", () => {
    const event = opened(
      found((hour) => usual(hour) + (hour >= FAULT ? 3 : 0)),
      "CONT_FLOW",
    );
    expect(hoursAfterFault(event)).toBeLessThan(72);
    expect(event?.evidence?.floorM3h).toBeCloseTo(0.003, 3);
    expect(event?.evidence?.details).toMatchObject({ levelLitres: 0 });
  });

  test("with a running toilet is found by the risen floor within a night", () => {
    const event = opened(
      found((hour) => usual(hour) + (hour >= FAULT ? 25 : 0)),
      "FLOOR_RISE",
    );
    expect(hoursAfterFault(event)).toBeLessThanOrEqual(20);
    expect(event?.evidence?.reason.en).toMatch(/never below 2\d L\/h/);
  });

  test("with a valve that runs in a third of the hours is found within ten days, and cleared after the repair", () => {
    const chance = chanceOf(3);
    const runs = Array.from({ length: LONG }, () => chance() < 0.35);
    const leaky = (hour: number) => usual(hour) + (hour >= FAULT && hour < FAULT + 12 * 24 && runs[hour] ? 25 : 0);
    const events = found(leaky);
    expect(hoursAfterFault(opened(events, "INTERMITTENT"))).toBeLessThan(240);
    expect(events.some(({ rule, type }) => rule === "INTERMITTENT" && type === "clear")).toBe(true);
    expect(opened(events, "CONT_FLOW")).toBeUndefined();
  });

  test("whose meter shows half of what flows is found by its flows, and not when fewer people use it", () => {
    const slow = (hour: number) => Math.round(usual(hour) * (hour >= FAULT ? 0.45 : 1));
    expect(opened(found(slow), "UNDER_REG")).toMatchObject({ direction: "down" });
    const fewer = (hour: number) => (hour >= FAULT && hour % 2 === 0 ? 0 : usual(hour));
    expect(opened(found(fewer), "UNDER_REG")).toBeUndefined();
  });

  test("that is empty for ten days is no stopped meter; one that creeps for three weeks is", () => {
    const away = (hour: number) => (hour >= FAULT && hour < FAULT + 240 ? 0 : usual(hour));
    expect(opened(found(away), "NO_USE")).toBeUndefined();
    const creeping = (hour: number) => (hour >= FAULT ? (hour % 24 === 9 ? 4 : 0) : usual(hour));
    expect(opened(found(creeping), "NO_USE")?.evidence?.details).toMatchObject({ standstillDays: 14 });
  });
});

test("a second home that stands empty for weeks is judged by its own weeks", () => {
  const weeks = (hour: number) => (Math.floor(hour / (24 * 7)) % 4 === 0 ? homeLitres(hour) : 0);
  const events = found(weeks, 60 * 7 * 24);
  expect(events.filter(({ rule, type }) => rule === "NO_USE" && type === "open").length).toBeLessThanOrEqual(1);
});

test("a drip behind a meter of 10 L a pulse is found, though hardly an hour shows it", () => {
  let [litres, shown] = [0, 0];
  const pulses = Array.from({ length: LONG }, (_, hour) => {
    litres += homeLitres(hour) + (hour >= FAULT ? 3 : 0);
    const counts = Math.floor(litres / 10) - shown;
    shown += counts;
    return counts;
  });
  const event = opened(
    found((hour) => pulses[hour] ?? 0, LONG, { litresPerCount: 10 }),
    "CONT_FLOW",
  );
  expect(hoursAfterFault(event)).toBeLessThan(5 * 24);
});

test("a meter that has never stood still since its first reading is found after fourteen days", () => {
  const event = opened(
    found((hour) => homeLitres(hour) + 20, 20 * 24),
    "CONT_FLOW",
  );
  expect(event?.atMs).toBe(START_MS + (14 * 24 + 1) * HOUR_MS);
  expect(event?.startMs).toBe(START_MS);
});

test("no figure of any finding is not a number", () => {
  const wild = (hour: number) => (hour % 97 === 0 ? 5000 : hour > FAULT ? 30 : homeLitres(hour));
  for (const event of found(wild)) expect(JSON.stringify(event)).not.toMatch(/NaN|null,"expectedM3h":null/);
});

test("days of 23 and 25 hours change nothing", () => {
  const madrid = meterOf("home", { zone: "Europe/Madrid" });
  const rows = hourlyRows(HOME.channel, 330 * 24, homeLitres);
  expect([...new Engine([madrid]).feed(columnsOf(rows)).events]).toEqual([]);
});
