import { expect, test } from "vitest";
import { ProbeOrder } from "./command.ts";
import { ProbeSettings, unitIdsIn } from "./probe.ts";

const line = { transport: { kind: "tcp", host: "10.0.0.7" } };

test("a probe goes over a bus of the agent or over a line of its own, one of them", () => {
  expect(ProbeOrder.parse({ kind: "probe", bus: "b-1" }).options.units).toHaveLength(32);
  expect(ProbeOrder.parse({ kind: "probe", line }).line).toMatchObject({ framing: "tcp", transport: { port: 502 } });
  expect(ProbeOrder.safeParse({ kind: "probe" }).success).toBe(false);
  expect(ProbeOrder.safeParse({ kind: "probe", bus: "b-1", line }).success).toBe(false);
});

test("a probe reads one block of one unit, no longer than an answer holds", () => {
  const read = { functionCode: 3, from: 0, to: 124 };
  expect(ProbeSettings.safeParse({ units: [1], read }).success).toBe(true);
  expect(ProbeSettings.safeParse({ units: [1, 2], read }).success).toBe(false);
  expect(ProbeSettings.safeParse({ units: [1], read: { ...read, to: 125 } }).success).toBe(false);
  expect(ProbeSettings.safeParse({ units: [1], read, profile: "tuf-2000" }).success).toBe(false);
  expect(ProbeSettings.safeParse({ units: [1], read, write: "x.json" }).success).toBe(false);
});

test("an earlier reading is compared with a block and the dial of now", () => {
  const read = { functionCode: 3, from: 0, to: 1 };
  const earlier = { dial: "12", runs: [{ from: 0, words: "000C 0000" }] };
  expect(ProbeSettings.safeParse({ units: [1], read, dial: "13", earlier }).success).toBe(true);
  expect(ProbeSettings.safeParse({ units: [1], read, earlier }).success).toBe(false);
  expect(ProbeSettings.safeParse({ units: [1], dial: "13", earlier }).success).toBe(false);
  const torn = { ...earlier, runs: [{ from: 0, words: "00C 0000" }] };
  expect(ProbeSettings.safeParse({ units: [1], read, dial: "13", earlier: torn }).success).toBe(false);
});

test("unit ids are written as ranges and single ones", () => {
  expect(unitIdsIn("1-3, 40,2")).toEqual([1, 2, 3, 40]);
  for (const text of ["", "3-1", "1-256", "a", "1,,2"]) expect(unitIdsIn(text)).toBeNull();
});
