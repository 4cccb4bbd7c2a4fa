import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runNightflow } from "../support/command.ts";
import { Installation } from "../support/installation.ts";
import { findLeakBench } from "../support/leak-bench.ts";

const bench = findLeakBench() ?? "";
const TRACKS = [
  { folder: "customer", kind: "customer", zone: "Europe/Madrid" },
  { folder: "dma", kind: "district", zone: "Europe/Rome" },
] as const;
const CUSTOMER_ROWS = 911_970;

/** Rows of a readings file by meter. */
function rowsByMeter(file: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of gunzipSync(readFileSync(file)).toString("utf8").split("\n").slice(1)) {
    const meter = line.slice(0, line.indexOf(","));
    if (meter !== "") counts.set(meter, (counts.get(meter) ?? 0) + 1);
  }
  return counts;
}

describe.runIf(bench !== "")("the records of real households and districts", () => {
  let installation: Installation;
  const file = (folder: string) => join(bench, folder, "readings.csv.gz");
  const importTrack = ({ folder, kind, zone }: (typeof TRACKS)[number]) =>
    runNightflow(["import", file(folder), "--kind", kind, "--time-zone", zone, "--config", installation.configFile]);

  beforeAll(async () => {
    installation = await Installation.make({ factor: "real", homesPerDma: 1, gasCustomers: 0 });
  });

  afterAll(() => installation?.close());

  it.each(TRACKS)("of $folder are stored whole, through MQTT and ingest", async (track) => {
    const rows = rowsByMeter(file(track.folder));
    const total = [...rows.values()].reduce((sum, count) => sum + count, 0);
    if (track.folder === "customer") expect(total).toBe(CUSTOMER_ROWS);
    const { code, stdout } = await importTrack(track);
    expect(code).toBe(0);
    expect(stdout).toContain(`${total} readings`);
    expect(stdout).toContain(`${total} of them new; ${rows.size} new meters; 0 rows left out`);
    const stored = await installation.withHeadEnd(async ({ store }) => {
      const counts = new Map<string, number>();
      for (const meter of rows.keys()) {
        const curve = await store?.curve(`${meter}.forward_total`, 0, 8.64e15);
        counts.set(meter, curve?.length ?? 0);
      }
      return counts;
    });
    expect(stored).toEqual(rows);
  });

  it.each(TRACKS)("of $folder store nothing when they come a second time", async (track) => {
    const { code, stdout } = await importTrack(track);
    expect(code).toBe(0);
    expect(stdout).toContain("0 of them new; 0 new meters; 0 rows left out");
  });

  it.each(TRACKS)("of $folder can be replayed and scored", async ({ folder, kind, zone }) => {
    const out = join(installation.folder, `${folder}-alarms.csv`);
    const options = ["--readings", file(folder), "--kind", kind, "--time-zone", zone, "--out", out];
    const { code, stderr } = await runNightflow(["replay", ...options]);
    expect(code).toBe(0);
    expect(stderr).toContain("0 rows were left out");
    const scorer = [join(bench, "score.mjs"), join(bench, folder, "labels.json"), out, "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, scorer, { maxBuffer: 1 << 26 });
    const score = JSON.parse(stdout) as { readonly events: number; readonly recallLeak: number };
    expect(score.events).toBeGreaterThan(0);
    expect(score.recallLeak).toBeGreaterThan(0);
  });
});
