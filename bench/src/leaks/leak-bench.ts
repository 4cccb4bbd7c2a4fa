import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** The two tracks of the labelled cases. */
export const TRACKS = [
  { name: "customer", kind: "customer", zone: "Europe/Madrid" },
  { name: "dma", kind: "district", zone: "Europe/Rome" },
] as const;
export type Track = (typeof TRACKS)[number];

/** Folder of the labelled cases (NIGHTFLOW_LEAK_BENCH, else beside the project); undefined where they are not. */
export function findLeakBench(): string | undefined {
  const folder = resolve(ROOT, process.env.NIGHTFLOW_LEAK_BENCH ?? "../shared/leak-bench");
  return existsSync(join(folder, "score.mjs")) ? folder : undefined;
}

/** Replays one track through the live detectors and gives what the scorer says of the alarms. */
export async function replayAndScore(
  folder: string,
  track: Track,
  alarmsFile: string,
): Promise<Record<string, unknown>> {
  const main = join(ROOT, "nightflow", "src", "main.ts");
  const readings = join(folder, track.name, "readings.csv.gz");
  await run(process.execPath, [
    main,
    "replay",
    "--readings",
    readings,
    "--kind",
    track.kind,
    "--time-zone",
    track.zone,
    "--out",
    alarmsFile,
  ]);
  const labels = join(folder, track.name, "labels.json");
  const { stdout } = await run(process.execPath, [join(folder, "score.mjs"), labels, alarmsFile, "--json"]);
  return JSON.parse(stdout) as Record<string, unknown>;
}
