import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { districtTradeOff, tradeOffLine } from "./district-trade-off.ts";
import { findLeakBench, replayAndScore, TRACKS } from "./leak-bench.ts";

const FIGURES = [
  "recallLeak",
  "recallAll",
  "medianHoursToDetect",
  "falseAlarmsPer1000MeterMonths",
  "falseUpPer1000MeterMonths",
  "falseDownPer1000MeterMonths",
  "falseAlarmsPerMeterYear",
  "volumeSaved",
] as const;

/**
 * Scores the live detectors on the labelled cases; says so where they are not on this machine. With `districts` it scores the night
 * step of districts with lower and higher limits instead.
 */
export async function run(args: readonly string[]): Promise<void> {
  const folder = findLeakBench();
  if (folder === undefined) {
    process.stdout.write("leaks: the labelled cases are not here; set NIGHTFLOW_LEAK_BENCH to their folder\n");
    return;
  }
  const work = mkdtempSync(join(tmpdir(), "nf-leaks-"));
  try {
    if (args[0] === "districts") {
      for (const point of await districtTradeOff(folder, work)) process.stdout.write(`${tradeOffLine(point)}\n`);
      return;
    }
    for (const track of TRACKS) {
      const score = await replayAndScore(folder, track, join(work, `${track.name}.csv`));
      const figures = Object.fromEntries(FIGURES.map((name) => [name, score[name]]));
      process.stdout.write(
        `${JSON.stringify({ bench: "leaks", track: track.name, ...figures, byKind: score.byKind })}\n`,
      );
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
