import { describe, expect, test } from "vitest";
import { Engine, type EngineOutput } from "./engine.ts";
import { MeterReplayer } from "./meter-replay.ts";
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

const Q4 = { maxCountsPerHour: 3125, capacityCounts: 1_000_000 };
const HOME = meterOf("home", Q4);
const DAYS = 90;
const usual = hourlyRows(HOME.channel, DAYS * 24, homeLitres);
const hourOf = (row: SeriesRow) => (row.readAtMs - START_MS) / HOUR_MS;
/** A month in the middle of it. */
const isMonth = (row: SeriesRow) => hourOf(row) > 40 * 24 && hourOf(row) < 70 * 24;

function feed(rows: readonly SeriesRow[], meter: MeteredChannel = HOME): { engine: Engine; output: EngineOutput } {
  const engine = new Engine([meter]);
  return { engine, output: engine.feed(columnsOf(rows)) };
}

/** Every number in what was found, however deep. */
function numbersIn(part: unknown): number[] {
  if (typeof part === "number") return [part];
  if (typeof part !== "object" || part === null) return [];
  return Object.values(part).flatMap(numbersIn);
}

describe("a register that misbehaves invents no finding", () => {
  const from = 50 * 24 + 10;
  const cases: Record<string, readonly SeriesRow[]> = {
    "falls and goes on from there": usual.map((row, i) => (i > from ? { ...row, counts: row.counts - 900 } : row)),
    "falls for one reading": usual.map((row, i) => (i === from ? { ...row, counts: row.counts - 900 } : row)),
    "freezes for three days and then shows all of it": usual.map((row, i) =>
      i > from && i < from + 72 ? { ...row, counts: usual[from]?.counts ?? 0 } : row,
    ),
    "jumps further than Q4 lets through": usual.map((row, i) =>
      i > from ? { ...row, counts: row.counts + 50_000 } : row,
    ),
    "jumps for one suspect reading": usual.map((row, i) =>
      i === from ? { ...row, counts: row.counts + 50_000, quality: 1 } : row,
    ),
    "passes its last digit": usual.map((row) => ({ ...row, counts: (row.counts + 990_000) % 1_000_000 })),
    "is told twice": usual.flatMap((row) => [row, row]),
    "comes a month late": [...usual.filter((row) => !isMonth(row)), ...usual.filter(isMonth)],
    "comes backwards": usual.toReversed(),
    "has one reading of 1970": [
      ...usual.slice(0, from),
      { ...(usual[from] as SeriesRow), readAtMs: 0 },
      ...usual.slice(from),
    ],
    "begins at 1970": [{ ...(usual[0] as SeriesRow), readAtMs: 0, counts: 3 }, ...usual],
    "is missing for a month": usual.filter((row) => !isMonth(row)),
    "tells no value for a month": usual.map((row) => (isMonth(row) ? { ...row, quality: 2, counts: 0 } : row)),
  };

  test.each(Object.entries(cases))("%s", (_, rows) => {
    const { output } = feed(rows);
    expect(output.events.map(({ rule, type }) => `${rule} ${type}`)).toEqual([]);
    expect(numbersIn(output).every(Number.isFinite)).toBe(true);
  });

  test("is silent for a year and comes back", () => {
    const year = hourlyRows(HOME.channel, 460 * 24, homeLitres, { skip: (hour) => hour > 40 * 24 && hour < 420 * 24 });
    expect(feed(year).output.events).toEqual([]);
  });

  test("is of a key account on days of 23 and 25 hours", () => {
    const meter = meterOf("home", { ...Q4, zone: "Europe/Madrid", isKeyAccount: true, account: "a" });
    // What runs by the clock on the wall takes the same of every local day, however long it is.
    const nightly = (hour: number) => 100 + (hour % 3);
    for (const day of ["2025-03-30", "2025-10-26"]) {
      const shiftMs = Date.parse(`${day}T00:00:00Z`) - 60 * DAY_MS - START_MS;
      const rows = hourlyRows(meter.channel, 80 * 24, nightly).map((row) => ({
        ...row,
        readAtMs: row.readAtMs + shiftMs,
      }));
      expect(feed(rows, meter).output.events).toEqual([]);
    }
  });
});

describe("a register that comes a month late", () => {
  test("is judged again, finds nothing new in an ordinary month, and has learnt the month", () => {
    const late = [...usual.filter((row) => !isMonth(row)), ...usual.filter(isMonth)];
    const { engine } = feed(late);
    const [noted] = engine.takeLate();
    expect(noted).toMatchObject({ readings: 30 * 24 - 1, spans: [[expect.any(Number), expect.any(Number)]] });
    const basis = engine.basisOf(HOME.channel);
    const curve = { channel: HOME.channel, ...columnsOf(usual) };
    const replay = basis && new MeterReplayer({}).replay(basis, curve, noted?.spans ?? []);
    expect(replay?.changes).toEqual([]);
    if (replay) engine.putMeter(HOME.channel, replay.image);
    expect(engine.takeMeter(HOME.channel)).toEqual(feed(usual).engine.takeMeter(HOME.channel));
  });
});
