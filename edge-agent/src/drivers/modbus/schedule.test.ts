import { ManualClock } from "@nightflow/domain";
import { expect, it } from "vitest";
import { BusSchedule } from "./schedule.ts";

const PERIOD_MS = 60_000;
const UNIT = { timeoutMs: 1000, groups: [{ periodMs: PERIOD_MS, phaseMs: 0 }] };
const RIGHT = Date.UTC(2026, 2, 1, 12, 0, 10);

it.each([
  ["an hour", 3_600_000],
  ["ten years", 10 * 365 * 86_400_000],
])("a clock that was %s ahead and is set right costs no poll", (_, aheadMs) => {
  const clock = new ManualClock(RIGHT + aheadMs);
  const schedule = new BusSchedule({ units: [UNIT, UNIT], clock, random: () => 0.5 });
  expect([schedule.next(0).kind, schedule.next(0).kind]).toEqual(["poll", "poll"]);
  clock.set(RIGHT);
  expect(schedule.next(0)).toEqual({ kind: "wait", realMs: 50_000 });
  clock.advance(50_000);
  expect([schedule.next(0), schedule.next(0)]).toEqual([
    { kind: "poll", unit: 0, group: 0 },
    { kind: "poll", unit: 1, group: 0 },
  ]);
  expect(schedule.skipped).toBe(0);
});
