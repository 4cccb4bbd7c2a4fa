import { bitsToFlags } from "@nightflow/domain";
import { expect, test } from "vitest";
import { Baselines, flagsOf, isSuspect, judgeRegister } from "./plausibility.ts";
import { RowBlock } from "./row-block.ts";
import { HOUR_MS, NOON, waterChannel } from "./testing/test-bench.ts";

const CHANNEL = waterChannel("M-1.forward_total");

/** One reading of a register, as judged, and what the next one is judged by. */
function judge(baselines: Baselines, atMs: number, counts: bigint, isAgentSure = true, channel = CHANNEL) {
  const rows = new RowBlock(1);
  rows.readAtMs[0] = atMs;
  rows.counts[0] = counts;
  rows.qualities[0] = isAgentSure ? 0 : 1;
  const verdict = judgeRegister(channel, baselines, 0, rows, 0);
  return { isSuspect: isSuspect(verdict), flags: bitsToFlags(flagsOf(verdict)) };
}

/** A register with a good reading at noon. */
function goodAtNoon(counts: bigint): Baselines {
  const baselines = new Baselines(1);
  baselines.goodAtMs[0] = NOON;
  baselines.goodCounts[0] = counts;
  return baselines;
}

/** Judges one value an hour; gives quality and flags of each. */
function judgeSeries(values: readonly number[], channel = CHANNEL): string[] {
  const baselines = new Baselines(1);
  return values.map((value, hour) => {
    const verdict = judge(baselines, NOON + hour * HOUR_MS, BigInt(value), true, channel);
    return [verdict.isSuspect ? "suspect" : "good", ...verdict.flags].join(" ");
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
  const baselines = goodAtNoon(1000n);
  expect(judge(baselines, NOON - HOUR_MS, 5000n)).toEqual({ isSuspect: false, flags: [] });
  expect(baselines).toEqual(goodAtNoon(1000n));
});

test("an agent's suspect reading is no baseline by itself", () => {
  const baselines = goodAtNoon(1000n);
  expect(judge(baselines, NOON + HOUR_MS, 1500n, false)).toMatchObject({ isSuspect: true });
  expect([baselines.goodCounts[0], baselines.suspectCounts[0]]).toEqual([1000n, 1500n]);
});

test("registers wider than 2^53 are judged to the count", () => {
  const channel = waterChannel("M-1.forward_total", { capacityCounts: null });
  expect(judge(goodAtNoon(2n ** 62n), NOON + 1, 2n ** 62n - 1n, true, channel).flags).toEqual(["negative"]);
});

test("digits above 2^53 are counted to the last", () => {
  const channel = waterChannel("M-1.forward_total", { capacityCounts: 2 ** 60, maxCountsPerHour: null });
  expect(judge(new Baselines(1), NOON, 2n ** 60n - 1n, true, channel).flags).toEqual([]);
  expect(judge(new Baselines(1), NOON, 2n ** 60n, true, channel).flags).toEqual(["over_digits"]);
});
