import { describe, expect, test } from "vitest";
import { Engine } from "./engine.ts";
import { ACCOUNT_SCHEMA } from "./pure/accounts/account-table.ts";
import type { FindingEvent } from "./pure/finding.ts";
import type { MeteredChannel } from "./pure/registry.ts";
import { SlotTable } from "./pure/slot-table.ts";
import { at, DAY_SHIFTS, dateOf, FACTORY, factoryLitres, factoryMeter } from "./testing/factory.ts";
import { columnsOf, HOUR_MS, hourlyRows, type SeriesRow, START_MS } from "./testing/series.ts";

const LOAD_RULES = new Set(["LOAD_HIGH", "LOAD_LOW", "OFF_HOURS_USE", "PEAK_LIMIT", "BUDGET_AHEAD"]);
/** A Tuesday of the ninth week. */
const TUESDAY = 8 * 7 + 1;

function findings(meters: readonly MeteredChannel[], rows: readonly SeriesRow[]): FindingEvent[] {
  const { events } = new Engine(meters).feed(columnsOf(rows));
  return events.filter(({ rule }) => LOAD_RULES.has(rule));
}

function judged(meter: MeteredChannel, days: number, litresOf: (hour: number) => number): FindingEvent[] {
  return findings([meter], hourlyRows(meter.channel, days * 24, litresOf));
}

/** Steps other than updates, as `rule type day hour`. */
function lines(events: readonly FindingEvent[]): string[] {
  return events
    .filter(({ type }) => type !== "update")
    .map(({ rule, type, atMs }) => {
      const hour = Math.round((atMs - START_MS) / HOUR_MS);
      return `${rule} ${type} ${Math.floor(hour / 24)} ${hour % 24}`;
    });
}

const times =
  (factor: number, from: number, to: number) =>
  (hour: number): number =>
    Math.round(factoryLitres(hour) * (hour >= from && hour < to ? factor : 1));

describe("a key account's hours", () => {
  test("as they always are raise nothing in half a year, with shifts and without", () => {
    expect(lines(judged(factoryMeter("f"), 180, factoryLitres))).toEqual([]);
    expect(lines(judged(factoryMeter("f", { shifts: DAY_SHIFTS }), 180, factoryLitres))).toEqual([]);
  });

  test("above their band for three hours are found at the end of the third, and over after a day inside", () => {
    const events = judged(factoryMeter("f"), TUESDAY + 4, times(1.6, at(TUESDAY, 9), at(TUESDAY, 13)));
    expect(lines(events)).toEqual([`LOAD_HIGH open ${TUESDAY} 12`, `LOAD_HIGH clear ${TUESDAY + 1} 13`]);
    const [open] = events;
    expect(open).toMatchObject({ subjectKind: "account", subject: FACTORY, direction: "up", isKeyAccount: true });
    expect(open?.startMs).toBe(START_MS + at(TUESDAY, 9) * HOUR_MS);
    expect(open?.evidence).toMatchObject({ reason: { en: expect.stringMatching(/above the band for 3 h/) } });
    expect(open?.evidence?.bandHighM3h).toBeLessThan(open?.evidence?.actualM3h ?? 0);
    expect(open?.evidence?.reason.zh).toMatch(/连续 3 小时高于正常范围/);
  });

  test("that stop while people should work are found in three hours, and that is a fall", () => {
    const events = judged(factoryMeter("f"), TUESDAY + 3, times(0.03, at(TUESDAY, 10), at(TUESDAY, 16)));
    expect(lines(events)[0]).toBe(`LOAD_LOW open ${TUESDAY} 13`);
    expect(events[0]).toMatchObject({ direction: "down", moneyPerDay: expect.closeTo(5.5 * 24 * 3, -2) });
    expect(lines(events)[1]).toBe(`LOAD_LOW clear ${TUESDAY} 22`);
  });

  test("are judged by the account's own thresholds", () => {
    const strict = factoryMeter("f", { thresholds: { deviations: 3, aboveHours: 1 } });
    const lax = factoryMeter("f", { thresholds: { deviations: 12 } });
    const more = times(1.6, at(TUESDAY, 9), at(TUESDAY, 13));
    expect(lines(judged(strict, TUESDAY + 1, more))[0]).toBe(`LOAD_HIGH open ${TUESDAY} 10`);
    expect(lines(judged(lax, TUESDAY + 1, more))).toEqual([]);
  });

  test("that nobody could read are no finding, neither in a gap nor after it", () => {
    const meter = factoryMeter("f");
    const skip = (hour: number) => hour > at(TUESDAY, 6) && hour < at(TUESDAY + 1, 9);
    expect(lines(findings([meter], hourlyRows(meter.channel, (TUESDAY + 5) * 24, factoryLitres, { skip })))).toEqual(
      [],
    );
  });

  test("grow with the account: a level that holds for weeks becomes usual", () => {
    const from = at(TUESDAY, 0);
    const events = judged(factoryMeter("f"), TUESDAY + 120, times(1.5, from, Number.POSITIVE_INFINITY));
    expect(lines(events).at(0)).toMatch(/^LOAD_HIGH open/);
    expect(lines(events).at(-1)).toMatch(/^LOAD_HIGH clear/);
  });
});

describe("a customer's own calendar", () => {
  const shutdown = { from: dateOf(TUESDAY), to: dateOf(TUESDAY + 2), kind: "shutdown" } as const;
  const still = times(0.05, at(TUESDAY, 0), at(TUESDAY + 3, 0));

  test("keeps a planned shutdown from being a finding, and from teaching what is usual", () => {
    expect(lines(judged(factoryMeter("f"), TUESDAY + 10, still))[0]).toMatch(/^LOAD_LOW open/);
    expect(lines(judged(factoryMeter("f", { days: [shutdown] }), TUESDAY + 10, still))).toEqual([]);
  });

  test("makes use on a day of shutdown a finding, which ends with it", () => {
    const leak = (hour: number) => still(hour) + (hour >= at(TUESDAY + 1, 1) && hour < at(TUESDAY + 3, 0) ? 3000 : 0);
    const events = judged(factoryMeter("f", { days: [shutdown] }), TUESDAY + 6, leak);
    expect(lines(events)).toEqual([`OFF_HOURS_USE open ${TUESDAY + 1} 4`, `OFF_HOURS_USE clear ${TUESDAY + 3} 6`]);
    expect(events[0]?.evidence?.reason.en).toMatch(/on a day of shutdown for 3 h/);
  });

  test("makes flow outside the shifts a finding, by what the account allows", () => {
    const night = (hour: number) => factoryLitres(hour) + (hour >= at(TUESDAY, 1) && hour < at(TUESDAY, 5) ? 900 : 0);
    const allowed = (idleM3h: number | null) => factoryMeter("f", { shifts: DAY_SHIFTS, thresholds: { idleM3h } });
    expect(lines(judged(allowed(null), TUESDAY + 1, night))[0]).toBe(`OFF_HOURS_USE open ${TUESDAY} 4`);
    expect(lines(judged(allowed(2), TUESDAY + 1, night))).toEqual([]);
  });

  test("lets people work on a Saturday out of turn", () => {
    const saturday = 8 * 7 + 5;
    const asWednesday = (hour: number) =>
      Math.floor(hour / 24) === saturday ? factoryLitres(hour - 3 * 24) : factoryLitres(hour);
    const days = [{ from: dateOf(saturday), to: dateOf(saturday), kind: "working" as const }];
    expect(lines(judged(factoryMeter("f"), saturday + 2, asWednesday))[0]).toMatch(/^LOAD_HIGH open/);
    expect(lines(judged(factoryMeter("f", { shifts: DAY_SHIFTS, days }), saturday + 2, asWednesday))).toEqual([]);
    expect(lines(judged(factoryMeter("f", { days }), saturday + 2, asWednesday))).toEqual([]);
  });
});

describe("a contract", () => {
  test("is told to be touched before it is exceeded, from how the morning goes", () => {
    const meter = factoryMeter("f", { thresholds: { contractM3h: 8.5, aboveHours: 100 } });
    const events = judged(meter, TUESDAY + 2, times(1.7, at(TUESDAY, 8), at(TUESDAY, 20)));
    expect(lines(events)[0]).toMatch(new RegExp(`^PEAK_LIMIT open ${TUESDAY} (9|10)$`));
    expect(events[0]?.evidence?.details.kind).toBe("hour_soon");
    const exceeded = events.find(({ evidence }) => evidence?.details.kind === "hour_over");
    expect(exceeded?.atMs).toBeGreaterThan(events[0]?.atMs ?? 0);
    expect(lines(judged(meter, TUESDAY + 2, factoryLitres))).toEqual([]);
  });

  const QUARTER_MS = HOUR_MS / 4;
  /** Quarter by quarter; in one of them three quarters of an hour's water goes through. */
  const quarterRows = (channel: string, days: number, surgeAt: number, share = 1): SeriesRow[] => {
    let counts = 1000;
    return Array.from({ length: days * 96 + 1 }, (_, quarter) => {
      const row = { channel, readAtMs: START_MS + quarter * QUARTER_MS, counts };
      const hour = Math.floor(quarter / 4);
      const part = hour === surgeAt ? (quarter % 4 === 1 ? 0.76 : 0.08) : 0.25;
      counts += Math.round(factoryLitres(hour) * part * share);
      return row;
    });
  };
  const bySurge = (meters: readonly MeteredChannel[], rows: readonly SeriesRow[]) =>
    findings(meters, rows).filter(({ rule, type }) => rule === "PEAK_LIMIT" && type === "open");

  test("is judged by quarters of an hour where its meters are read so often, and by what it says itself", () => {
    const surge = at(TUESDAY, 10);
    const found = (contractMinutes: number | null) => {
      const meter = { ...factoryMeter("f", { thresholds: { contractM3h: 9, contractMinutes } }), periodMs: QUARTER_MS };
      return bySurge([meter], quarterRows(meter.channel, TUESDAY + 2, surge));
    };
    const [open] = found(null);
    expect(open?.startMs).toBe(START_MS + surge * HOUR_MS + QUARTER_MS);
    expect(open?.atMs).toBe(START_MS + surge * HOUR_MS + 2 * QUARTER_MS);
    expect(open?.evidence?.details.kind).toBe("part_over");
    expect(open?.evidence?.reason.en).toMatch(/in 15 minutes; the contract allows 9/);
    expect(open?.evidence?.reason.zh).toMatch(/15 分钟用量 .*超过合同最大值/);
    expect(found(30)).toEqual([]);
    expect(found(60)).toEqual([]);
  });

  test("is judged by the hour where a meter is read by the hour, whatever it says", () => {
    const meter = factoryMeter("f", { thresholds: { contractM3h: 8.5, contractMinutes: 15, aboveHours: 100 } });
    const [open] = judged(meter, TUESDAY + 2, times(1.7, at(TUESDAY, 8), at(TUESDAY, 20)));
    expect(open?.evidence?.details.kind).toBe("hour_soon");
  });

  test("of two meters is judged by the quarters of both together, in whatever order they tell, over a restart", () => {
    const surge = at(TUESDAY, 10);
    const meters = ["a", "b"].map((name) => ({
      ...factoryMeter(name, { thresholds: { contractM3h: 9 } }),
      periodMs: QUARTER_MS,
    }));
    const rows = meters.flatMap(({ channel }) => quarterRows(channel, TUESDAY + 1, surge, 0.5));
    const inTurn = rows.toSorted((x, y) => x.readAtMs - y.readAtMs);
    const [open] = bySurge(meters, inTurn);
    expect(open?.startMs).toBe(START_MS + surge * HOUR_MS + QUARTER_MS);
    const lag = ({ channel, readAtMs }: SeriesRow) => readAtMs + (channel.startsWith("b") ? 6 * HOUR_MS : 0);
    const delayed = rows.toSorted((x, y) => lag(x) - lag(y));
    const cut = delayed.findIndex((row) => lag(row) > START_MS + (surge + 3) * HOUR_MS);
    const first = new Engine(meters);
    first.feed(columnsOf(delayed.slice(0, cut)));
    const second = new Engine(meters);
    second.restore(first.snapshot());
    const told = second.feed(columnsOf(delayed.slice(cut))).events.filter(({ rule }) => rule === "PEAK_LIMIT");
    expect(told[0]).toMatchObject({ type: "open", startMs: open?.startMs });
  });

  test("by day is told as soon as the usual rest of the day comes to more", () => {
    const meter = factoryMeter("f", { thresholds: { contractM3Day: 80, aboveHours: 100 } });
    const events = judged(meter, TUESDAY + 1, times(1.6, at(TUESDAY, 8), at(TUESDAY, 20)));
    const [open] = events;
    expect(open).toMatchObject({ rule: "PEAK_LIMIT", evidence: { details: { kind: "day_soon" } } });
    expect(((open?.atMs ?? 0) - START_MS) / HOUR_MS - at(TUESDAY, 0)).toBeLessThan(18);
  });
});

describe("a month's budget", () => {
  // START_MS is 2 June; day 29 is the first of July, day 60 the first of August.
  test("is told to be exceeded from the pace of the month and its usual rest, once a month", () => {
    const meter = factoryMeter("f", { thresholds: { monthBudgetM3: 1500, aboveHours: 168 } });
    const events = judged(meter, 93, times(1.3, at(60, 0), at(91, 0)));
    expect(lines(events).map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      "BUDGET_AHEAD open",
      "BUDGET_AHEAD clear",
    ]);
    const [open] = events;
    const day = ((open?.atMs ?? 0) - START_MS) / (24 * HOUR_MS);
    expect(day).toBeGreaterThanOrEqual(60 + 5);
    expect(day).toBeLessThan(60 + 15);
    expect(open?.evidence?.reason.en).toMatch(/as it goes on .* of the 1500 m³ that are budgeted/);
  });

  test("of a month that was not seen from its first day is not judged", () => {
    const meter = factoryMeter("f", { thresholds: { monthBudgetM3: 1, aboveHours: 168 } });
    expect(lines(judged(meter, 28, factoryLitres))).toEqual([]);
  });
});

describe("an account of two meters", () => {
  const [a, b] = [factoryMeter("a"), factoryMeter("b")];
  const half = (hour: number) => Math.round(factoryLitres(hour) / 2);
  const together = (rowsA: SeriesRow[], rowsB: SeriesRow[]) =>
    findings(
      [a, b],
      [...rowsA, ...rowsB].sort((x, y) => x.readAtMs - y.readAtMs),
    );

  test("is judged by their sum: what moves from one to the other is no finding", () => {
    const moved = (sign: 1 | -1) => (hour: number) =>
      half(hour) + (hour >= at(TUESDAY, 0) && factoryLitres(hour) > 2000 ? sign * 1500 : 0);
    const days = (TUESDAY + 5) * 24;
    expect(lines(together(hourlyRows(a.channel, days, moved(1)), hourlyRows(b.channel, days, moved(-1))))).toEqual([]);
    const both = hourlyRows(b.channel, days, (hour) => half(hour) * (hour >= at(TUESDAY, 9) ? 2 : 1));
    expect(lines(together(hourlyRows(a.channel, days, half), both))[0]).toMatch(/^LOAD_HIGH open/);
  });

  test("of which one is silent is not judged by the other alone", () => {
    const days = (TUESDAY + 4) * 24;
    const rows = together(
      hourlyRows(a.channel, days, half),
      hourlyRows(b.channel, days, half, { skip: (hour) => hour > at(TUESDAY, 5) }),
    );
    expect(lines(rows)).toEqual([]);
  });

  test("finds the same in whatever order their readings come within some hours, and across a restart", () => {
    const days = (TUESDAY + 2) * 24;
    const rowsA = hourlyRows(a.channel, days, times(0.8, at(TUESDAY, 9), at(TUESDAY, 15)));
    const rowsB = hourlyRows(b.channel, days, times(2.8, at(TUESDAY, 9), at(TUESDAY, 15)));
    const inTurn = [...rowsA, ...rowsB].sort((x, y) => x.readAtMs - y.readAtMs);
    const delayed = [...rowsA, ...rowsB].sort(
      (x, y) =>
        x.readAtMs +
        (x.channel === b.channel ? 8 * HOUR_MS : 0) -
        y.readAtMs -
        (y.channel === b.channel ? 8 * HOUR_MS : 0),
    );
    const first = new Engine([a, b]);
    const middle = Math.floor(delayed.length * 0.9);
    const before = first.feed(columnsOf(delayed.slice(0, middle))).events;
    const second = new Engine([b, a]);
    second.restore(first.snapshot());
    const after = second.feed(columnsOf(delayed.slice(middle))).events;
    const starts = (events: readonly FindingEvent[]) =>
      events
        .filter(({ type, rule }) => type === "open" && LOAD_RULES.has(rule))
        .map(({ rule, startMs }) => [rule, startMs]);
    expect(starts([...before, ...after])).toEqual(starts(findings([a, b], inTurn)));
    expect(starts([...before, ...after])).toHaveLength(1);
  });
});

test("what is kept of a key account is at most 1 KiB", () => {
  expect(new SlotTable(ACCOUNT_SCHEMA, 1).bytesPerSlot).toBeLessThanOrEqual(1024);
});
