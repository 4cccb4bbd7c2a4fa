import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { type DuckDbReadingStore, openDuckDbStore, type RollUpRange } from "@nightflow/storage";
import { pino } from "pino";
import { timesOfInflux } from "./influx.ts";
import { FLEET_START_MS, type Fleet, fleetCommits } from "./made-readings.ts";
import { type Peaks, withPeaks } from "./peaks.ts";

const YEAR_MS = 365 * 86_400_000;

/** What the bench does, one after the other. */
type Step = "fill" | "tidy" | "ask";

/** One figure of the table. */
interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target?: string;
}

/**
 * The embedded store on a made year: `npm run bench -- store --readings 28800000 --threads 2`; any number of readings, as
 * far as the disk reaches. `--asked 822` asks about so many meters instead of all, `--influx` puts the same readings into an
 * InfluxDB 2 (NIGHTFLOW_INFLUXD) and the same questions to it. `--at FOLDER` makes the store in that folder and leaves it
 * there; a store that is there already is asked as it is. `--only fill`, `tidy` or `ask` does one of the three alone; what
 * was cut short in the middle of `tidy` goes on. `--thread` gives the file a thread of its own, as `nightflow up` does.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      readings: { type: "string", default: "2880000" },
      threads: { type: "string", default: "2" },
      memory: { type: "string", default: "1GB" },
      days: { type: "string", default: "365" },
      commit: { type: "string", default: "10000" },
      asked: { type: "string" },
      influx: { type: "boolean", default: false },
      at: { type: "string" },
      only: { type: "string" },
      thread: { type: "boolean", default: false },
      log: { type: "string", default: "silent" },
    },
  });
  const days = Number(values.days);
  const fleet: Fleet = {
    meters: Math.max(1, Math.round(Number(values.readings) / (days * 96))),
    days,
    idleMeters: 100_000,
  };
  const folder = values.at ?? (await mkdtemp(join(tmpdir(), "nf-store-bench-")));
  try {
    const path = join(folder, "readings.duckdb");
    const isThere = existsSync(path);
    const isWanted = (step: Step) => (values.only ?? (isThere ? "ask" : step)) === step;
    const store = await openDuckDbStore({
      path,
      memoryLimit: values.memory,
      threads: Number(values.threads),
      logger: pino({ level: values.log }, process.stderr),
      ...(values.thread && { thread: { anchor: null } }),
      upkeep: { compactAtHour: null, compactAfterReadings: Number.POSITIVE_INFINITY },
    });
    try {
      const asked = values.asked === undefined ? undefined : Number(values.asked);
      if (isWanted("fill")) print(await fill(store, fleet, Number(values.commit), path));
      if (isWanted("tidy")) print(await tidy(store, path));
      if (isWanted("ask"))
        print([...(await ask(store, fleet, asked)), ...(values.influx ? await compare(store, fleet) : [])]);
    } finally {
      await store.close();
    }
  } finally {
    if (values.at === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function fill(store: DuckDbReadingStore, fleet: Fleet, size: number, path: string): Promise<Figure[]> {
  const times: number[] = [];
  const [, peaks] = await withPeaks(path, async () => {
    for (const commit of fleetCommits(fleet, size)) times.push(await msOf(() => store.commit(commit)));
  });
  const { stored } = await store.counts();
  const totalMs = times.reduce((sum, ms) => sum + ms, 0);
  return [
    { name: "readings", value: stored, unit: "" },
    { name: "storing", value: Math.round(stored / (totalMs / 1000)), unit: "readings/s" },
    { name: "commit p99", value: quantile(times, 0.99), unit: "ms" },
    ...peakFigures("storing", peaks),
  ];
}

async function tidy(store: DuckDbReadingStore, path: string): Promise<Figure[]> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await stepFigures("rolling all up", path, () => store.refreshRollUps());
  const before = await store.metrics();
  await stepFigures("compacting all", path, () => store.compact({ withoutConsumers: true }));
  delay.disable();
  const after = await store.metrics();
  const used = (figures: Readonly<Record<string, number>>) => (figures.file_bytes ?? 0) - (figures.free_bytes ?? 0);
  const stored = after.stored_readings ?? 1;
  return [
    { name: "longest block of the owner's thread meanwhile", value: delay.max / 1e6, unit: "ms" },
    { name: "readings and roll-ups before", value: used(before) / stored, unit: "B/reading" },
    { name: "readings and roll-ups after", value: used(after) / stored, unit: "B/reading", target: "≤ 3 (readings)" },
    { name: "file after", value: (after.file_bytes ?? 0) / 1e6, unit: "MB" },
  ];
}

/** Time, processor time and peaks of one step, printed at once: the next may take an hour. */
async function stepFigures(name: string, path: string, work: () => Promise<unknown>): Promise<void> {
  const cpu = process.cpuUsage();
  const [ms, peaks] = await withPeaks(path, () => msOf(work));
  const { user, system } = process.cpuUsage(cpu);
  print([
    { name, value: ms, unit: "ms" },
    { name: `${name}: processor time`, value: (user + system) / 1000, unit: "ms" },
    ...peakFigures(name, peaks),
  ]);
}

function peakFigures(name: string, { residentBytes, logBytes, folderBytes }: Peaks): Figure[] {
  return [
    { name: `${name}: most memory`, value: residentBytes / 1e6, unit: "MB" },
    { name: `${name}: longest log`, value: logBytes / 1e6, unit: "MB" },
    { name: `${name}: most on the disk`, value: folderBytes / 1e6, unit: "MB" },
  ];
}

function rangeOf(fleet: Fleet, asked?: number): RollUpRange {
  const meters = Array.from({ length: Math.min(asked ?? 0, fleet.meters) }, (_, i) => `M-${i}.forward_total`);
  return { channels: asked === undefined ? "all" : meters, fromMs: FLEET_START_MS, toMs: FLEET_START_MS + YEAR_MS };
}

/** What a peer's hourly roll-up gives: how many readings, and the last of them. */
const AS_A_PEER = ["readings", "lastCounts"] as const;

async function ask(store: DuckDbReadingStore, fleet: Fleet, asked?: number): Promise<Figure[]> {
  const range = rangeOf(fleet, asked);
  const few = { ...range, figures: AS_A_PEER };
  const curves: number[] = [];
  for (let i = 0; i < 200; i++) {
    const channel = `M-${(i * 7919) % fleet.meters}.forward_total`;
    curves.push(await msOf(() => store.curve(channel, range.fromMs, range.toMs)));
  }
  const figures: Figure[] = [
    { name: "one meter's year, p99", value: quantile(curves, 0.99), unit: "ms", target: "≤ 10" },
    { name: "one meter's year, median", value: quantile(curves, 0.5), unit: "ms" },
    { name: "100k last values", value: await median(() => store.allLastValues()), unit: "ms", target: "≤ 20" },
    { name: "hours, kept", value: await median(() => store.hourly(few)), unit: "ms", target: "≤ 500" },
    { name: "nights, kept", value: await median(() => store.nightMinimum(range, "UTC")), unit: "ms", target: "≤ 500" },
    { name: "days, kept", value: await median(() => store.daily(range, "Asia/Shanghai")), unit: "ms" },
    { name: "hours, raw", value: await median(() => store.hourlyFromReadings(few)), unit: "ms", target: "≤ 1200" },
    {
      name: "nights, raw",
      value: await median(() => store.nightMinimumFromReadings(range, "UTC")),
      unit: "ms",
      target: "≤ 1200",
    },
    { name: "hours, kept, all 12 columns", value: await msOf(() => store.hourly(range)), unit: "ms" },
  ];
  const { memory_bytes, memory_limit_bytes, temporary_bytes } = await store.metrics();
  const inMb = (name: string, bytes = 0) => ({ name, value: bytes / 1e6, unit: "MB" });
  return [
    ...figures,
    inMb("DuckDB's memory", memory_bytes),
    inMb("its limit", memory_limit_bytes),
    inMb("set down beside the file", temporary_bytes),
    inMb("resident memory of the process", process.memoryUsage.rss()),
  ];
}

async function compare(store: DuckDbReadingStore, fleet: Fleet): Promise<Figure[]> {
  const range = rangeOf(fleet, fleet.meters);
  const few = { ...range, figures: AS_A_PEER };
  const ends = { ...range, figures: ["firstCounts", "lastCounts"] as const };
  const consumptionMs = await median(() => store.hourlyFromReadings(ends));
  const hoursMs = await median(() => store.hourlyFromReadings(few));
  const nightsMs = await median(() => store.nightMinimumFromReadings(range, "UTC"));
  const influx = await timesOfInflux(fleet);
  const inSeconds = (ms: number) => ms / 1000;
  return [
    { name: "InfluxDB: storing", value: Math.round(influx.readings / inSeconds(influx.storingMs)), unit: "readings/s" },
    { name: "InfluxDB: hours, raw, by Flux", value: inSeconds(influx.hoursMs), unit: "s" },
    { name: "InfluxDB: consumption by hour, by Flux", value: inSeconds(influx.consumptionMs), unit: "s" },
    { name: "InfluxDB: nights, raw, by Flux", value: inSeconds(influx.nightsMs), unit: "s" },
    { name: "last of each hour, raw: times as fast", value: influx.hoursMs / hoursMs, unit: "", target: "≥ 20" },
    {
      name: "consumption by hour, raw: times as fast",
      value: influx.consumptionMs / consumptionMs,
      unit: "",
      target: "≥ 20",
    },
    { name: "nights, raw: times as fast", value: influx.nightsMs / nightsMs, unit: "", target: "≥ 20" },
  ];
}

async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 3; i++) times.push(await msOf(work));
  return quantile(times, 0.5);
}

function print(figures: readonly Figure[]): void {
  for (const { name, value, unit, target } of figures)
    process.stdout.write(
      `${name.padEnd(48)}${value.toFixed(value < 100 ? 2 : 0).padStart(12)} ${unit}${target ? `  (${target})` : ""}\n`,
    );
  const json = Object.fromEntries(figures.map(({ name, value }) => [name, Number(value.toFixed(3))]));
  process.stdout.write(`${JSON.stringify({ bench: "store", ...json })}\n`);
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
