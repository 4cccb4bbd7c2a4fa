import { flagsToBits } from "@nightflow/domain";
import type { Curve } from "@nightflow/storage/pure";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { intervalsOf } from "../intervals.ts";
import { calendarOf } from "../local-time.ts";
import { apportion } from "./apportion.ts";
import { applyRevisions, proposeEdit, type Revision, withEdits } from "./edits.ts";
import { estimateShape } from "./estimate.ts";
import { checkSum, checkUsage } from "./interval-checks.ts";
import { LikeDays } from "./like-day.ts";
import { checkArrivals, checkClock, checkTimes } from "./reading-checks.ts";
import { VEE_HISTORY_MS, type VeeInput, validateRegister } from "./validate.ts";

const SEED = 20261123;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A Monday, midnight in Shanghai. */
const START_MS = Date.parse("2025-06-01T16:00:00Z");

interface Point {
  readonly atMs: number;
  readonly counts: number;
  readonly quality?: number;
  readonly flags?: number;
}

function curveOf(points: readonly Point[]): Curve {
  return {
    channel: "home.forward_total",
    length: points.length,
    readAtMs: Float64Array.from(points, (point) => point.atMs),
    counts: BigInt64Array.from(points, (point) => BigInt(point.counts)),
    gauges: new Float64Array(points.length).fill(Number.NaN),
    qualities: Uint8Array.from(points, (point) => point.quality ?? 0),
    flags: Uint32Array.from(points, (point) => point.flags ?? 0),
  };
}

/** Hourly readings of a home whose use repeats day by day; `skip` leaves readings out. */
function home(days: number, skip: (hour: number) => boolean = () => false, litres = usual): Point[] {
  const points: Point[] = [];
  let counts = 5000;
  for (let hour = 0; hour <= days * 24; hour++) {
    if (!skip(hour)) points.push({ atMs: START_MS + hour * HOUR_MS, counts });
    counts += litres(hour);
  }
  return points;
}

const usual = (hour: number) =>
  [0, 0, 0, 0, 0, 0, 12, 40, 22, 9, 8, 0, 11, 9, 0, 8, 10, 14, 33, 41, 18, 9, 4, 0][hour % 24] ?? 0;

function validate(points: readonly Point[], change: Partial<VeeInput> = {}) {
  const last = points.at(-1)?.atMs ?? START_MS;
  return validateRegister({
    curve: curveOf(points),
    options: { periodMs: HOUR_MS, capacityCounts: 100_000, maxCountsPerHour: 3125 },
    zone: "Asia/Shanghai",
    profile: "home_water",
    fromMs: START_MS,
    toMs: last,
    nowMs: last,
    ...change,
  });
}

const rules = (notes: readonly { readonly rule: string }[]) => notes.map(({ rule }) => rule);

describe("whole counts shared out by weights", () => {
  test("always add up to the total, and none is more than one count off its share", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }),
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 }),
        (total, weights) => {
          const shares = apportion(total, weights) ?? [];
          expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total);
          expect(shares.every(Number.isSafeInteger)).toBe(true);
          const whole = weights.reduce((sum, weight) => sum + weight, 0);
          if (whole > 1e-3)
            for (const [i, share] of shares.entries())
              expect(Math.abs(share - (total * (weights[i] ?? 0)) / whole)).toBeLessThanOrEqual(1.001);
        },
      ),
      { seed: SEED },
    );
  });

  test("are equal where nothing is known of the shape, and refuse a total that is not whole", () => {
    expect(apportion(7, [Number.NaN, Number.POSITIVE_INFINITY, -1])).toEqual([2, 3, 2]);
    expect(apportion(5, [])).toBeNull();
    expect(() => apportion(0.5, [1])).toThrow(RangeError);
    expect(apportion(9, [1e308, 1e308, 1e308])).toEqual([3, 3, 3]);
  });
});

describe("estimates", () => {
  const gapFrom = 35 * 24 + 6;

  test("of up to two hours lie on the line between the readings", () => {
    const { rows } = validate(home(40, (hour) => hour === gapFrom + 1));
    const filled = rows.filter(({ method }) => method !== null && method !== "true_zero");
    expect(filled.map(({ counts, method }) => [counts, method])).toEqual([
      [26, "linear"],
      [26, "linear"],
    ]);
  });

  test("of a longer gap have the shape of like days and the total of the register", () => {
    const { rows } = validate(home(40, (hour) => hour > gapFrom && hour < gapFrom + 30));
    const filled = rows.filter(({ method }) => method === "like_day");
    expect(filled).toHaveLength(30);
    expect(filled.map(({ counts }) => counts)).toEqual(Array.from({ length: 30 }, (_, i) => usual(gapFrom + i)));
    expect(filled.every(({ quality, rawCounts }) => quality === "estimated" && rawCounts === null)).toBe(true);
  });

  test("of a register that is new take the shape of its class and the total of the register", () => {
    const { rows } = validate(home(6, (hour) => hour > 30 && hour < 60));
    const filled = rows.filter(({ method }) => method === "class_profile");
    expect(filled).toHaveLength(30);
    const used = Array.from({ length: 30 }, (_, i) => usual(30 + i)).reduce((sum, litres) => sum + litres, 0);
    expect(filled.reduce((sum, { counts }) => sum + (counts ?? 0), 0)).toBe(used);
  });

  test("never change what lies between two known registers, whatever is missing", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(40 * 24), { maxLength: 300 }),
        fc.array(fc.nat(400), { minLength: 24, maxLength: 24 }),
        fc.constantFrom("home_water", "gas", "district", "business_water"),
        (gone, day, profile) => {
          const missing = new Set(gone.flatMap((hour) => [hour, hour + 1, hour + 5]));
          const points = home(
            40,
            (hour) => missing.has(hour),
            (hour) => day[hour % 24] ?? 0,
          );
          if (points.length < 2) return;
          const curve = curveOf(points);
          const options = { periodMs: HOUR_MS, capacityCounts: null, maxCountsPerHour: null };
          const rows = estimateShape(intervalsOf(curve, options), {
            calendar: calendarOf("Asia/Shanghai"),
            profile,
            knownAtMs: curve.readAtMs,
          });
          expect(rows.every(({ counts }) => Number.isSafeInteger(counts) && counts >= 0)).toBe(true);
          let at = 0;
          for (const [i, point] of points.entries()) {
            const next = points[i + 1];
            if (next === undefined) break;
            let sum = 0;
            for (; (rows[at]?.startMs ?? Number.POSITIVE_INFINITY) < next.atMs; at++) sum += rows[at]?.counts ?? 0;
            expect(sum).toBe(next.counts - point.counts);
          }
        },
      ),
      { seed: SEED, numRuns: 40 },
    );
  });

  test("are not needed where the register stood still: a gap without movement is a true zero, and good", () => {
    const { rows, completeness } = validate(home(3, (hour) => hour > 24 && hour < 30));
    const still = rows.filter(({ method }) => method === "true_zero");
    expect(still.length).toBeGreaterThanOrEqual(5);
    expect(still.every(({ counts, quality }) => counts === 0 && quality === "good")).toBe(true);
    expect(completeness).toBe(1);
  });

  test("keep to the hours of the wall clock on days of 23 and 25 hours", () => {
    for (const change of ["2025-03-30", "2025-10-26"]) {
      const midnight = Date.parse(`${change}T00:00:00Z`) - 40 * DAY_MS;
      const calendar = calendarOf("Europe/Madrid");
      const points: Point[] = [];
      let counts = 0;
      for (let hour = 0; hour <= 42 * 24; hour++) {
        const atMs = midnight + hour * HOUR_MS;
        const isGap = atMs > Date.parse(`${change}T00:00:00Z`) - 2 * HOUR_MS && hour < 41 * 24 + 12;
        if (!isGap) points.push({ atMs, counts });
        counts += Math.floor(calendar.hourOf(atMs)) === 7 ? 100 : 0;
      }
      const { rows } = validate(points, { zone: "Europe/Madrid", fromMs: midnight });
      const filled = rows.filter(({ method }) => method === "like_day");
      expect(filled.length).toBeGreaterThan(30);
      for (const row of filled) expect(row.counts).toBe(Math.floor(calendar.hourOf(row.startMs)) === 7 ? 100 : 0);
    }
  });
});

describe("validation", () => {
  test("says nothing about a home that lives as usual", () => {
    const { notes, completeness, rows } = validate(home(60));
    expect(notes).toEqual([]);
    expect(completeness).toBe(1);
    expect(rows).toHaveLength(60 * 24);
  });

  test("tells a clock a few minutes off from one that is off by more than a period, and from none", () => {
    expect(checkClock(90_000, HOUR_MS, 0)).toBeNull();
    expect(checkClock(null, HOUR_MS, 0)).toBeNull();
    expect(checkClock(Number.NaN, HOUR_MS, 0)).toBeNull();
    expect(checkClock(-5 * 60_000, HOUR_MS, 0)).toMatchObject({ rule: "time", verdict: "warn", flag: "clock_shift" });
    expect(checkClock(2 * HOUR_MS, HOUR_MS, 0)?.verdict).toBe("fail");
  });

  test("explains a clock at 1970 and one in the future", () => {
    const notes = checkTimes([0, START_MS, START_MS + DAY_MS], START_MS);
    expect(notes.map(({ flag }) => flag)).toEqual(["clock_shift", "future_time"]);
    expect(notes[0]?.reason.en).toContain("never set");
  });

  test("drops a reading told twice without a word, lists a different one as a conflict, and notes a late one", () => {
    const notes = checkArrivals([
      { readAtMs: 1, counts: 5n },
      { readAtMs: 3, counts: 7n },
      { readAtMs: 3, counts: 7n },
      { readAtMs: 3, counts: 8n },
      { readAtMs: 2, counts: 6n },
    ]);
    expect(notes.map(({ flag }) => flag)).toEqual(["duplicate", "out_of_order"]);
  });

  test("tells how much a gap lacks, and calls one of more than five days work for the field", () => {
    const short = validate(home(20, (hour) => hour > 100 && hour < 110));
    expect(short.notes.find(({ rule }) => rule === "gap")).toMatchObject({ verdict: "warn", figures: { missing: 9 } });
    const long = validate(home(20, (hour) => hour > 100 && hour < 240));
    expect(long.notes.find(({ rule }) => rule === "gap")).toMatchObject({ verdict: "fail" });
    expect(rules(long.notes)).toContain("estimated_share");
  });

  test("flags a jump beyond what Q4 lets through as not to be trusted, and keeps it out of what is good", () => {
    const points = home(20).map((point, hour) => (hour > 200 ? { ...point, counts: point.counts + 20_000 } : point));
    const { rows, notes } = validate(points);
    expect(rules(notes)).toContain("over_limit");
    expect(rows.filter(({ quality }) => quality === "suspect")).toHaveLength(1);
    expect(rows.find(({ quality }) => quality === "suspect")?.flags).toContain("over_q4");
  });

  test("tells a roll-over from a fall and from a little water that ran back", () => {
    const rolled = home(20).map((point) => ({ ...point, counts: (point.counts + 92_000) % 100_000 }));
    const over = validate(rolled);
    expect(rules(over.notes)).toEqual(["rollover"]);
    expect(over.rows.every(({ counts }) => counts !== null && counts >= 0)).toBe(true);
    const fallen = validate(
      home(20).map((point, hour) => (hour > 200 ? { ...point, counts: point.counts - 4000 } : point)),
    );
    expect(rules(fallen.notes)).toContain("negative");
    expect(fallen.rows.filter(({ quality }) => quality === "missing").length).toBeGreaterThan(0);
    const back = validate(
      home(20).map((point, hour) => (hour === 240 ? { ...point, counts: point.counts - 4 } : point)),
    );
    expect(rules(back.notes)).toContain("reverse");
  });

  test("splits the series where the meter was exchanged", () => {
    const points = home(20).map((point, hour) =>
      hour >= 200
        ? { ...point, counts: point.counts % 90, flags: hour === 200 ? flagsToBits(["exchange"]) : 0 }
        : point,
    );
    const { rows, notes } = validate(points.map((point, hour) => (hour > 200 ? { ...point, counts: hour } : point)));
    expect(rules(notes)).toContain("exchange");
    expect(rows.every(({ counts }) => counts === null || counts >= 0)).toBe(true);
  });

  test("flags a spike of gas by its ratio, and a home's peaks never", () => {
    const burner = (hour: number) => (hour === 250 ? 4000 : 60 + (hour % 5));
    const options = { periodMs: HOUR_MS, capacityCounts: null, maxCountsPerHour: null };
    const gas = validate(home(20, undefined, burner), { options, profile: "gas" });
    expect(rules(gas.notes)).toEqual(["spike"]);
    expect(gas.rows[250]?.flags).toContain("spike");
  });

  test("flags the very same volume six times in a row, and a register that stands still for longer than ever", () => {
    const played = validate(home(20, undefined, (hour) => (hour > 200 && hour < 210 ? 37 : usual(hour))));
    expect(rules(played.notes)).toEqual(["constant"]);
    const stuck = validate(home(40, undefined, (hour) => (hour > 400 ? 0 : usual(hour))));
    expect(rules(stuck.notes)).toContain("stuck");
    expect(stuck.notes.find(({ rule }) => rule === "stuck")?.reason.en).toContain("23 days");
  });

  test("calls a single reading that the next one disproves, and leaves it out", () => {
    const slipped = (by: number) =>
      home(10).map((point, i) => (i === 100 ? { ...point, counts: point.counts + by } : point));
    const slips = (by: number) => validate(slipped(by)).notes.map(({ rule, fromMs }) => [rule, fromMs]);
    expect(slips(-700)).toEqual([["negative", START_MS + 100 * HOUR_MS]]);
    expect(slips(50)).toContainEqual(["spike", START_MS + 100 * HOUR_MS]);
  });

  test("calls a jump from one interval to the next that is further than ever before, and not the peaks of every day", () => {
    const leap = (hour: number) => (hour === 30 * 24 + 3 ? 1500 : usual(hour));
    const { notes, rows } = validate(home(40, undefined, leap));
    expect(notes.filter(({ rule }) => rule === "jump")).toMatchObject([
      { verdict: "warn", fromMs: START_MS + (30 * 24 + 3) * HOUR_MS, figures: { counts: 1500, beforeCounts: 0 } },
    ]);
    expect(rows[30 * 24 + 3]?.flags).toContain("spike");
    const daily = (hour: number) => (hour % 24 === 3 ? 1500 : usual(hour));
    expect(rules(validate(home(40, undefined, daily)).notes)).not.toContain("jump");
    const options = { periodMs: HOUR_MS, capacityCounts: null, maxCountsPerHour: null };
    expect(rules(validate(home(40, undefined, leap), { options }).notes)).not.toContain("jump");
  });

  test("compares the highest interval with that of the span before, and is silent without enough of it", () => {
    const grown = (hour: number) => (hour > 30 * 24 && hour % 24 === 8 ? 100 : usual(hour));
    const span = { fromMs: START_MS + 28 * DAY_MS, toMs: START_MS + 38 * DAY_MS };
    const peaks = validate(home(40, undefined, grown), span).notes.filter(({ rule }) => rule === "peak_high");
    expect(peaks).toMatchObject([{ verdict: "warn", figures: { counts: 100, beforeCounts: 41 } }]);
    expect(rules(validate(home(40), span).notes)).not.toContain("peak_high");
    const short = { fromMs: START_MS + 30 * DAY_MS, toMs: START_MS + 34 * DAY_MS };
    expect(rules(validate(home(40, undefined, grown), short).notes)).not.toContain("peak_high");
  });

  test("compares usage by the day with the span before, and is silent without enough of it", () => {
    const span = (counts: number, days: number) => ({ fromMs: 0, toMs: 1, counts, days });
    expect(checkUsage(span(2000, 10), span(1000, 10))?.rule).toBe("usage_high");
    expect(checkUsage(span(300, 10), span(1000, 10))?.rule).toBe("usage_low");
    expect(checkUsage(span(1500, 10), span(1000, 10))).toBeNull();
    expect(checkUsage(span(9000, 3), span(1000, 10))).toBeNull();
    expect(checkUsage(span(9000, 10), span(0, 10))).toBeNull();
  });

  test("checks sums against the register within two counts or a thousandth", () => {
    expect(checkSum(1002, 1000, [0, 1])).toBeNull();
    expect(checkSum(10_009, 10_000, [0, 1])).toBeNull();
    expect(checkSum(1010, 1000, [0, 1])).toMatchObject({ rule: "sum", verdict: "fail", figures: { offBy: 10 } });
    expect(checkSum(null, 1000, [0, 1])).toBeNull();
  });

  test("of a year of gaps, of nothing at all and of one reading gives missing intervals, notes, and no figure that is none", () => {
    const year = home(400, (hour) => hour > 24 && hour < 390 * 24);
    const cases = [
      validate(year, { fromMs: START_MS, toMs: START_MS + 400 * DAY_MS }),
      validate([], { toMs: START_MS + DAY_MS, nowMs: START_MS + DAY_MS }),
      validate(home(1).slice(0, 1), { toMs: START_MS + DAY_MS, nowMs: START_MS + DAY_MS }),
      validate(home(3).map((point) => ({ ...point, quality: 2 }))),
    ];
    for (const { rows, notes } of cases) {
      expect(rows.filter(({ quality }) => quality === "missing").length).toBeGreaterThan(0);
      expect(rules(notes)).toContain("estimated_share");
      expect(JSON.stringify({ rows, notes })).not.toContain("NaN");
      for (const { figures } of notes) for (const figure of Object.values(figures)) expect(figure).not.toBeNaN();
    }
  });

  test("never gives a figure that is none, whatever a register does", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            hour: fc.nat(2000),
            counts: fc.integer({ min: 0, max: 2_000_000 }),
            quality: fc.constantFrom(0, 0, 0, 0, 1, 2),
            flags: fc.constantFrom(0, 0, 0, flagsToBits(["exchange"]), flagsToBits(["device_alarm"])),
          }),
          { maxLength: 120 },
        ),
        (readings) => {
          const points = [...new Map(readings.map((reading) => [reading.hour, reading])).values()]
            .sort((a, b) => a.hour - b.hour)
            .map(({ hour, ...rest }) => ({ ...rest, atMs: START_MS + hour * HOUR_MS }));
          const { rows, notes, completeness } = validate(points, { toMs: START_MS + 2000 * HOUR_MS });
          expect(completeness).toBeGreaterThanOrEqual(0);
          for (const row of rows) expect(row.counts === null || Number.isSafeInteger(row.counts)).toBe(true);
          for (const { figures } of notes) expect(Object.values(figures).every(Number.isFinite)).toBe(true);
        },
      ),
      { seed: SEED, numRuns: 30 },
    );
  });
});

describe("edits", () => {
  const points = home(40, (hour) => hour > 35 * 24 && hour < 36 * 24);
  const from = START_MS + 35 * DAY_MS;
  const { rows } = validate(points, { fromMs: from, toMs: from + DAY_MS });
  const means = {
    days: new LikeDays(
      intervalsOf(curveOf(points), { periodMs: HOUR_MS, capacityCounts: null, maxCountsPerHour: null }),
      calendarOf("Asia/Shanghai"),
    ),
    profile: "home_water",
    zone: "Asia/Shanghai",
    periodMs: HOUR_MS,
  } as const;
  const revision = (no: number, change: Partial<Revision>): Revision => ({
    id: `r${no}`,
    no,
    kind: "edit",
    undoes: null,
    changes: [],
    fromMs: from,
    toMs: from + DAY_MS,
    ...change,
  });

  test("stand over the validated volume, which shows again when they are undone; every step is a version", () => {
    const edit = revision(1, { changes: [[from, 77]] });
    const [edited] = applyRevisions(rows, [edit]);
    expect(edited).toMatchObject({ finalCounts: 77, finalQuality: "edited", version: 2, rawCounts: null });
    const [back] = applyRevisions(rows, [edit, revision(2, { kind: "undo", undoes: "r1" })]);
    expect(back).toMatchObject({ finalCounts: rows[0]?.counts, finalQuality: "estimated", version: 3, edit: null });
  });

  test("that late readings have overtaken say so", () => {
    const late = revision(2, { kind: "late" });
    expect(applyRevisions(rows, [revision(1, { changes: [[from, 77]] }), late])[0]?.isOvertaken).toBe(true);
    expect(applyRevisions(rows, [revision(3, { changes: [[from, 77]] }), late])[0]?.isOvertaken).toBe(false);
  });

  test("stand in sums and curves as estimates, a voided one as missing, also where nothing was read", () => {
    const read = [0, 1, 2].map((i) => ({
      startMs: i,
      endMs: i + 1,
      counts: 5,
      quality: 0,
      flags: 0,
      knownAtMs: i + 1,
    }));
    const shown = withEdits(
      read,
      new Map<number, number | null>([
        [1, 9],
        [2, null],
        [3, 4],
      ]),
      1,
    );
    expect(shown.map(({ startMs, counts, quality }) => [startMs, counts, quality])).toEqual([
      [0, 5, 0],
      [1, 9, 1],
      [2, 0, 3],
      [3, 4, 1],
    ]);
  });

  test("by a method add up to the register's difference or to the total that was given", () => {
    const used = rows.reduce((sum, { counts }) => sum + (counts ?? 0), 0);
    for (const method of ["linear", "like_day", "class_profile"] as const) {
      const own = proposeEdit(rows, { method }, means);
      const given = proposeEdit(rows, { method, totalCounts: 1001 }, means);
      expect("counts" in own && own.counts.reduce<number>((sum, c) => sum + (c ?? 0), 0)).toBe(used);
      expect("counts" in given && given.counts.reduce<number>((sum, c) => sum + (c ?? 0), 0)).toBe(1001);
    }
    expect(proposeEdit(rows, { method: "zero" }, means)).toEqual({ counts: rows.map(() => 0) });
  });

  test("are refused where their length or total is not known", () => {
    expect(proposeEdit(rows, { method: "manual", counts: [1] }, means)).toEqual({ refused: "length" });
    const unknown = rows.map((row) => ({ ...row, counts: null }));
    expect(proposeEdit(unknown, { method: "linear" }, means)).toEqual({ refused: "total" });
  });
});

test("history reaches far enough back for four weeks of like days before the earliest gap of a month", () => {
  expect(VEE_HISTORY_MS).toBeGreaterThanOrEqual((28 + 31) * DAY_MS);
});
