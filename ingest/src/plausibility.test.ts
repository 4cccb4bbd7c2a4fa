import { bitsToFlags } from "@nightflow/domain";
import { expect, test } from "vitest";
import { type Baseline, judgeRegister, NO_BASELINE } from "./plausibility.ts";
import { HOUR_MS, NOON, waterChannel } from "./testing/test-bench.ts";

const CHANNEL = waterChannel("M-1.forward_total");

/** Judges one value an hour; gives quality and flags of each. */
function judgeSeries(values: readonly number[], channel = CHANNEL): string[] {
  let baseline: Baseline = NO_BASELINE;
  return values.map((value, hour) => {
    const verdict = judgeRegister(channel, baseline, { atMs: NOON + hour * HOUR_MS, counts: BigInt(value) }, true);
    baseline = verdict.baseline;
    return [verdict.isSuspect ? "suspect" : "good", ...bitsToFlags(verdict.flags)].join(" ");
  });
}

test("a register that rises within Q4 is good", () => {
  expect(judgeSeries([1000, 1000, 4000])).toEqual(["good", "good", "good"]);
});

test("a spike costs itself only", () => {
  expect(judgeSeries([1000, 900_000, 1010])).toEqual(["good", "suspect over_q4", "good"]);
});

test("a register that is reset or exchanged costs one suspect reading, then counts on", () => {
  expect(judgeSeries([500_000, 3, 10, 20])).toEqual(["good", "suspect negative", "good", "good"]);
});

test("a fall through zero that Q4 allows is a rollover and good", () => {
  expect(judgeSeries([9_999_500, 500])).toEqual(["good", "good rollover"]);
});

test("a fall through zero that Q4 does not allow is no rollover", () => {
  expect(judgeSeries([9_900_000, 90_000])).toEqual(["good", "suspect negative"]);
});

test("without Q4 a rollover is a fall from near the top to near the bottom", () => {
  const channel = waterChannel("M-1.forward_total", { maxCountsPerHour: null });
  expect(judgeSeries([9_500_000, 400_000], channel)).toEqual(["good", "good rollover"]);
  expect(judgeSeries([7_000_000, 400_000], channel)).toEqual(["good", "suspect negative"]);
});

test("without known digits every fall is suspect", () => {
  const channel = waterChannel("M-1.forward_total", { capacityCounts: null });
  expect(judgeSeries([9_999_500, 500], channel)).toEqual(["good", "suspect negative"]);
});

test("a net total may fall, and below zero, but not faster than Q4", () => {
  const channel = waterChannel("M-1.net_total", { quantity: "net_total" });
  expect(judgeSeries([100, -900, -90_000], channel)).toEqual(["good", "good", "suspect over_q4"]);
});

test("a reading beyond the digits never becomes what others are judged by", () => {
  expect(judgeSeries([1000, 10_000_000, 10_000_001, 1010])).toEqual([
    "good",
    "suspect over_digits",
    "suspect over_digits",
    "good",
  ]);
});

test("a reading older than the newest is not judged", () => {
  const baseline: Baseline = { good: { atMs: NOON, counts: 1000n }, suspect: undefined };
  const late = judgeRegister(CHANNEL, baseline, { atMs: NOON - HOUR_MS, counts: 5000n }, true);
  expect(late).toEqual({ isSuspect: false, flags: 0, baseline });
});

test("an agent's suspect reading is no baseline by itself", () => {
  const baseline: Baseline = { good: { atMs: NOON, counts: 1000n }, suspect: undefined };
  const suspect = judgeRegister(CHANNEL, baseline, { atMs: NOON + HOUR_MS, counts: 1500n }, false);
  expect(suspect).toMatchObject({ isSuspect: true, baseline: { good: { counts: 1000n }, suspect: { counts: 1500n } } });
});

test("registers wider than 2^53 are judged to the count", () => {
  const channel = waterChannel("M-1.forward_total", { capacityCounts: null });
  const baseline: Baseline = { good: { atMs: NOON, counts: 2n ** 62n }, suspect: undefined };
  const fall = judgeRegister(channel, baseline, { atMs: NOON + 1, counts: 2n ** 62n - 1n }, true);
  expect(bitsToFlags(fall.flags)).toEqual(["negative"]);
});
