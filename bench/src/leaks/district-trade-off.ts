import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { ALARM_HEADER, alarmLine, NIGHT_STEP, replayReadings, tuningWith } from "@nightflow/analytics";
import { HELD_OUT_DISTRICT } from "./held-out.ts";
import { rowsOf } from "./leak-bench.ts";
import type { LabelFile } from "./score.ts";

const run = promisify(execFile);
/** Limits of the night step beside the shipped one. */
const LIMITS = [8, 9, NIGHT_STEP.h, 11, 12, 14] as const;

/** What the scorer says of one limit, over all districts, those tuned on, and the one held out. */
export interface TradeOff {
  readonly h: number;
  readonly all: Score;
  readonly tuned: Score;
  readonly heldOut: Score;
}

interface Score {
  readonly falseAlarmsPerMeterYear: number;
  readonly recallLeak: number;
  readonly byKind: Readonly<Record<string, string>>;
}

/** The live night step with lower and higher limits, on the labelled districts: what each leak more costs in false alarms. */
export async function districtTradeOff(folder: string, work: string): Promise<TradeOff[]> {
  const track = join(folder, "dma");
  const labels = JSON.parse(await readFile(join(track, "labels.json"), "utf8")) as LabelFile;
  const subsets = await Promise.all([
    subsetOf(labels, work, "all", () => true),
    subsetOf(labels, work, "tuned", (meter) => !meter.endsWith(HELD_OUT_DISTRICT)),
    subsetOf(labels, work, "held", (meter) => meter.endsWith(HELD_OUT_DISTRICT)),
  ]);
  const points: TradeOff[] = [];
  for (const h of LIMITS) {
    const rows = rowsOf(join(track, "readings.csv.gz"));
    const tuning = tuningWith({ NIGHT_MIN: { h } });
    const engine = { tuning: () => tuning };
    const alarms = await replayReadings(rows, { kind: "district", zone: "Europe/Rome", engine });
    const [all, tuned, heldOut] = await Promise.all(
      subsets.map(async ({ file, meters }) => {
        const alarmsFile = `${file}.${h}.csv`;
        await writeFile(
          alarmsFile,
          [ALARM_HEADER, ...alarms.filter((a) => meters.has(a.meter)).map(alarmLine)].join("\n"),
        );
        const { stdout } = await run(process.execPath, [join(folder, "score.mjs"), file, alarmsFile, "--json"]);
        return JSON.parse(stdout) as Score;
      }),
    );
    if (all && tuned && heldOut) points.push({ h, all, tuned, heldOut });
  }
  return points;
}

/** A point as one line: false alarms per district-year, leaks found, abrupt ones of 5, 10 and 20 %. */
export function tradeOffLine({ h, all, tuned, heldOut }: TradeOff): string {
  const told = ({ falseAlarmsPerMeterYear, recallLeak, byKind }: Score) =>
    `${falseAlarmsPerMeterYear} FA, ${recallLeak} found, abrupt ${["5%", "10%", "20%"].map((size) => byKind[`abrupt-${size}`]?.split(" ")[0] ?? "-").join(" ")}`;
  return `h ${h}: all ${told(all)} | tuned ${told(tuned)} | ${HELD_OUT_DISTRICT} held out ${told(heldOut)}`;
}

async function subsetOf(labels: LabelFile, work: string, name: string, isIn: (meter: string) => boolean) {
  const meters = labels.meters.filter(({ meter }) => isIn(meter));
  const file = join(work, `labels-${name}.json`);
  await writeFile(file, JSON.stringify({ ...labels, meters }));
  return { file, meters: new Set(meters.map(({ meter }) => meter)) };
}
