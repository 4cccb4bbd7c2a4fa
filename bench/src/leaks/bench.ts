import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bandsOf } from "./bootstrap.ts";
import { customerTradeOff } from "./customer-trade-off.ts";
import { districtTradeOff, tradeOffLine } from "./district-trade-off.ts";
import { isHeldOut, placeOf } from "./held-out.ts";
import { INJECTED_SETS, scoreInjected } from "./injected.ts";
import { alarmsOf, findLeakBench, labelsOf, scoreAlarms, TRACKS, type Track } from "./leak-bench.ts";
import { regressionsOf } from "./regression.ts";
import { type Figures, figuresOf, scoreMeters } from "./score.ts";
import { injectedTable, tableOf } from "./table.ts";

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
 * Scores the live detectors on the labelled cases beside their peers, with 90 % bands and held-out places apart, and fails where a
 * figure is worse than its reference by more than its margin (reference.json). Says so where the cases are not on this machine.
 * With `customer` or `districts` it scores the rules with lower and higher limits instead; with `injected [sets]` it scores them on as
 * many sets of new leaks in the same homes and districts.
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
    } else if (args[0] === "customer") {
      for await (const line of customerTradeOff(folder)) process.stdout.write(`${line}\n`);
    } else if (args[0] === "injected") await scoreNewLeaks(folder, Number(args[1] ?? Number.NaN));
    else for (const track of TRACKS) await scoreTrack(folder, track, work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function scoreNewLeaks(folder: string, sets: number): Promise<void> {
  for (const track of TRACKS) {
    const ofTrack = Number.isInteger(sets) && sets > 0 ? sets : INJECTED_SETS[track.name];
    const score = await scoreInjected(folder, track, ofTrack);
    process.stdout.write(`${track.name}: ${ofTrack} sets of new leaks\n${injectedTable(track.name, score)}`);
    if (ofTrack === INJECTED_SETS[track.name]) tellRegressions(`injected ${track.name}`, score.all);
  }
}

function tellRegressions(name: string, figures: Figures): void {
  for (const worse of regressionsOf(name, figures)) {
    process.stdout.write(`worse than the reference: ${worse}\n`);
    process.exitCode = 1;
  }
}

async function scoreTrack(folder: string, track: Track, work: string): Promise<void> {
  const alarms = await alarmsOf(folder, track);
  const score = await scoreAlarms(folder, track, alarms, join(work, `${track.name}.csv`));
  const meters = scoreMeters(await labelsOf(folder, track), alarms);
  const all = figuresOf(meters);
  if (
    Math.abs(all.leaks - Number(score.recallLeak)) > 0.001 ||
    Math.abs(all.volumeSaved - Number(score.volumeSaved)) > 0.001
  )
    throw new Error("the cases' own scorer counts otherwise than this bench");
  const rows = {
    all,
    tuned: figuresOf(meters.filter(({ meter }) => !isHeldOut(meter))),
    "held out": figuresOf(meters.filter(({ meter }) => isHeldOut(meter))),
  };
  process.stdout.write(tableOf(track.name, rows, bandsOf(meters, placeOf)));
  const figures = Object.fromEntries(FIGURES.map((name) => [name, score[name]]));
  process.stdout.write(`${JSON.stringify({ bench: "leaks", track: track.name, ...figures, byKind: score.byKind })}\n`);
  tellRegressions(track.name, all);
}
