import { describe, expect, it } from "vitest";
import { contradictionOf } from "./contradiction.ts";

const total = (nrwM3: number, realLossM3: number) => ({
  total: {
    inflowM3: 1000,
    customersM3: 1000 - nrwM3,
    nrwM3,
    nrwPercent: nrwM3 / 10,
    unbilledM3: 5,
    apparentM3: nrwM3 - 5 - realLossM3,
    realLossM3,
  },
});

describe("a balance", () => {
  it("with losses contradicts nothing, and neither does one that is not told", () => {
    expect(contradictionOf(total(200, 179))).toBeNull();
    expect(contradictionOf({ total: null })).toBeNull();
  });

  it("with more at the customers than came in says that meters contradict each other", () => {
    expect(contradictionOf(total(-30, -56))).toBe("customersAbove");
  });

  it("with less missing than is taken off says that the allowances are too high", () => {
    expect(contradictionOf(total(10, -15))).toBe("allowanceAbove");
  });
});
