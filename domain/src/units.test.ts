import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { areConvertible, convert, countsToValue, isRegister, Quantity, Unit, valueToCounts } from "./units.ts";

const SEED = 20261123;
const RESOLUTIONS = [1, 0.1, 0.01, 0.001, 0.0001, 0.000001];
const LARGEST = 2 ** 51;

describe("counts of a register", () => {
  it.each(RESOLUTIONS)("of %d come back from their value up to 2^51", (resolution) => {
    const counts = fc.oneof(fc.integer({ min: 0, max: LARGEST }), fc.integer({ min: LARGEST - 10_000, max: LARGEST }));
    fc.assert(
      fc.property(counts, (n) => {
        expect(valueToCounts(countsToValue(n, resolution), resolution)).toBe(n);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it.each([10, 0.005, 0.25, 100, 1 / 3])("of %d come back too", (resolution) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 40 }), (n) => {
        expect(valueToCounts(countsToValue(n, resolution), resolution)).toBe(n);
      }),
      { seed: SEED },
    );
  });

  it("show the value that the dial shows, not the float beside it", () => {
    expect(countsToValue(123_456_789, 0.001)).toBe(123456.789);
    expect(countsToValue(3, 0.1)).toBe(0.3);
    expect(countsToValue(3n, 0.1)).toBe(0.3);
    expect(countsToValue(7, 10)).toBe(70);
  });

  it("cannot come back where two counts share one float, which is why registers stay counts", () => {
    const n = 2 ** 53 - 1;
    expect(countsToValue(n, 0.001)).toBe(countsToValue(n - 1, 0.001));
  });
});

describe("units", () => {
  const units = fc.constantFrom(...Unit.options);

  it("of one dimension convert there and back", () => {
    fc.assert(
      fc.property(units, units, fc.double({ min: -1e9, max: 1e9, noNaN: true }), (from, to, value) => {
        if (!areConvertible(from, to)) expect(() => convert(value, from, to)).toThrow(RangeError);
        else expect(convert(convert(value, from, to), to, from)).toBeCloseTo(value, 4);
      }),
      { seed: SEED },
    );
  });

  it("never turn gas at the meter into gas at base conditions", () => {
    expect(areConvertible("m3", "Sm3")).toBe(false);
    expect(areConvertible("m3/h", "Sm3/h")).toBe(false);
  });

  it("know their sizes", () => {
    expect(convert(1, "m3/s", "m3/h")).toBe(3600);
    expect(convert(1500, "L", "m3")).toBe(1.5);
    expect(convert(2, "bar", "kPa")).toBe(200);
  });

  it("only totals are registers", () => {
    expect(Quantity.options.filter(isRegister)).toEqual([
      "forward_total",
      "reverse_total",
      "net_total",
      "vb_total",
      "vm_total",
    ]);
  });
});
