import { describe, expect, test } from "vitest";
import { DAY_MS, MeterDay } from "./meter-day.ts";

const DAY = 20_000;
const QUARTER_MS = 900_000;

describe("a meter's day", () => {
  test("comes back from its bytes as it was", () => {
    const day = new MeterDay(DAY, QUARTER_MS);
    day.add(3, 12_500, 900, true);
    day.add(3, -500, 900, false);
    day.mark(DAY * DAY_MS + 3 * 3_600_000, "arrived");
    day.mark(DAY * DAY_MS + 3 * 3_600_000, "late");
    day.mark(DAY * DAY_MS + 3 * 3_600_000 + QUARTER_MS, "missing");
    const again = MeterDay.fromBytes(DAY, day.toBytes());
    const share = { ml: 12_000, goodS: 900, estimatedS: 900, arrived: 1, late: 1, missing: 1 };
    expect(again.share(3)).toEqual(share);
    expect(again.toBytes()).toEqual(day.toBytes());
  });

  test("counts a period once, however often it is told, and a value that came after all is missing no more", () => {
    const day = new MeterDay(DAY, QUARTER_MS);
    const atMs = DAY * DAY_MS + 5 * 3_600_000;
    day.mark(atMs, "missing");
    expect(day.share(5)).toMatchObject({ arrived: 0, missing: 1 });
    day.mark(atMs, "arrived");
    day.mark(atMs, "arrived");
    expect(day.share(5)).toMatchObject({ arrived: 1, missing: 0 });
    expect(day.share(6)).toMatchObject({ arrived: 0, missing: 0 });
  });

  test("takes a register that is read once a day, and one that is read each second", () => {
    const daily = new MeterDay(DAY, 7 * DAY_MS);
    daily.mark(DAY * DAY_MS, "arrived");
    expect(daily.share(0).arrived).toBe(1);
    expect(daily.share(1).arrived).toBe(0);
    expect(new MeterDay(DAY, 1000).slotS).toBe(60);
  });

  test("refuses bytes that are not a day", () => {
    const bytes = new MeterDay(DAY, QUARTER_MS).toBytes();
    expect(() => MeterDay.fromBytes(DAY, bytes.subarray(0, 100))).toThrow(RangeError);
  });
});
