import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DuckDBInstance } from "@duckdb/node-api";
import { ManualClock } from "@nightflow/domain";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import type { ReadingStore, RollUpRange } from "../../ports.ts";
import {
  commitOf,
  gaugeRow,
  HOUR_MS,
  knownChannelOf,
  missingRow,
  registerRow,
  SAMPLE_START_MS,
} from "../../testing/reading-samples.ts";
import { type ReadingRow, rowsOf } from "../reading-columns.ts";
import { dailyByCurve, hourlyByCurve, nightMinimumByCurve } from "../roll-ups-by-curve.ts";
import { type DuckDbReadingStore, type DuckDbStoreOptions, openDuckDbStore } from "./duckdb-store.ts";
import { loadSegments } from "./segments.ts";

const logger = pino({ level: "silent" });
const T0 = SAMPLE_START_MS;
const DAY_MS = 24 * HOUR_MS;
const CHANNELS = ["M-0.forward_total", "M-1.forward_total", "M-2.forward_total", "M-3.pressure"];
const EVERYTHING: RollUpRange = { channels: CHANNELS, fromMs: T0 - 40 * DAY_MS, toMs: T0 + 80 * DAY_MS };

async function storePath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "nightflow-upkeep-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "readings.duckdb");
}

async function openFor(path: string, more: Partial<DuckDbStoreOptions> = {}): Promise<DuckDbReadingStore> {
  const store = await openDuckDbStore({ path, logger, ...more });
  onTestFinished(() => store.close());
  return store;
}

function diceOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Readings at random quarters of an hour in forty days: late ones, gaps, gaps filled later, repeats. */
function randomRows(dice: (below: number) => number, count: number): ReadingRow[] {
  return Array.from({ length: count }, () => {
    const channel = CHANNELS[dice(4)] ?? "";
    const quarter = dice(4) === 0 ? dice(40 * 96) : 30 * 96 + dice(96);
    const at = T0 + quarter * 900_000;
    if (channel.endsWith("pressure")) return gaugeRow(channel, at, 250 + (quarter % 97), { quality: dice(2) });
    return dice(5) === 0 ? missingRow(channel, at) : registerRow(channel, at, BigInt(quarter * 3 + (quarter % 7)));
  });
}

async function expectRollUpsAsReadings(store: ReadingStore): Promise<void> {
  expect(await store.hourly(EVERYTHING)).toEqual(await hourlyByCurve(store, EVERYTHING));
  for (const zone of ["Europe/Berlin", "Asia/Kolkata"]) {
    expect(await store.daily(EVERYTHING, zone)).toEqual(await dailyByCurve(store, EVERYTHING, zone));
    expect(await store.nightMinimum(EVERYTHING, zone)).toEqual(await nightMinimumByCurve(store, EVERYTHING, zone));
  }
}

async function allCurves(store: ReadingStore) {
  return await Promise.all(CHANNELS.map((channel) => store.curve(channel, 0, Number.MAX_SAFE_INTEGER)));
}

test("roll-ups say what the readings say, whatever is late, filled, rolled up, compacted or opened again in between", async () => {
  for (const seed of [1]) {
    const dice = diceOf(seed);
    const path = await storePath();
    let store = await openFor(path);
    for (let round = 0; round < 14; round++) {
      await store.commit(commitOf(randomRows(dice, 1 + dice(60))));
      const before = await allCurves(store);
      const what = dice(4);
      if (what === 1) await store.refreshRollUps();
      if (what === 2) {
        const { lastCommit } = await store.counts();
        await store.saveCursor("analytics", lastCommit);
        await store.compact({ pieceRows: 20 });
      }
      if (what === 3) {
        await store.close();
        store = await openFor(path);
      }
      expect(await allCurves(store)).toEqual(before);
      if (round % 5 === 4) await expectRollUpsAsReadings(store);
    }
    await expectRollUpsAsReadings(store);
  }
});

test("compaction takes nothing out of the feed that a consumer has not passed, and all that every one has", async () => {
  const store = await openFor(await storePath());
  const rows = [1, 2, 3].map((n) => registerRow(CHANNELS[0] ?? "", T0 + n, BigInt(n)));
  await store.commit(commitOf(rows.slice(0, 1)));
  expect(await store.compact()).toMatchObject({ moved: 0 });
  await store.saveCursor("analytics", 0);
  await store.commit(commitOf(rows.slice(1, 2)));
  await store.compact();
  await store.commit(commitOf(rows.slice(2)));
  expect(rowsOf((await store.changesSince(0, 100)).readings)).toEqual(rows);
  await store.saveCursor("analytics", 3);
  expect(await store.compact()).toMatchObject({ moved: 3, dropped: 0 });
  await expect(store.changesSince(0, 100)).rejects.toMatchObject({ code: "FEED_FORGOTTEN", keptFrom: 4 });
  expect(await store.changesSince(3, 100)).toMatchObject({ cursor: 3, hasMore: false });
  await store.commit(commitOf([registerRow(CHANNELS[0] ?? "", T0 + 9, 9n)]));
  expect(rowsOf((await store.changesSince(3, 100)).readings).map((row) => row.counts)).toEqual([9n]);
});

test("what was compacted still refuses a second value and knows a repeat", async () => {
  const store = await openFor(await storePath());
  const row = registerRow(CHANNELS[0] ?? "", T0, 5n);
  await store.commit(commitOf([row, missingRow(CHANNELS[0] ?? "", T0 + 1)]));
  await store.compact({ withoutConsumers: true });
  await store.commit(commitOf([row, { ...row, counts: 6n }, registerRow(CHANNELS[0] ?? "", T0 + 1, 7n)]));
  expect(await store.counts()).toMatchObject({ stored: 3, repeats: 1, conflicts: 1 });
  expect([...(await store.curve(CHANNELS[0] ?? "", 0, T0 + 9)).counts]).toEqual([5n, 7n]);
  expect(await store.compact({ withoutConsumers: true })).toMatchObject({ moved: 1, merged: 2, dropped: 1 });
  expect([...(await store.curve(CHANNELS[0] ?? "", 0, T0 + 9)).counts]).toEqual([5n, 7n]);
});

test("every compaction begins young roll-ups under a new name: a query from before it fails and is asked again, and finds no empty table", async () => {
  const path = await storePath();
  const names: string[] = [];
  for (let no = 1; no <= 2; no++) {
    const store = await openFor(path);
    await store.commit(commitOf([registerRow(CHANNELS[0] ?? "", T0 + no * 3_600_000, BigInt(no))]));
    await store.compact({ withoutConsumers: true });
    await store.close();
    names.push(await youngRollUpsOf(path));
  }
  expect(new Set([...names, "roll_up_hour"]).size).toBe(3);
});

async function youngRollUpsOf(path: string): Promise<string> {
  const instance = await DuckDBInstance.create(path, { access_mode: "READ_ONLY" });
  const connection = await instance.connect();
  const segments = await loadSegments(connection);
  connection.closeSync();
  instance.closeSync();
  return segments.youngRollUps;
}

test("commits, queries and compactions side by side see every reading all the time", async () => {
  const store = await openFor(await storePath());
  const channel = CHANNELS[0] ?? "";
  let isOver = false;
  const looking = (async () => {
    while (!isOver) {
      const { lastCommit } = await store.counts();
      expect((await store.curve(channel, 0, Number.MAX_SAFE_INTEGER)).length).toBeGreaterThanOrEqual(lastCommit * 10);
      const hours = await store.hourly({ channels: "all", fromMs: T0, toMs: T0 + DAY_MS });
      expect(hours.readings.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(lastCommit * 10);
    }
  })();
  const compacting = (async () => {
    for (let i = 0; i < 6; i++) await store.compact({ withoutConsumers: true, pieceRows: 50 });
  })();
  const committing = (async () => {
    for (let no = 0; no < 60; no++)
      await store.commit(
        commitOf(Array.from({ length: 10 }, (_, i) => registerRow(channel, T0 + (no * 10 + i) * 1000, BigInt(no)))),
      );
  })();
  const working = Promise.all([committing, compacting]).finally(() => {
    isOver = true;
  });
  await Promise.all([working, looking]);
  expect((await store.curve(channel, 0, Number.MAX_SAFE_INTEGER)).length).toBe(600);
});

test("hours of sorted readings, gaps and suspect ones among them, say what the curves say, beside late readings too", async () => {
  const store = await openFor(await storePath());
  const dice = diceOf(11);
  await store.commit(commitOf(withoutCopies(randomRows(dice, 6000)), { batches: [] }));
  await store.commit(
    commitOf([
      registerRow("M-9.forward_total", T0 + 900_000, 5n, { quality: 1 }),
      missingRow("M-9.forward_total", T0 + 1_800_000),
      missingRow("M-9.forward_total", T0 + 7_200_000),
      registerRow("M-9.forward_total", T0 + 7_300_000, 4n),
    ]),
  );
  const range = { ...EVERYTHING, channels: [...CHANNELS, "M-9.forward_total"] };
  await store.compact({ withoutConsumers: true });
  const expected = await hourlyByCurve(store, range);
  expect(await store.hourlyFromReadings(range)).toEqual(expected);
  expect(await store.hourly(range)).toEqual(expected);
  const gaps = await store.curve("M-9.forward_total", T0, T0 + DAY_MS);
  expect([...gaps.counts]).toEqual([5n, 0n, 0n, 4n]);
  expect(await store.valuesAt([{ channel: "M-9.forward_total", readAtMs: T0 + 1_800_000 }])).toEqual([
    { quality: 2, counts: null, gauge: null },
  ]);
  await store.commit(commitOf([registerRow("M-9.forward_total", T0 + 1_900_000, 6n)]));
  expect(await store.hourlyFromReadings(range)).toEqual(await hourlyByCurve(store, range));
  // Sorted apart from the many that lie in its span already, not merged with them.
  await store.compact({ withoutConsumers: true });
  expect(await store.hourlyFromReadings(range)).toEqual(await hourlyByCurve(store, range));
});

/** One reading an instant: the first. */
function withoutCopies(rows: readonly ReadingRow[]): ReadingRow[] {
  return [...new Map(rows.toReversed().map((row) => [`${row.channel} ${row.readAtMs}`, row])).values()];
}

test("a kill -9 in the middle of roll-ups and compactions loses nothing and leaves nothing half done", async () => {
  const path = await storePath();
  let confirmed = 0;
  for (const lines of [5, 12, 20]) confirmed = await compactUntilKilled(path, lines);
  const store = await openFor(path);
  const { lastCommit } = await store.counts();
  expect(lastCommit).toBeGreaterThanOrEqual(confirmed);
  expect((await store.curve(CHANNELS[0] ?? "", 0, Number.MAX_SAFE_INTEGER)).length).toBe(lastCommit * 50);
  const range = { channels: "all" as const, fromMs: 0, toMs: T0 + 400 * DAY_MS };
  expect(await store.hourly(range)).toEqual(await store.hourlyFromReadings(range));
  await store.compact({ withoutConsumers: true });
  expect(await store.hourly(range)).toEqual(await store.hourlyFromReadings(range));
});

async function compactUntilKilled(path: string, lines: number): Promise<number> {
  const program = new URL("../../testing/compact-until-killed.ts", import.meta.url);
  const child = spawn(process.execPath, [program.pathname, path], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  let seen = 0;
  let last = 0;
  for await (const line of createInterface(child.stdout)) {
    last = Number(line);
    if (++seen === lines) child.kill("SIGKILL");
  }
  await ended;
  return last;
}

test("retention deletes old readings of its class alone, keeps their roll-ups for longer and says what it did", async () => {
  const clock = new ManualClock(T0 + 400 * DAY_MS);
  const store = await openFor(await storePath(), { clock });
  await store.saveChannels([
    knownChannelOf("M-1.forward_total"),
    knownChannelOf("M-3.pressure", { quantity: "pressure", unit: "kPa", resolution: null }),
  ]);
  const days = Array.from({ length: 400 }, (_, day) => T0 + day * DAY_MS);
  const both = (at: number, i: number) => [
    registerRow("M-1.forward_total", at, BigInt(i)),
    gaugeRow("M-3.pressure", at, i),
  ];
  await store.commit(commitOf(days.flatMap(both)));
  await store.compact({ withoutConsumers: true });
  const always = { channels: "all" as const, fromMs: 0, toMs: clock.now() };
  const before = await store.hourly(always);
  const rules = [{ quantities: ["pressure"], readingMonths: 6 }, { readingMonths: 120 }];
  const { readings, rollUps } = await store.retain(rules);
  expect([readings, rollUps]).toEqual([expect.closeTo(400 - 183 - 15, -1.5), 0]);
  expect((await store.curve("M-1.forward_total", 0, clock.now())).length).toBe(400);
  expect((await store.curve("M-3.pressure", 0, clock.now())).length).toBe(400 - readings);
  expect(await store.hourly(always)).toEqual(before);
  await store.commit(commitOf([gaugeRow("M-3.pressure", T0 + HOUR_MS / 2, 1)]));
  await store.refreshRollUps();
  expect((await store.hourly({ ...always, channels: ["M-3.pressure"] })).minGauges[0]).toBe(0);
  expect(await store.retain([{ quantities: ["pressure"], rollUpMonths: 6 }])).toMatchObject({ rollUps: readings });
});

test("roll-ups of more channels and hours than one query answers come in the order asked all the same", async () => {
  const store = await openFor(await storePath());
  const channels = Array.from({ length: 40 }, (_, i) => `M-${(i * 7) % 40}.forward_total`);
  await store.commit(
    commitOf(
      channels.flatMap((channel, i) => [registerRow(channel, T0 + i, 1n), registerRow(channel, T0 + HOUR_MS, 2n)]),
    ),
  );
  const range = { fromMs: T0 - 500 * DAY_MS, toMs: T0 + 500 * DAY_MS };
  const asked = { ...range, channels: channels.slice(3).toReversed() };
  expect(await store.hourly(asked)).toEqual(await hourlyByCurve(store, asked));
  await store.compact({ withoutConsumers: true });
  const all = { ...range, channels: "all" as const };
  expect(await store.hourly(all)).toEqual(await hourlyByCurve(store, all));
});

test("figures tell what lies unsorted, what is dirty and how much memory and room may be taken", async () => {
  const store = await openFor(await storePath(), { memoryLimit: "200MB", threads: 2, maxTempSize: "1GB" });
  await store.commit(commitOf([1, 2, 3].map((n) => registerRow(CHANNELS[0] ?? "", T0 + n * HOUR_MS, BigInt(n)))));
  expect(await store.metrics()).toMatchObject({
    stored_readings: 3,
    sorted_readings: 0,
    dirty_hours: 3,
    compaction_backlog_readings: 3,
    threads: 2,
    memory_limit_bytes: expect.closeTo(200e6, -6),
    temporary_limit_bytes: expect.closeTo(1e9, -8),
  });
  await store.compact({ withoutConsumers: true });
  const after = await store.metrics();
  expect(after).toMatchObject({ sorted_readings: 3, dirty_hours: 0, compaction_backlog_readings: 0 });
  expect(after.last_checkpoint_ms).toBeGreaterThan(0);
});
