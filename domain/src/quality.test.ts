import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bitsToFlags,
  FLAG_NAMES,
  flagsToBits,
  hasFlag,
  MissingReason,
  QUALITY_CODES,
  qualityFromCode,
} from "./quality.ts";

const SEED = 20261123;

describe("flags", () => {
  it("come back from their bits, each alone and all together", () => {
    fc.assert(
      fc.property(fc.subarray([...FLAG_NAMES]), (flags) => {
        const bits = flagsToBits(flags);
        expect(bitsToFlags(bits)).toEqual(flags);
        expect(FLAG_NAMES.filter((flag) => hasFlag(bits, flag))).toEqual(flags);
        expect(Number.isInteger(bits) && bits >= 0 && bits < 2 ** 32).toBe(true);
      }),
      { seed: SEED },
    );
    expect(bitsToFlags(flagsToBits(FLAG_NAMES))).toEqual(FLAG_NAMES);
  });

  it("fit into the 32 bits of the store, and keep the place they were released with", () => {
    expect(FLAG_NAMES.length).toBeLessThanOrEqual(32);
    expect([flagsToBits(["gap"]), flagsToBits(["exchange"]), flagsToBits(["disconnected"])]).toEqual([
      1,
      2 ** 21,
      2 ** 29,
    ]);
  });

  it("that this version does not know are left out", () => {
    expect(flagsToBits(["gap", "invented_later"])).toBe(1);
  });

  it("can say every reason for a missing reading", () => {
    expect(MissingReason.options.filter((reason) => flagsToBits([reason]) === 0)).toEqual([]);
  });
});

describe("qualities", () => {
  it("come back from their codes, and an unknown code is no quality", () => {
    for (const [name, code] of Object.entries(QUALITY_CODES)) expect(qualityFromCode(code)).toBe(name);
    for (const code of [-1, 3, 0.5, Number.NaN]) expect(qualityFromCode(code)).toBeUndefined();
  });
});
