import type { VeeRule } from "@nightflow/domain";
import { describe, expect, test } from "vitest";
import { Engine, type EngineOutput } from "./engine.ts";
import { MeterReplayer } from "./meter-replay.ts";
import { calendarOf } from "./pure/local-time.ts";
import type { MeteredChannel } from "./pure/registry.ts";
import { RULE_CATALOGUE, tuningOfSettings } from "./pure/rule-catalogue.ts";
import { tuningWith } from "./pure/tuning.ts";
import { validateRegister } from "./pure/vee/index.ts";
import { mixedMeters, mixedRows } from "./testing/mixed-feed.ts";
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

/** A number in [0, 1) by a number. */
function gapHash(no: number): number {
  return (Math.imul(no + 1, 2_654_435_761) >>> 8) / 0x1000000;
}

/** Every number in what was found, however deep. */
function numbersIn(part: unknown): number[] {
  if (typeof part === "number") return [part];
  if (typeof part !== "object" || part === null) return [];
  return Object.values(part).flatMap(numbersIn);
}

/** A home, a shop whose meter's size is judged, a key account and a gas meter. */
const KINDS: Record<string, Partial<MeteredChannel>> = {
  home: {},
  shop: { q3M3h: 6.3 },
  "key account": { isKeyAccount: true, account: "a" },
  "gas meter": { commodity: "gas", maxCountsPerHour: null },
};
/** What validation calls each case; null where the readings by themselves show nothing wrong. */
type Case = readonly [rows: readonly SeriesRow[], rule: VeeRule | null];

/** Texts that a figure went missing in. */
const isBroken = (text: string) => /NaN|undefined|Infinity|null/.test(text);

describe("a register that misbehaves invents no finding", () => {
  const from = 50 * 24 + 10;
  const cases: Record<string, Case> = {
    "falls and goes on from there": [
      usual.map((row, i) => (i > from ? { ...row, counts: row.counts - 900 } : row)),
      "negative",
    ],
    "falls for one reading": [
      usual.map((row, i) => (i === from ? { ...row, counts: row.counts - 900 } : row)),
      "negative",
    ],
    "freezes for three days and then shows all of it": [
      usual.map((row, i) => (i > from && i < from + 72 ? { ...row, counts: usual[from]?.counts ?? 0 } : row)),
      "jump",
    ],
    "jumps further than Q4 lets through": [
      usual.map((row, i) => (i > from ? { ...row, counts: row.counts + 50_000 } : row)),
      "over_limit",
    ],
    "jumps for one suspect reading": [
      usual.map((row, i) => (i === from ? { ...row, counts: row.counts + 50_000, quality: 1 } : row)),
      "spike",
    ],
    "passes its last digit": [usual.map((row) => ({ ...row, counts: (row.counts + 990_000) % 1_000_000 })), "rollover"],
    "is told twice": [usual.flatMap((row) => [row, row]), null],
    "comes a month late": [[...usual.filter((row) => !isMonth(row)), ...usual.filter(isMonth)], null],
    "comes backwards": [usual.toReversed(), null],
    "has one reading of 1970": [
      [...usual.slice(0, from), { ...(usual[from] as SeriesRow), readAtMs: 0 }, ...usual.slice(from)],
      null,
    ],
    "begins at 1970": [[{ ...(usual[0] as SeriesRow), readAtMs: 0, counts: 3 }, ...usual], null],
    "is missing for a month": [usual.filter((row) => !isMonth(row)), "gap"],
    "tells no value for a month": [usual.map((row) => (isMonth(row) ? { ...row, quality: 2, counts: 0 } : row)), "gap"],
    "has gaps all the time": [usual.filter((row) => gapHash(hourOf(row)) > 0.4), "gap"],
  };
  const all = Object.keys(KINDS).flatMap((kind) => Object.keys(cases).map((name) => [kind, name] as const));

  test.each(all)("%s: %s", (kind, name) => {
    const meter = meterOf("home", { ...Q4, ...KINDS[kind] });
    const [rows] = cases[name] as Case;
    const { engine, output } = feed(rows, meter);
    expect(output.events.map(({ rule, type }) => `${rule} ${type}`)).toEqual([]);
    expect(numbersIn(output).every(Number.isFinite)).toBe(true);
    expect(
      engine
        .viewsOf(meter.channel)
        .map(({ saw }) => saw)
        .filter(isBroken),
    ).toEqual([]);
  });

  test.each(Object.entries(cases))("%s, and validation says why in both languages", (_, [rows, rule]) => {
    const known = rows.filter(({ quality }) => quality !== 2);
    const inOrder = [
      ...new Map(known.toSorted((a, b) => a.readAtMs - b.readAtMs).map((row) => [row.readAtMs, row])).values(),
    ];
    const { notes, rows: intervals } = validateRegister({
      curve: { channel: HOME.channel, ...columnsOf(inOrder) },
      options: { periodMs: HOUR_MS, ...Q4 },
      zone: HOME.zone,
      profile: "home_water",
      fromMs: START_MS,
      toMs: START_MS + DAYS * DAY_MS,
      nowMs: START_MS + DAYS * DAY_MS,
    });
    if (rule !== null) expect(notes.map((note) => note.rule)).toContain(rule);
    expect(notes.flatMap(({ reason }) => [reason.zh, reason.en]).filter(isBroken)).toEqual([]);
    expect(numbersIn([notes, intervals]).every(Number.isFinite)).toBe(true);
  });

  test("is read for a year with gaps of every length, and found nothing in", () => {
    const year = hourlyRows(HOME.channel, 365 * 24, homeLitres, {
      skip: (hour) =>
        gapHash(hour) < 0.3 || gapHash(Math.floor(hour / 60)) < 0.2 || gapHash(Math.floor(hour / 500)) < 0.2,
    });
    for (const change of Object.values(KINDS)) {
      const { output } = feed(year, meterOf("home", { ...Q4, ...change }));
      expect(output.events).toEqual([]);
      expect(numbersIn(output).every(Number.isFinite)).toBe(true);
    }
  });

  test("is silent for a year and comes back", () => {
    const year = hourlyRows(HOME.channel, 460 * 24, homeLitres, { skip: (hour) => hour > 40 * 24 && hour < 420 * 24 });
    expect(feed(year).output.events).toEqual([]);
  });

  test.each(Object.entries(KINDS))("is of a %s on days of 23 and 25 hours", (_, change) => {
    const meter = meterOf("home", { ...Q4, ...change, zone: "Europe/Madrid" });
    const { offsetMs } = calendarOf(meter.zone);
    for (const day of ["2025-03-30", "2025-10-26"]) {
      const shiftMs = Date.parse(`${day}T00:00:00Z`) - 60 * DAY_MS - START_MS;
      // People live by the clock on the wall.
      const lived = (hour: number) => {
        const atMs = START_MS + hour * HOUR_MS + shiftMs;
        return homeLitres((((atMs + offsetMs(atMs)) / HOUR_MS) % 24) + 24 * (hour % 5));
      };
      const rows = hourlyRows(meter.channel, 80 * 24, lived).map((row) => ({
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

describe("rules with parameters at the end of their ranges", () => {
  const ends = ["least", "most"] as const;
  const meters = mixedMeters(20);
  const rows = columnsOf(mixedRows(meters, 40, 7));

  test.each(ends)("at the %s find what they find in finite numbers and whole words", (end) => {
    const settings = RULE_CATALOGUE.map(({ code, parameters }) => ({
      rule: code,
      parameters: Object.fromEntries(Object.entries(parameters).map(([name, spec]) => [name, spec[end]])),
    }));
    const tuning = tuningWith(tuningOfSettings(settings));
    const output = new Engine(meters, { tuning: () => tuning }).feed(rows);
    expect(numbersIn(output).every(Number.isFinite)).toBe(true);
    const reasons = output.events.flatMap(({ evidence }) => (evidence ? [evidence.reason.zh, evidence.reason.en] : []));
    expect(reasons.filter(isBroken)).toEqual([]);
  });

  test("that are impossible are judged by the defaults", () => {
    const settings = RULE_CATALOGUE.map(({ code, parameters }) => ({
      rule: code,
      parameters: Object.fromEntries(
        Object.keys(parameters).map((name, i) => [name, [Number.NaN, -1e9, Number.POSITIVE_INFINITY, "x"][i % 4]]),
      ),
    }));
    const tuning = tuningWith(tuningOfSettings(settings));
    const told = new Engine(meters, { tuning: () => tuning }).feed(rows);
    expect(told).toEqual(new Engine(meters).feed(rows));
  });
});
