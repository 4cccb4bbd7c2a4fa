import { describe, expect, test } from "vitest";
import type { Curve } from "../../ports.ts";
import { registerRow } from "../../testing/reading-samples.ts";
import { daysBetween, hoursBetween } from "../local-days.ts";
import { columnsFrom } from "../reading-columns.ts";
import { rollUpsOf } from "../roll-ups.ts";
import { dirtyDaysOf, isDirtyHour, spanOf } from "./dirty-hours.ts";
import { concatRollUps, pickRollUps, rollUpDays } from "./roll-up-columns.ts";
import { sumOf } from "./server-metrics.ts";

const HOUR_MS = 3_600_000;
const FROM_MS = Date.UTC(2026, 9, 24);
const TO_MS = Date.UTC(2026, 9, 27);

describe("roll-ups put together of hours", () => {
  test.each(["Europe/Berlin", "America/New_York", "UTC"])(
    "days of %s are those of the readings themselves, also when the clocks change",
    (zone) => {
      const curves = [curveOf("a", false), curveOf("b", true)];
      const days = daysBetween(FROM_MS, TO_MS, zone);
      const hours = rollUpsOf(curves, hoursBetween(FROM_MS, TO_MS + 24 * HOUR_MS));
      expect(rollUpDays(hours, days)).toEqual(rollUpsOf(curves, days));
    },
  );

  test("parts come together by channel and time, whatever order they come in", () => {
    const hours = rollUpsOf([curveOf("a", false), curveOf("b", true)], hoursBetween(FROM_MS, TO_MS));
    const odd = pickRollUps(hours, (row) => row % 2 === 1);
    const even = pickRollUps(hours, (row) => row % 2 === 0);
    expect(concatRollUps([odd, even], ["a", "b"])).toEqual(hours);
  });
});

describe("dirty hours", () => {
  test("are the hours of the day in which a reading lies, in UTC", () => {
    const [day, next] = dirtyDaysOf(
      columnsFrom([0, 1.5, 23.9, 24].map((hour) => registerRow("a", FROM_MS + hour * HOUR_MS, 1n))),
    );
    expect(day).toEqual({ channel: "a", dayMs: FROM_MS, hours: 1 | 2 | (1 << 23) });
    expect(next).toMatchObject({ dayMs: FROM_MS + 24 * HOUR_MS, hours: 1 });
    const dirty = [0, 1, 2, 22, 23, 24].filter((hour) => day && isDirtyHour(day, FROM_MS + hour * HOUR_MS));
    expect(dirty).toEqual([0, 1, 23]);
    expect(spanOf([{ channel: "a", dayMs: FROM_MS, hours: 0b1100 }])).toEqual({
      fromMs: FROM_MS + 2 * HOUR_MS,
      toMs: FROM_MS + 4 * HOUR_MS,
    });
  });
});

test("a figure of InfluxDB's is summed over its labels, and is 0 where it is not told", () => {
  const text = 'storage_wal_writes_err{bucket="a"} 2\nstorage_wal_writes_err{bucket="b"} 3\nstorage_wal_writes 9\n';
  expect([sumOf(text, "storage_wal_writes_err"), sumOf(text, "storage_wal_writes"), sumOf(text, "other")]).toEqual([
    5, 9, 0,
  ]);
});

/** Quarter hours of a register, or of a gauge whose sums are exact, with a gap now and then. */
function curveOf(channel: string, isGauge: boolean): Curve {
  const length = (TO_MS - FROM_MS) / (HOUR_MS / 4) + 96;
  const rows = Array.from({ length }, (_, i) => i);
  const isGap = (i: number) => i % 11 === 3 || (i > 40 && i < 50);
  return {
    channel,
    length,
    readAtMs: Float64Array.from(rows, (i) => FROM_MS + i * (HOUR_MS / 4)),
    counts: BigInt64Array.from(rows, (i) => (isGauge || isGap(i) ? 0n : BigInt(i))),
    gauges: Float64Array.from(rows, (i) => (isGauge && !isGap(i) ? ((i * 7) % 13) - 3 : Number.NaN)),
    qualities: Uint8Array.from(rows, (i) => (isGap(i) ? 2 : i % 5 === 0 ? 1 : 0)),
    flags: new Uint32Array(length),
  };
}
