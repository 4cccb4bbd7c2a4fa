import { describe, expect, test } from "vitest";
import { Engine } from "./engine.ts";
import type { FindingEvent } from "./pure/finding.ts";
import type { MeteredChannel } from "./pure/registry.ts";
import {
  columnsOf,
  DAY_MS,
  HOUR_MS,
  homeLitres,
  hourlyRows,
  meterOf,
  type SeriesRow,
  START_MS,
} from "./testing/series.ts";

const HOME = meterOf("home", { maxCountsPerHour: 3125 });
const BACK: MeteredChannel = { ...HOME, channel: "home.reverse_total", quantity: "reverse_total" };
const QUARTER_MS = HOUR_MS / 4;

function run(channels: readonly MeteredChannel[], rows: readonly SeriesRow[]): readonly FindingEvent[] {
  return new Engine(channels).feed(columnsOf(rows)).events;
}

const told = (events: readonly FindingEvent[], rule: string) =>
  events.filter((event) => event.rule === rule && event.type !== "update").map(({ type }) => type);

/** The home and its reverse register, which counts `litresOf(hour)` in an hour; rows in the order of time. */
function bothWays(hours: number, litresOf: (hour: number) => number): SeriesRow[] {
  const rows = [...hourlyRows(HOME.channel, hours, homeLitres), ...hourlyRows(BACK.channel, hours, litresOf)];
  return rows.sort((a, b) => a.readAtMs - b.readAtMs);
}

/** A register read each quarter of an hour, m³/h by the number of the reading. */
function quarters(meter: MeteredChannel, days: number, flowOf: (at: number) => number): SeriesRow[] {
  let counts = 0;
  return Array.from({ length: days * 96 + 1 }, (_, at) => {
    const row = { channel: meter.channel, readAtMs: START_MS + at * QUARTER_MS, counts: Math.round(counts) };
    counts += flowOf(at) * 250;
    return row;
  });
}

describe("water that runs back", () => {
  test("is found within hours by the reverse register, and ends three days after the last of it", () => {
    const events = run(
      [HOME, BACK],
      bothWays(40 * 24, (hour) => (hour >= 480 && hour < 492 ? 15 : 0)),
    );
    expect(told(events, "REVERSE")).toEqual(["open", "clear"]);
    const [open, clear] = events.filter(({ rule, type }) => rule === "REVERSE" && type !== "update");
    expect(open).toMatchObject({ direction: "down", subject: "home", startMs: START_MS + 480 * HOUR_MS });
    expect((open?.atMs ?? 0) - (open?.startMs ?? 0)).toBe(2 * HOUR_MS);
    expect((clear?.atMs ?? 0) - (START_MS + 492 * HOUR_MS)).toBe(3 * DAY_MS);
    expect(open?.evidence?.reason.en).toContain("30 L ran back");
  });

  test("is none while a litre or two a day shake the wheel", () => {
    expect(
      told(
        run(
          [HOME, BACK],
          bothWays(60 * 24, (hour) => (hour % 12 === 0 ? 1 : 0)),
        ),
        "REVERSE",
      ),
    ).toEqual([]);
  });

  test("is found where there is no reverse register and the register falls by a few litres again and again", () => {
    const falls = (hour: number) => (hour >= 480 && hour < 500 ? -8 : homeLitres(hour));
    expect(told(run([HOME], hourlyRows(HOME.channel, 40 * 24, falls)), "REVERSE")).toEqual(["open", "clear"]);
  });

  test("is none when one digit was read wrong, or the register was exchanged", () => {
    const rows = hourlyRows(HOME.channel, 40 * 24, homeLitres);
    const misread = rows.map((row, i) => (i === 500 ? { ...row, counts: row.counts - 9 } : row));
    const exchanged = rows.map((row, i) => (i > 500 ? { ...row, counts: row.counts - 900 } : row));
    expect(told(run([HOME], misread), "REVERSE")).toEqual([]);
    expect(told(run([HOME], exchanged), "REVERSE")).toEqual([]);
  });

  test("is none across a leap of the reverse register, a fall of it, or a reading of it that came twice", () => {
    const rows = bothWays(40 * 24, () => 0);
    const odd = rows.flatMap((row) => {
      const hour = (row.readAtMs - START_MS) / HOUR_MS;
      if (row.channel !== BACK.channel) return [row];
      if (hour >= 600) return [{ ...row, counts: row.counts - 500 }];
      return hour >= 500 ? [{ ...row, counts: row.counts + 50_000 }, row] : [row];
    });
    expect(told(run([HOME, BACK], odd), "REVERSE")).toEqual([]);
  });

  test("goes on over a restart, whether the registry is known before the state or after", async () => {
    const rows = bothWays(40 * 24, (hour) => (hour >= 480 && hour < 492 ? 15 : 0));
    const half = rows.findIndex((row) => row.readAtMs === START_MS + 500 * HOUR_MS);
    for (const channels of [[HOME, BACK], []]) {
      const first = new Engine([HOME, BACK]);
      const before = first.feed(columnsOf(rows.slice(0, half))).events;
      const next = new Engine(channels);
      await next.restorePieces([...first.snapshotPieces()]);
      await next.takeRegistry([HOME, BACK]);
      const whole = new Engine(channels.length === 0 ? [HOME, BACK] : channels);
      whole.restore(first.snapshot());
      const after = next.feed(columnsOf(rows.slice(half))).events;
      expect(told([...before, ...after], "REVERSE")).toEqual(["open", "clear"]);
      expect(whole.feed(columnsOf(rows.slice(half))).events).toEqual(after);
    }
  });
});

describe("use on a closed account", () => {
  const closed = (atHour: number | null) => ({
    ...HOME,
    inactiveSinceMs: atHour === null ? null : START_MS + atHour * HOUR_MS,
  });
  const rows = hourlyRows(HOME.channel, 40 * 24, homeLitres);

  test("is found from the day on which it was closed, and not before", () => {
    const [open] = run([closed(480)], rows).filter(({ rule }) => rule === "USE_INACTIVE");
    expect(open?.startMs).toBeGreaterThanOrEqual(START_MS + 480 * HOUR_MS);
    expect((open?.atMs ?? 0) - START_MS).toBeLessThanOrEqual(488 * HOUR_MS);
    expect(open?.moneyPerDay).toBeGreaterThan(0);
    expect(told(run([HOME], rows), "USE_INACTIVE")).toEqual([]);
  });

  test("is found where the meter is read once a day", () => {
    const daily = { ...closed(480), periodMs: DAY_MS };
    expect(
      told(
        run(
          [daily],
          rows.filter((_, i) => i % 24 === 0),
        ),
        "USE_INACTIVE",
      ),
    ).toEqual(["open"]);
  });

  test("ends when the account is active again, and after a week without use", () => {
    const engine = new Engine([closed(240)]);
    expect(told(engine.feed(columnsOf(rows.slice(0, 480))).events, "USE_INACTIVE")).toEqual(["open"]);
    engine.setRegistry([closed(null)]);
    expect(told(engine.feed(columnsOf(rows.slice(480))).events, "USE_INACTIVE")).toEqual(["clear"]);
    const stops = hourlyRows(HOME.channel, 40 * 24, (hour) => (hour < 480 ? homeLitres(hour) : 0));
    expect(told(run([closed(240)], stops), "USE_INACTIVE")).toEqual(["open", "clear"]);
  });

  test("standing still there is no stopped meter", () => {
    const stops = hourlyRows(HOME.channel, 90 * 24, (hour) => (hour < 720 ? homeLitres(hour) : 0));
    expect(told(run([closed(720)], stops), "NO_USE")).toEqual([]);
    expect(told(run([HOME], stops), "NO_USE")).toEqual(["open"]);
  });
});

describe("the size of a meter", () => {
  const SHOP = meterOf("shop", { periodMs: QUARTER_MS, q3M3h: 10 });
  const byDay = (m3h: number) => (at: number) => (at % 96 >= 32 && at % 96 < 72 ? m3h * (0.8 + 0.05 * (at % 5)) : 0);

  test("is too small once it has run above Q3 for six hours of a month; a month within ends that", () => {
    const busy = byDay(5);
    const flow = (at: number) => (at >= 40 * 96 && at < 50 * 96 && at % 96 >= 40 && at % 96 < 44 ? 11 : busy(at));
    const events = run([SHOP], quarters(SHOP, 130, flow));
    expect(told(events, "OVER")).toEqual(["open", "clear"]);
    const [open] = events.filter(({ rule }) => rule === "OVER");
    expect((open?.atMs ?? 0) - (START_MS + 40 * DAY_MS)).toBeLessThan(8 * DAY_MS);
  });

  test("is too large when a month never passes a tenth of Q3; a busy day ends that", () => {
    const flow = (at: number) => (at < 60 * 96 ? byDay(0.7)(at) : byDay(5)(at));
    expect(told(run([SHOP], quarters(SHOP, 65, flow)), "UNDER")).toEqual(["open", "clear"]);
  });

  test("is too large when it peaks under three tenths of Q3 and most of its volume runs below Q1", () => {
    const flow = (at: number) => (at % 96 === 40 ? 2.5 : 0.09);
    expect(told(run([SHOP], quarters(SHOP, 45, flow)), "UNDER")).toEqual(["open"]);
  });

  test("is not judged of small meters, hourly peaks, an empty place, or an ordinary shop", () => {
    const small = { ...SHOP, q3M3h: 2.5 };
    const hourly = { ...SHOP, periodMs: HOUR_MS };
    const rows = quarters(SHOP, 65, byDay(0.1));
    expect(told(run([small], rows), "UNDER")).toEqual([]);
    expect(
      told(
        run(
          [hourly],
          rows.filter((_, i) => i % 4 === 0),
        ),
        "UNDER",
      ),
    ).toEqual([]);
    expect(
      told(
        run(
          [SHOP],
          quarters(SHOP, 65, (at) => (at % 960 === 0 ? 0.2 : 0)),
        ),
        "UNDER",
      ),
    ).toEqual([]);
    const ordinary = run([SHOP], quarters(SHOP, 65, byDay(5)));
    expect([...told(ordinary, "UNDER"), ...told(ordinary, "OVER")]).toEqual([]);
  });
});
