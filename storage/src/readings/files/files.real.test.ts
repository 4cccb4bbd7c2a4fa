import { mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import {
  commitOf,
  gaugeRow,
  HOUR_MS,
  knownChannelOf,
  missingGaugeRow,
  missingRow,
  registerRow,
  SAMPLE_START_MS,
} from "../../testing/reading-samples.ts";
import { openDuckDbStore } from "../duckdb/duckdb-store.ts";
import { exportReadings } from "./export.ts";
import { formatOfFile } from "./format.ts";
import { importExported } from "./import.ts";

const logger = pino({ level: "silent" });
const T0 = SAMPLE_START_MS;
const CHANNELS = ["M-1.forward_total", "M-2.pressure", "M-3.pressure"];
const ALL = { channels: "all" as const, fromMs: 0, toMs: T0 + 1000 * HOUR_MS };

async function folderOf(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "nightflow-files-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function openIn(folder: string, name: string) {
  const store = await openDuckDbStore({ path: join(folder, name), logger });
  onTestFinished(() => store.close());
  return store;
}

const ROWS = [
  registerRow(CHANNELS[0] ?? "", T0, 2n ** 60n, { flags: 5 }),
  registerRow(CHANNELS[0] ?? "", T0 + 1, -1n, { quality: 1 }),
  missingRow(CHANNELS[0] ?? "", T0 + 2, 0x8000_0001),
  gaugeRow(CHANNELS[1] ?? "", T0, 0.1 + 0.2),
  gaugeRow(CHANNELS[1] ?? "", T0 + 3, -1.5e-300),
  missingGaugeRow(CHANNELS[2] ?? "", T0, 8),
  ...Array.from({ length: 12_000 }, (_, i) => registerRow("M-9.forward_total", T0 + i * 60_000, BigInt(i))),
];

test("what is exported and imported again is equal to the last row, in Parquet, CSV and packed CSV", async () => {
  const folder = await folderOf();
  const first = await openIn(folder, "first.duckdb");
  await first.saveChannels([knownChannelOf("M-3.pressure", { quantity: "pressure", unit: "kPa", resolution: null })]);
  await first.commit(commitOf(ROWS));
  for (const ending of ["parquet", "csv", "csv.gz"] as const) {
    const path = join(folder, `readings.${ending}`);
    const seen: number[] = [];
    const exported = await exportReadings(first, ALL, { path, format: ending }, (done) => seen.push(done));
    expect([exported, seen.at(-1)]).toEqual([{ channels: 4, readings: ROWS.length }, 4]);
    const second = await openIn(folder, `second-${ending}.duckdb`);
    const report = { rows: ROWS.length, stored: ROWS.length, repeats: 0, conflicts: 0 };
    expect(await importExported(second, path, T0)).toEqual(report);
    expect(await importExported(second, path, T0)).toEqual({ ...report, stored: 0, repeats: ROWS.length });
    for (const channel of [...CHANNELS, "M-9.forward_total"])
      expect(await second.curve(channel, 0, ALL.toMs)).toEqual(await first.curve(channel, 0, ALL.toMs));
    expect((await second.hourly(ALL)).length).toBe((await first.hourly(ALL)).length);
  }
  expect((await readdir(folder)).filter((name) => /part|stage/.test(name))).toEqual([]);
});

test("an export that fails leaves no file behind, and a file cut off or of another kind is refused in words", async () => {
  const folder = await folderOf();
  const store = await openIn(folder, "first.duckdb");
  await store.commit(commitOf(ROWS));
  const path = join(folder, "readings.parquet");
  const failing = { ...ALL, channels: ["M-1.forward_total", "M-9.forward_total"] };
  const curve = store.curve.bind(store);
  const broken = {
    newestReadAt: () => store.newestReadAt(),
    channels: () => store.channels(),
    curve: (channel: string, fromMs: number, toMs: number) =>
      channel === "M-9.forward_total" ? Promise.reject(new Error("gone")) : curve(channel, fromMs, toMs),
  };
  await expect(exportReadings(broken, failing, { path, format: "parquet" })).rejects.toThrow("gone");
  expect((await readdir(folder)).filter((name) => name.startsWith("readings"))).toEqual([]);
  await exportReadings(store, ALL, { path, format: "parquet" });
  await truncate(path, 500);
  await expect(importExported(store, path, T0)).rejects.toMatchObject({ code: "EXPORT_FILE" });
  await writeFile(join(folder, "other.csv"), "a,b\n1,2\n");
  await expect(importExported(store, join(folder, "other.csv"), T0)).rejects.toMatchObject({ code: "EXPORT_FILE" });
});

test("only endings that mean a format are taken", () => {
  expect(["a.parquet", "a.csv", "a.csv.gz", "a.xlsx", "a"].map(formatOfFile)).toEqual([
    "parquet",
    "csv",
    "csv.gz",
    undefined,
    undefined,
  ]);
});
