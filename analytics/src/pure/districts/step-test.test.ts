import { expect, it } from "vitest";
import { stepDrops, type ValveStep } from "./step-test.ts";

const STEP_MS = 900_000;
const at = (quarter: number) => quarter * STEP_MS;
const closing = (id: string, quarter: number, openedAt: number | null = null): ValveStep => ({
  id,
  subZone: id,
  closedAtMs: at(quarter),
  openedAtMs: openedAt === null ? null : at(openedAt),
});
/** 10 m³/h, less 1 from quarter 8 on, less 4 more from 12 on, less 0.02 more from 16 on; a little unsteady. */
const flows = Array.from({ length: 20 }, (_, no) => {
  const closed = (no >= 8 ? 1 : 0) + (no >= 12 ? 4 : 0) + (no >= 16 ? 0.02 : 0);
  return 10 - closed + (no % 2 === 0 ? 0.05 : -0.05);
});
const inflow = { fromMs: 0, stepMs: STEP_MS, flowsM3h: flows };

it("the sub-zone whose closing takes most off the inflow comes first, with how sure that is", () => {
  const drops = stepDrops(inflow, [closing("A", 8), closing("B", 12), closing("C", 16)]);
  expect(drops.map(({ id }) => id)).toEqual(["B", "A", "C"]);
  expect(drops[0]?.dropM3h).toBeCloseTo(4, 5);
  expect(drops[1]?.dropM3h).toBeCloseTo(1, 5);
  expect(drops.map(({ isClear }) => isClear)).toEqual([true, true, false]);
  expect(drops[0]?.intervals).toEqual([4, 4]);
});

it("the interval in which a valve is turned counts on neither side", () => {
  const late = { ...closing("A", 8), closedAtMs: at(8) + 60_000 };
  expect(stepDrops(inflow, [late])[0]?.intervals).toEqual([7, 7]);
});

it("a closing without a measured interval has no drop and comes last; one alone on a side has no uncertainty", () => {
  const gappy = { ...inflow, flowsM3h: flows.map((flow, no) => (no >= 16 || (no > 8 && no < 12) ? Number.NaN : flow)) };
  const drops = stepDrops(gappy, [closing("C", 17), closing("A", 8), closing("B", 12)]);
  expect(drops.map(({ id }) => id)).toEqual(["B", "A", "C"]);
  expect(drops[2]).toMatchObject({ dropM3h: null, uncertaintyM3h: null, isClear: false });
  expect(drops[1]?.uncertaintyM3h).toBeNull();
});

it("a valve that is opened again ends what is counted after its closing", () => {
  expect(stepDrops(inflow, [closing("A", 8, 10)])[0]?.intervals).toEqual([8, 2]);
});
