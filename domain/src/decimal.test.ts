import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dividedBy, exactOf, isSameNumber, nearestWhole, parseDecimal, times, toFloat, wholeOf } from "./decimal.ts";

const SEED = 20261123;
const of = (text: string) => parseDecimal(text) ?? { numerator: 0n, denominator: 1n };

describe("exact numbers", () => {
  it("are the number that a decimal text writes, in whatever form", () => {
    for (const text of ["12.50", "1.25e1", "1250E-2", "+12.5"]) expect(isSameNumber(of(text), of("12.5"))).toBe(true);
    expect(of("-0.001")).toEqual({ numerator: -1n, denominator: 1000n });
  });

  it.each(["", " 1", "1 ", "1,5", ".5", "5.", "0x10", "NaN", "Infinity", "1e61", "--1", "9".repeat(61)])(
    "do not come from %j",
    (text) => {
      expect(parseDecimal(text)).toBeUndefined();
    },
  );

  it("make litres of cubic metres without a float between", () => {
    const counts = dividedBy(of("123456789012345.678"), exactOf(0.001));
    expect(wholeOf(counts)).toBe(123456789012345678n);
    expect(wholeOf(dividedBy(of("0.0015"), exactOf(0.001)))).toBeUndefined();
    expect(nearestWhole(of("1.5"))).toBe(2n);
    expect(nearestWhole(of("-1.5"))).toBe(-2n);
    expect(nearestWhole(of("1.4999999999999999999999"))).toBe(1n);
  });

  it("give every float back as it was", () => {
    const float = fc
      .double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 })
      .filter((value) => value === 0 || Math.abs(value) > 1e-30);
    fc.assert(
      fc.property(float, (value) => toFloat(exactOf(value)) === value),
      { seed: SEED },
    );
    expect(toFloat(of("0.1"))).toBe(0.1);
    expect(toFloat(of("123456789.123456789123456789"))).toBe(123456789.12345679);
  });

  it("come back after a product and its quotient", () => {
    const whole = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
    fc.assert(
      fc.property(whole, whole, (a, b) => {
        fc.pre(b !== 0n);
        const [x, y] = [of(String(a)), of(String(b))];
        expect(wholeOf(dividedBy(times(x, y), y))).toBe(a);
      }),
      { seed: SEED },
    );
  });
});
