import { flagsToBits } from "@nightflow/domain";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type EmittedInterval, IntervalBuilder, type IntervalOptions, type RegisterReading } from "./intervals.ts";

const HOUR = 3_600_000;
const OPTIONS: IntervalOptions = { periodMs: HOUR, capacityCounts: null, maxCountsPerHour: null };

type Row = readonly [hours: number, counts: number, quality?: number, flags?: number];

function run(rows: readonly Row[], options: Partial<IntervalOptions> = {}): EmittedInterval[] {
  const builder = new IntervalBuilder({ ...OPTIONS, ...options });
  const out: EmittedInterval[] = [];
  for (const row of rows) builder.push(readingOf(row), (interval) => out.push({ ...interval }));
  return out;
}

function readingOf([hours, counts, quality = 0, flags = 0]: Row): RegisterReading {
  return { readAtMs: Math.round(hours * HOUR), counts: BigInt(counts), quality, flags };
}

/** Intervals as `hour: counts quality`. */
function lines(intervals: readonly EmittedInterval[]): string[] {
  return intervals.map((i) => `${i.startMs / HOUR}: ${i.counts} ${"GESM"[i.quality]}`);
}

describe("intervals of a register", () => {
  test("are differences between readings on the boundaries", () => {
    expect(
      lines(
        run([
          [0, 100],
          [1, 103],
          [2, 103],
          [3, 110],
        ]),
      ),
    ).toEqual(["0: 3 G", "1: 0 G", "2: 7 G"]);
  });

  test("take a reading within 10 % of the period for the boundary's", () => {
    expect(
      lines(
        run([
          [0.05, 100],
          [1.08, 103],
          [1.95, 105],
          [3, 110],
        ]),
      ),
    ).toEqual(["0: 3 G", "1: 2 G", "2: 5 G"]);
  });

  test("use the nearer of two close readings", () => {
    const frequent: Row[] = [
      [0, 0],
      [0.5, 5],
      [0.92, 9],
      [1, 10],
      [1.5, 15],
      [2, 20],
    ];
    expect(lines(run(frequent))).toEqual(["0: 10 G", "1: 10 G"]);
  });

  test("interpolate between neighbours at most 1.5 periods apart, and say so", () => {
    const out = run([
      [0.5, 100],
      [1.5, 110],
      [2.5, 130],
      [3.5, 130],
    ]);
    expect(lines(out)).toEqual(["1: 15 G", "2: 10 G"]);
    expect(out[0]?.flags).toBe(flagsToBits(["interpolated"]));
  });

  test("are estimated across a gap, and keep the sum", () => {
    expect(
      lines(
        run([
          [0, 0],
          [1, 4],
          [4, 10],
          [5, 11],
        ]),
      ),
    ).toEqual(["0: 4 G", "1: 2 E", "2: 2 E", "3: 2 E", "4: 1 G"]);
  });

  test("are true zeros across a gap in which the register did not move", () => {
    expect(
      lines(
        run([
          [0, 7],
          [5, 7],
          [6, 8],
        ]),
      ),
    ).toEqual(["0: 0 G", "1: 0 G", "2: 0 G", "3: 0 G", "4: 0 G", "5: 1 G"]);
  });

  test("follow a roll-over", () => {
    const options = { capacityCounts: 100_000, maxCountsPerHour: 3000 };
    expect(
      lines(
        run(
          [
            [0, 99_990],
            [1, 99_998],
            [2, 6],
          ],
          options,
        ),
      ),
    ).toEqual(["0: 8 G", "1: 8 G"]);
  });

  test("have no volume across a register that starts again low", () => {
    const options = { capacityCounts: 1_000_000, maxCountsPerHour: 3000 };
    expect(
      lines(
        run(
          [
            [0, 500],
            [1, 510],
            [2, 3],
            [3, 5],
            [4, 9],
          ],
          options,
        ),
      ),
    ).toEqual(["0: 10 G", "1: 0 M", "2: 2 G", "3: 4 G"]);
  });

  test("ignore a single slip to zero and back", () => {
    expect(
      lines(
        run([
          [0, 500],
          [1, 510],
          [2, 0],
          [3, 520],
        ]),
      ),
    ).toEqual(["0: 10 G", "1: 5 E", "2: 5 E"]);
  });

  test("ignore a suspect spike", () => {
    expect(
      lines(
        run([
          [0, 500],
          [1, 510],
          [2, 99_999, 1],
          [3, 520],
        ]),
      ),
    ).toEqual(["0: 10 G", "1: 5 E", "2: 5 E"]);
  });

  test("take a few counts of backflow as suspect and keep the sum", () => {
    expect(
      lines(
        run([
          [0, 500],
          [1, 497],
          [2, 505],
        ]),
      ),
    ).toEqual(["0: -3 S", "1: 8 G"]);
  });

  test("are suspect where more passed than the meter can carry", () => {
    expect(
      lines(
        run(
          [
            [0, 0],
            [1, 9000],
            [2, 9010],
          ],
          { maxCountsPerHour: 3125 },
        ),
      ),
    ).toEqual(["0: 9000 S", "1: 10 G"]);
  });

  test("have no volume across a meter exchange", () => {
    const exchange = flagsToBits(["exchange"]);
    expect(
      lines(
        run([
          [0, 500],
          [1, 510],
          [2, 0, 0, exchange],
          [3, 4],
        ]),
      ),
    ).toEqual(["0: 10 G", "1: 0 M", "2: 4 G"]);
  });

  test("ignore missing, late and repeated readings", () => {
    expect(
      lines(
        run([
          [0, 500],
          [1, 510],
          [0.5, 505],
          [1, 999],
          [1.5, 0, 2],
          [2, 511],
        ]),
      ),
    ).toEqual(["0: 10 G", "1: 1 G"]);
  });

  test("start afresh after more than five weeks with movement", () => {
    expect(
      lines(
        run([
          [0, 0],
          [1, 1],
          [1000, 900],
          [1001, 905],
        ]),
      ),
    ).toEqual(["0: 1 G", "1000: 5 G"]);
  });

  test("are never known before the reading that completes them", () => {
    for (const interval of run([
      [0, 0],
      [1.05, 4],
      [2.6, 10],
      [3.4, 12],
      [9, 80],
    ]))
      expect(interval.knownAtMs).toBeGreaterThanOrEqual(interval.endMs);
  });

  test("sum to the register's difference and leave no hole, whatever the times of a rising register", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 50 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(steps, (list) => {
        const rows = risingRows(list);
        const [hours, counts] = rows.at(-1) as Row;
        const last = Math.ceil(hours) + 1;
        rows.push([last, counts], [last + 1, counts + 5]);
        const out = run(rows);
        expect(out.reduce((sum, i) => sum + i.counts, 0)).toBe(counts + 5);
        expect(out.map((i) => i.startMs / HOUR)).toEqual(Array.from({ length: last + 1 }, (_, i) => i));
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  test("are the same whether each boundary is judged with all readings at hand or one by one", () => {
    const step = fc.tuple(fc.integer({ min: 20, max: 400 }), fc.integer({ min: 0, max: 50 }));
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 60 }), (list) => {
        const rows = risingRows(list);
        const [hours] = rows.at(-1) as Row;
        const registers = new Map<number, number>();
        for (let b = 0; b <= hours; b++) registers.set(b, naiveRegister(rows, b));
        for (const interval of run(rows)) {
          const [from, to] = [registers.get(interval.startMs / HOUR), registers.get(interval.endMs / HOUR)];
          if (from !== undefined && to !== undefined) expect(interval.counts).toBe(to - from);
        }
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});

/** Readings of a register that rises by `[minutes, counts]` steps from zero. */
function risingRows(steps: readonly (readonly [number, number])[]): Row[] {
  const rows: Row[] = [[0, 0]];
  let minutes = 0;
  let counts = 0;
  for (const [wait, more] of steps) {
    minutes += wait;
    counts += more;
    rows.push([minutes / 60, counts]);
  }
  return rows;
}

/** The rule of DOMAIN 3.2 for one boundary, with the whole list at hand. Readings are at least a third of an hour apart. */
function naiveRegister(rows: readonly Row[], boundaryHours: number): number {
  const at = (i: number) => Math.round((rows[i]?.[0] ?? Number.NEGATIVE_INFINITY) * HOUR);
  const counts = (i: number) => rows[i]?.[1] ?? 0;
  const b = boundaryHours * HOUR;
  const after = rows.findIndex((_, i) => at(i) >= b);
  if (at(after) === b) return counts(after);
  const [toNext, fromBefore] = [at(after) - b, b - at(after - 1)];
  // A reading shortly before the boundary settles it at once when the one before it is at least half a period back.
  if (after > 1 && fromBefore <= HOUR / 10 && at(after - 1) - at(after - 2) >= HOUR / 2) return counts(after - 1);
  if (Math.min(toNext, fromBefore) <= HOUR / 10) return counts(toNext <= fromBefore ? after : after - 1);
  const moved = counts(after) - counts(after - 1);
  return counts(after - 1) + Math.round((moved * fromBefore) / (fromBefore + toNext));
}
