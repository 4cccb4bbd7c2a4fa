import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import {
  commitOf,
  gaugeRow,
  HOUR_MS,
  missingRow,
  registerRow,
  SAMPLE_START_MS,
} from "../../testing/reading-samples.ts";
import type { ReadingRow } from "../reading-columns.ts";
import { type DuckDbReadingStore, openDuckDbStore } from "./duckdb-store.ts";

const T0 = SAMPLE_START_MS;
const DAY_MS = 24 * HOUR_MS;
const CHANNELS = ["M-0.forward_total", "M-1.forward_total", "M-2.pressure", "M-3.forward_total"];
const EVERYTHING = { channels: CHANNELS, fromMs: T0 - DAY_MS, toMs: T0 + 400 * DAY_MS };
const BOUNDS = { roundRows: 120, pieceReadings: 130 };
const COMPACTION = { withoutConsumers: true, pieceRows: 50 };

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "nightflow-pieces-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A store with small bounds that calls `onPiece` between any two pieces of upkeep. */
async function openIn(
  folder: string,
  onPiece: () => void = () => undefined,
  maxLogBytes = 1e9,
): Promise<DuckDbReadingStore> {
  const told = { write: (line: string) => void (line.includes("a piece of upkeep is done") && onPiece()) };
  const store = await openDuckDbStore({
    path: join(folder, "readings.duckdb"),
    checkpoint: { idleMs: 3_600_000, maxLogBytes },
    upkeep: { ...BOUNDS, compactAtHour: null },
    logger: pino({ level: "debug" }, told),
  });
  onTestFinished(() => store.close());
  return store;
}

/** Eight hours of four days in two spans of time, with gaps. */
function rowsOfDay(day: number): ReadingRow[] {
  const at = (half: number) => T0 + (day < 3 ? day : day + 80) * DAY_MS + half * 1_800_000;
  return Array.from({ length: 16 }, (_, half) => [
    registerRow("M-0.forward_total", at(half), BigInt(day * 100 + half)),
    (half + day) % 7 === 0 ? missingRow("M-1.forward_total", at(half)) : registerRow("M-1.forward_total", at(half), 5n),
    gaugeRow("M-2.pressure", at(half), 250 + half),
    registerRow("M-3.forward_total", at(half) + 1000, BigInt(half)),
  ]).flat();
}

async function fill(store: DuckDbReadingStore): Promise<void> {
  for (let day = 0; day < 4; day++) {
    await store.commit(commitOf(rowsOfDay(day)));
    // The file is brought up to date, so that tables are sealed at their bound as they are while a store grows.
    await store.metrics();
  }
}

/** A gap of the first day that is filled, and readings in hours that are rolled up and sorted already. */
function lateRows(): ReadingRow[] {
  return [
    registerRow("M-1.forward_total", T0, 4n),
    ...CHANNELS.filter((channel) => !channel.endsWith("pressure")).map((channel) =>
      registerRow(channel, T0 + 5000, 9n),
    ),
    gaugeRow("M-2.pressure", T0 + 83 * DAY_MS + 7000, 1),
  ];
}

async function contentOf(store: DuckDbReadingStore) {
  const curves = await Promise.all(CHANNELS.map((channel) => store.curve(channel, 0, Number.MAX_SAFE_INTEGER)));
  return {
    curves,
    hours: await store.hourly(EVERYTHING),
    fromReadings: await store.hourlyFromReadings(EVERYTHING),
    last: await store.allLastValues(),
    counts: await store.counts(),
  };
}

/** Looks after a store until nothing is left to do, and says what it holds then. */
async function tidied(store: DuckDbReadingStore) {
  await store.refreshRollUps();
  await store.compact(COMPACTION);
  const { sorted_readings, dirty_hours } = await store.metrics();
  return { ...(await contentOf(store)), sorted_readings, dirty_hours };
}

test("a kill between any two pieces of roll-ups and compaction loses nothing, stores nothing twice and repeats no piece", async () => {
  const folder = await newFolder();
  const images: string[] = [];
  const photograph = () => {
    const image = `${folder}-${images.length}`;
    onTestFinished(() => rm(image, { recursive: true, force: true }));
    // What a kill leaves: nothing is being written between two pieces. By another process, as the file's lock wants.
    execFileSync("cp", ["-r", folder, image]);
    images.push(image);
  };
  const store = await openIn(folder, photograph);
  await fill(store);
  const before = await contentOf(store);
  expect(await tidied(store)).toMatchObject(before);
  const pieces = images.length;
  expect(pieces).toBeGreaterThan(10);
  await store.commit(commitOf(lateRows()));
  const after = await tidied(store);
  expect(after.hours).toEqual(after.fromReadings);
  for (const [no, image] of images.slice(0, pieces).entries()) {
    let left = 0;
    const again = await openIn(image, () => left++);
    expect(await contentOf(again)).toEqual(before);
    if (no % 4 === 1) {
      // Somebody who reads the feed from its beginning keeps what was being taken out of it.
      await again.saveCursor("newcomer", 0);
      const { sorted_readings } = await again.metrics();
      await again.compact(COMPACTION);
      expect(await again.metrics()).toMatchObject({ sorted_readings });
      await again.forgetConsumer("newcomer");
    }
    // Every other one is told of late readings before what was under construction goes on.
    if (no % 2 === 0) {
      expect(await tidied(again)).toMatchObject(before);
      expect(left).toBeLessThan(pieces - no);
    } else {
      await again.commit(commitOf(lateRows()));
      expect(await tidied(again)).toEqual(after);
    }
    await again.close();
  }
});

test("the log of roll-ups and compaction is folded into the file at its bound, although nobody commits meanwhile", async () => {
  const longest = async (maxLogBytes?: number) => {
    const folder = await newFolder();
    let logBytes = 0;
    const look = () => {
      logBytes = Math.max(
        logBytes,
        statSync(join(folder, "readings.duckdb.wal"), { throwIfNoEntry: false })?.size ?? 0,
      );
    };
    const store = await openIn(folder, look, maxLogBytes);
    await fill(store);
    await store.refreshRollUps();
    await store.compact(COMPACTION);
    return logBytes;
  };
  const bound = (await longest()) / 2;
  expect(await longest(bound)).toBeLessThan(bound);
});
