import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findInfluxd, startBareInfluxd } from "@nightflow/storage/testing";
import { describe, expect, onTestFinished, test } from "vitest";

const MAIN = join(import.meta.dirname, "..", "main.ts");

describe.runIf(findInfluxd() !== undefined)("nightflow influx setup", () => {
  test("sets up a fresh InfluxDB; tokens lie in files of the owner only and are never printed; a second run changes nothing", async () => {
    const folder = await mkdtemp(join(tmpdir(), "nightflow-influx-cli-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const server = await startBareInfluxd(join(folder, "influxd"));
    onTestFinished(() => server.kill());
    const influxdb = `{ url: "${server.url}", org: town, bucket: readings, rollUpBucket: hours, rollUpRetentionDays: 800 }`;
    await writeFile(join(folder, "nightflow.yaml"), `store: influxdb\ninfluxdb: ${influxdb}\n`);
    const setUp = (...more: string[]) => run(folder, ["influx", "setup", ...more]);

    const first = await setUp();
    expect([first.code, first.output]).toEqual([0, expect.stringContaining("bucket hours (kept for 800 days)")]);
    for (const name of ["operator-token", "operator-password", "write-token", "read-token"]) {
      const file = join(folder, "data", "influxdb", name);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(first.output).not.toContain((await readFile(file, "utf8")).trim());
    }
    expect((await setUp()).output).toContain("Nothing to do");
    await writeFile(join(folder, "nightflow.yaml"), `influxdb: ${influxdb.replace("800", "30")}\n`);
    const differs = await setUp();
    expect([differs.code, differs.output]).toEqual([
      2,
      expect.stringContaining("kept for 800 days and should be kept for 30"),
    ]);
  }, 60_000);
});

function run(cwd: string, given: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...given], { cwd, env: { PATH: process.env.PATH } }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, output: stdout + stderr });
    });
  });
}
