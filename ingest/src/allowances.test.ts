import { ManualClock } from "@nightflow/domain";
import { expect, test } from "vitest";
import { Allowances } from "./allowances.ts";

const BATCH_BYTES = 20_000;

function allowances() {
  const clock = new ManualClock(0);
  return { clock, of: new Allowances(() => clock.now()) };
}

test("an agent that sends a small batch every second brings little for ever", () => {
  const { clock, of } = allowances();
  for (let second = 0; second < 1000; second++, clock.advance(1000)) expect(of.covers("live", 4000)).toBe(true);
});

test("one that catches up brings much from its fourth batch on, and little again once it has paused", () => {
  const { clock, of } = allowances();
  const covered = () => of.covers("fleet", BATCH_BYTES);
  expect(Array.from({ length: 5 }, covered)).toEqual([true, true, true, false, false]);
  for (let i = 0; i < 100; i++, clock.advance(10)) covered();
  expect(covered()).toBe(false);
  clock.advance(2000);
  expect(covered()).toBe(true);
});

test("what one agent brings is nobody else's matter", () => {
  const { of } = allowances();
  for (let i = 0; i < 10; i++) of.covers("fleet", BATCH_BYTES);
  expect(of.covers("live", 4000)).toBe(true);
});

test("agents that were silent for long are forgotten when many new ones come", () => {
  const { clock, of } = allowances();
  for (let agent = 0; agent < 10_000; agent++, clock.advance(10)) of.covers(`a${agent}`, 100);
  expect(of.size).toBeLessThanOrEqual(1024);
});
