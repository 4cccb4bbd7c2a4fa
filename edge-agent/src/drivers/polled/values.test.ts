import { ChannelDescription } from "@nightflow/domain";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBcd, encodeBcd } from "../bcd.ts";
import { isInWindow } from "./awake.ts";
import { readingOfDigits, readingOfNumber } from "./channel-values.ts";
import { DeviceClock } from "./device-clock.ts";

const total = (unit: string, resolution: number) =>
  ChannelDescription.parse({ id: "M.total", quantity: "forward_total", unit, resolution });
const flow = ChannelDescription.parse({ id: "M.flow", quantity: "flow", unit: "m3/h" });
const AT = { readAt: 1_769_875_199_000, flags: [] };

describe("digits of a meter", () => {
  it.each([
    [12_345_678, -2, "m3", 0.001, 123_456_780],
    [12_345_678, -2, "m3", 0.01, 12_345_678],
    [123_456_789, -3, "L", 1, 123_456_789],
    [9_007_199_254_740_993n, -3, "m3", 0.001, 9_007_199_254_740_993n],
    [1, 3, "m3", 0.001, 1_000_000],
  ] as const)(
    "%s × 10^%s m³ are exact counts of a channel in %s of %s",
    (digits, exponent, unit, resolution, counts) => {
      const reading = readingOfDigits(total(unit, resolution), { digits, exponent, unit: "m3" }, AT);
      expect(reading).toMatchObject({ quality: "good", value: counts });
    },
  );

  it("of a gauge are the number that was meant, not the float beside it", () => {
    expect(readingOfDigits(flow, { digits: 543, exponent: -3, unit: "m3/h" }, AT)).toMatchObject({ value: 0.543 });
    expect(readingOfDigits(flow, { digits: 543, exponent: 0, unit: "L/h" }, AT)).toMatchObject({ value: 0.543 });
  });

  it("in a unit that measures something else are missing, never a number", () => {
    const reading = readingOfDigits(total("m3", 0.001), { digits: 5, exponent: 0, unit: "kPa" }, AT);
    expect(reading).toMatchObject({ quality: "missing", reason: "bad_status" });
  });

  it("that are not finite are missing", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(readingOfNumber(flow, { value, unit: "m3/h" }, AT)).toMatchObject({ reason: "not_a_number" });
  });

  it("come back from their BCD bytes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), (value) => {
        expect(decodeBcd(encodeBcd(value, 4))).toBe(value);
      }),
      { seed: 8 },
    );
    expect(decodeBcd(Uint8Array.of(0x1a))).toBeNull();
    expect(() => encodeBcd(100, 1)).toThrow(RangeError);
  });
});

describe("a meter's clock", () => {
  const berlin = new DeviceClock("Europe/Berlin", 300);

  it("is believed within its tolerance, in its zone", () => {
    const utc = Date.UTC(2026, 6, 1, 10);
    expect(berlin.judge(Date.UTC(2026, 6, 1, 12, 4), utc)).toEqual({ readAt: utc + 240_000, flags: [], fault: null });
    expect(berlin.judge(Date.UTC(2026, 6, 1, 12, 6), utc).flags).toEqual(["clock_shift"]);
  });

  it.each([
    ["the first", Date.UTC(2026, 9, 25, 0, 30)],
    ["the second", Date.UTC(2026, 9, 25, 1, 30)],
  ])("is right in %s of the two hours that are one on the dial in autumn", (_, utc) => {
    expect(berlin.judge(Date.UTC(2026, 9, 25, 2, 30), utc)).toEqual({ readAt: utc, flags: [], fault: null });
  });

  it("that shows no date marks the reading; a meter without a clock does not", () => {
    expect(berlin.judge(null, 5)).toEqual({
      readAt: 5,
      flags: ["clock_shift"],
      fault: "the meter's clock shows no date",
    });
    expect(berlin.judge(undefined, 5)).toEqual({ readAt: 5, flags: [], fault: null });
  });
});

describe("the hours in which a battery meter answers", () => {
  const at = (hour: number, minute = 0) => Date.UTC(2026, 0, 31, hour, minute);

  it("are all where none are given", () => {
    expect(isInWindow(undefined, at(3))).toBe(true);
  });

  it("end with their end", () => {
    const window = { from: "02:00", to: "04:30" };
    expect([at(1, 59), at(2), at(4, 29), at(4, 30)].map((ms) => isInWindow(window, ms))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it("may go over midnight", () => {
    const window = { from: "23:00", to: "01:00" };
    expect([at(22, 59), at(23), at(0, 59), at(1)].map((ms) => isInWindow(window, ms))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});
