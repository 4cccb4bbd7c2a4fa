import { ManualClock } from "@nightflow/domain";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DEFAULT_UPKEEP, Upkeep } from "./upkeep.ts";
import type { UpkeepPlace } from "./upkeep-place.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] }));
afterEach(() => vi.useRealTimers());

/** Upkeep of a file that holds so many readings, and how often it was begun. */
function upkeepOf(stored: number) {
  const begun = vi.fn(async () => {
    throw new Error("begun");
  });
  const counts = { stored: 0, lastCommit: 0 };
  const state = { counts, segments: { all: [] }, rolledUpTo: 0 };
  const place = {
    clock: new ManualClock(0),
    logger: pino({ level: "silent" }),
    isStopping: false,
    state: () => state,
    step: begun,
  } as unknown as UpkeepPlace;
  const upkeep = new Upkeep(place, DEFAULT_UPKEEP);
  Object.assign(counts, { stored, lastCommit: 9 });
  return { upkeep, begun };
}

test("while agents catch up roll-ups wait, and begin when the rush is over", async () => {
  const { upkeep, begun } = upkeepOf(3_000_000);
  upkeep.afterCommit(200_000);
  await vi.advanceTimersByTimeAsync(50_000);
  upkeep.afterCommit(10);
  expect(begun).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(70_000);
  expect(begun).toHaveBeenCalled();
  upkeep.stop();
});

test("a rush that does not end is not waited for without a bound", async () => {
  const { upkeep, begun } = upkeepOf(120_000_000);
  upkeep.afterCommit(200_000);
  await vi.advanceTimersByTimeAsync(0);
  expect(begun).toHaveBeenCalled();
  upkeep.stop();
});
