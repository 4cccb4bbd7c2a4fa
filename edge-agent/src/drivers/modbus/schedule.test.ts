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

it("one dead unit among 32 costs the others at most 2 % of their polls, on a line that has no time to spare", () => {
  const clock = new ManualClock(RIGHT);
  const periodMs = 1000;
  const unit = { timeoutMs: 1000, groups: [{ periodMs, phaseMs: 0 }] };
  const schedule = new BusSchedule({ units: Array.from({ length: 32 }, () => unit), clock, random: () => 0.5 });
  const polls = new Map<number, number>();
  const endAt = RIGHT + 600_000;
  let attempts = 0;
  while (clock.now() < endAt) {
    const action = schedule.next(clock.now());
    if (action.kind === "wait") clock.advance(Math.max(1, Math.ceil(action.realMs)));
    else if (action.kind === "absent") continue;
    else if (action.unit === 7) {
      attempts++;
      clock.advance(action.kind === "probe" ? action.maxRealMs : 1000);
      schedule.silent(7, clock.now());
    } else {
      // 31 units at 30 ms take 930 of each 1000 ms.
      clock.advance(30);
      schedule.answered(action.unit);
      polls.set(action.unit, (polls.get(action.unit) ?? 0) + 1);
    }
  }
  expect(Math.min(...polls.values())).toBeGreaterThanOrEqual(588);
  expect(attempts).toBeGreaterThan(5);
});

it("groups of one unit keep their own periods, and its quarantine is for all of them", () => {
  const clock = new ManualClock(RIGHT);
  const unit = {
    timeoutMs: 100,
    groups: [
      { periodMs: 1000, phaseMs: 0 },
      { periodMs: 10_000, phaseMs: 250 },
    ],
  };
  const schedule = new BusSchedule({ units: [unit], clock, random: () => 0.5 });
  const seen: string[] = [];
  const runMs = (ms: number) => {
    for (const endAt = clock.now() + ms; clock.now() < endAt; ) {
      const action = schedule.next(clock.now());
      if (action.kind === "poll" || action.kind === "absent") seen.push(`${action.kind} ${action.group}`);
      if (action.kind === "probe") schedule.silent(0, clock.now());
      if (action.kind === "wait") clock.advance(Math.max(1, Math.min(ms, Math.ceil(action.realMs))));
    }
  };
  runMs(20_000);
  expect(seen.filter((one) => one === "poll 0")).toHaveLength(20);
  expect(seen.filter((one) => one === "poll 1")).toHaveLength(3);
  schedule.silent(0, clock.now());
  schedule.silent(0, clock.now());
  seen.length = 0;
  runMs(10_000);
  expect(new Set(seen)).toEqual(new Set(["absent 0", "absent 1"]));
  expect(schedule.skipped).toBe(0);
  schedule.forgive(0);
  expect(schedule.next(clock.now())).toMatchObject({ kind: "poll" });
});

it("a unit that answers probes and no polls costs ever less, until it answers a poll", () => {
  const clock = new ManualClock(RIGHT);
  const schedule = new BusSchedule({ units: [UNIT, UNIT], clock, random: () => 0.5 });
  let polls = 0;
  const run = (ms: number) => {
    for (const endAt = clock.now() + ms; clock.now() < endAt; ) {
      const action = schedule.next(clock.now());
      if (action.kind === "wait") clock.advance(Math.max(1, Math.ceil(Math.min(action.realMs, 1000))));
      else if (action.kind === "probe") schedule.returned(action.unit);
      else if (action.kind === "poll" && action.unit === 1) schedule.answered(1);
      else if (action.kind === "poll") {
        polls++;
        clock.advance(2000);
        schedule.silent(0, clock.now());
      }
    }
  };
  run(3_600_000);
  expect(polls).toBeLessThan(30);
});
