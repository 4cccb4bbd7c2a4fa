import { execFile } from "node:child_process";
import { createReadStream, existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createGunzip } from "node:zlib";
import {
  ALARM_HEADER,
  alarmLine,
  type ReplayAlarm,
  type ReplayOptions,
  type ReplayRow,
  replayReadings,
} from "@nightflow/analytics";
import type { LabelFile } from "./score.ts";

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

/** The labels of a track; for scoring, never for a detector. */
export async function labelsOf(folder: string, track: Track): Promise<LabelFile> {
  return JSON.parse(await readFile(join(folder, track.name, "labels.json"), "utf8")) as LabelFile;
}

/** The alarms of the live detectors on a track. */
export function alarmsOf(folder: string, track: Track, engine: ReplayOptions["engine"] = {}): Promise<ReplayAlarm[]> {
  const rows = rowsOf(join(folder, track.name, "readings.csv.gz"));
  return replayReadings(rows, { kind: track.kind, zone: track.zone, engine });
}

/** What the cases' own scorer says of some alarms. */
export async function scoreAlarms(
  folder: string,
  track: Track,
  alarms: readonly ReplayAlarm[],
  alarmsFile: string,
): Promise<Record<string, unknown>> {
  await writeFile(alarmsFile, [ALARM_HEADER, ...alarms.map(alarmLine)].join("\n"));
  const labels = join(folder, track.name, "labels.json");
  const { stdout } = await run(process.execPath, [join(folder, "score.mjs"), labels, alarmsFile, "--json"]);
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** The rows of a readings file. */
export async function* rowsOf(file: string): AsyncIterable<ReplayRow> {
  const lines = createInterface({ input: createReadStream(file).pipe(createGunzip()) });
  for await (const line of lines) {
    const [meter = "", readAt = "", value = ""] = line.split(",");
    if (meter !== "meter" && meter !== "") yield { meter, readAtMs: Date.parse(readAt), value: Number(value) };
  }
}
