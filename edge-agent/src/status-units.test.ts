import type { UnitHealth } from "@nightflow/domain";
import { expect, it } from "vitest";
import { unitsThatFit } from "./status-units.ts";

const unit = (no: number, state: UnitHealth["state"], lastError: string | null = null): UnitHealth => ({
  meter: `M-${no}`,
  state,
  lastGoodAt: null,
  polls: 0,
  failures: 0,
  lastError,
});

it("a status lists every unit, in order, where there is room", () => {
  const units = [unit(1, "good"), unit(2, "silent"), unit(3, "good")];
  expect(unitsThatFit(units)).toEqual(units);
});

it("where there is none it stays small enough for a broker and lists the units that are not good", () => {
  const units = Array.from({ length: 6000 }, (_, no) => unit(no, no === 5999 ? "failing" : "good", "x".repeat(200)));
  const fitting = unitsThatFit(units);
  expect(Buffer.byteLength(JSON.stringify(fitting))).toBeLessThanOrEqual(513 * 1024);
  expect(fitting.at(-1)?.meter).toBe("M-5999");
});
