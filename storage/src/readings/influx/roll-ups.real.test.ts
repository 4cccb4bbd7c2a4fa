import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock } from "@nightflow/domain";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type FaultyInflux, startFaultyInflux, type WriteFault } from "../../testing/faulty-influx.ts";
import { findInfluxd, startInfluxd, type TestInfluxd } from "../../testing/peers.ts";
import { silentLogger as logger, testDatabase } from "../../testing/postgres.ts";
import {
  commitOf,
  gaugeRow,
  HOUR_MS,
  missingRow,
  registerRow,
  SAMPLE_START_MS,
} from "../../testing/reading-samples.ts";
import { fluxRows } from "./flux.ts";
import { type InfluxReadingStore, openInfluxStore } from "./influx-store.ts";
import { InfluxQl } from "./influxql.ts";
import { makeBucket } from "./set-up.ts";
import type { InfluxStoreOptions } from "./store-options.ts";

const T0 = SAMPLE_START_MS;
const DAY_MS = 24 * HOUR_MS;
const REGISTER = "M-1.forward_total";
const GAUGE = "M-1.pressure";
const TWO_DAYS = { channels: "all" as const, fromMs: T0, toMs: T0 + 2 * DAY_MS };

describe.runIf(findInfluxd() !== undefined)("hourly roll-ups in InfluxDB", () => {
  const postgres = testDatabase();
  let folder: string;
  let server: TestInfluxd;
  let buckets = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nightflow-influx-"));
    server = await startInfluxd(folder);
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function freshOptions(): Promise<InfluxStoreOptions & { rollUpBucket: string; clock: ManualClock }> {
    const bucket = `r${++buckets}`;
    const { url, token, org } = server;
    const rollUpBucket = `${bucket}-hours`;
    for (const name of [bucket, rollUpBucket]) await makeBucket(url, token, org, name);
    const db = (await postgres.fresh()).database;
    onTestFinished(() => db.close());
    return { url, token, org, bucket, rollUpBucket, db, logger, clock: new ManualClock(T0 + 2 * DAY_MS) };
  }

  async function opened(options: InfluxStoreOptions): Promise<InfluxReadingStore> {
    const store = await openInfluxStore(options);
    onTestFinished(() => store.close());
    return store;
  }

  async function faulty(faultOf: (no: number, lines: string) => WriteFault): Promise<FaultyInflux> {
    const proxy = await startFaultyInflux(server.url, faultOf);
    onTestFinished(() => proxy.close());
    return proxy;
  }

  const dirty = async ({ db }: InfluxStoreOptions) =>
    (await db.query<{ n: number }>("select count(*)::int as n from influx_dirty_day")).rows[0]?.n;

  /** The last counts of each hour as they stand in the bucket, read past the store. */
  async function hoursInBucket({ url, token, rollUpBucket = "" }: InfluxStoreOptions): Promise<[number, number][]> {
    const rows: [number, number][] = [];
    const query = `SELECT "lc" FROM "hour" WHERE "c" = '${REGISTER}'`;
    for await (const { atMs, fields } of new InfluxQl({ url, token, bucket: rollUpBucket }).rows(query))
      rows.push([(atMs - T0) / HOUR_MS, Number(fields[0])]);
    return rows;
  }

  test("hours are written once they have ended, the running one is computed, and both say the same as the readings", async () => {
    const { clock, ...options } = await freshOptions();
    clock.set(T0 + 2 * HOUR_MS + 15 * 60_000);
    const store = await opened({ ...options, clock });
    const rows = [0, 0.5, 1, 1.5, 2, 2.1].map((hour, i) => registerRow(REGISTER, T0 + hour * HOUR_MS, BigInt(i)));
    await store.commit(commitOf([...rows, gaugeRow(GAUGE, T0 + 5, 2.5), missingRow(REGISTER, T0 + 9)]));
    const computed = await store.hourly(TWO_DAYS);
    expect(await store.rebuildRollUps()).toBe(3);
    expect(await hoursInBucket(options)).toEqual([
      [0, 1],
      [1, 3],
    ]);
    expect(await store.hourly(TWO_DAYS)).toEqual(computed);
    expect([await dirty(options), await store.rebuildRollUps()]).toEqual([1, 0]);
    clock.advance(HOUR_MS);
    expect(await store.rebuildRollUps()).toBe(1);
    expect(await dirty(options)).toBe(0);
    expect(await store.hourly(TWO_DAYS)).toEqual(computed);
  });

  test("a reading that comes days late makes its hour dirty: it is right at once, and in the bucket with the next run", async () => {
    const options = await freshOptions();
    const store = await opened(options);
    await store.commit(commitOf([registerRow(REGISTER, T0 + 10, 5n), registerRow(REGISTER, T0 + DAY_MS, 9n)]));
    await store.rebuildRollUps();
    await store.commit(commitOf([registerRow(REGISTER, T0 + 20, 6n)]));
    expect([...(await store.hourly(TWO_DAYS)).lastCounts]).toEqual([6n, 9n]);
    expect(await hoursInBucket(options)).toEqual([
      [0, 5],
      [24, 9],
    ]);
    expect(await store.rebuildRollUps()).toBe(1);
    expect(await hoursInBucket(options)).toEqual([
      [0, 6],
      [24, 9],
    ]);
  });

  test("a reading that comes while its hour is being rebuilt leaves the hour dirty", async () => {
    const options = await freshOptions();
    const proxy = await faulty((_, lines) => (lines.startsWith("hour") ? "hold" : "pass"));
    const store = await opened(options);
    const rebuilding = await opened({ ...options, url: proxy.url });
    await store.commit(commitOf([registerRow(REGISTER, T0, 1n), registerRow(REGISTER, T0 + HOUR_MS, 2n)]));
    const run = rebuilding.rebuildRollUps();
    await expect.poll(() => proxy.writes.length).toBe(1);
    await store.commit(commitOf([registerRow(REGISTER, T0 + 1, 7n)]));
    const releasing = setInterval(() => proxy.release(), 20);
    await run;
    clearInterval(releasing);
    expect([...(await store.hourly(TWO_DAYS)).lastCounts]).toEqual([7n, 2n]);
    expect(await hoursInBucket(options)).toEqual([
      [0, 7],
      [1, 2],
    ]);
    expect(await dirty(options)).toBe(0);
  });

  test("a run that dies between the points and the mark is done again, and none is lost", async () => {
    const options = await freshOptions();
    const proxy = await faulty((_, lines) => (lines.startsWith("hour") ? "lost answer" : "pass"));
    const store = await opened(options);
    const dying = await opened({ ...options, url: proxy.url });
    await store.commit(commitOf([registerRow(REGISTER, T0, 1n)]));
    await expect(dying.rebuildRollUps()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(await dirty(options)).toBe(1);
    expect(await store.rebuildRollUps()).toBe(1);
    expect([await dirty(options), await hoursInBucket(options)]).toEqual([0, [[0, 1]]]);
  });

  test("one of several processes rebuilds at a time, and another goes on when it has died", async () => {
    const options = await freshOptions();
    const proxy = await faulty((_, lines) => (lines.startsWith("hour") ? "hold" : "pass"));
    const [store, stuck] = [await opened(options), await opened({ ...options, url: proxy.url })];
    await store.commit(commitOf([registerRow(REGISTER, T0, 1n)]));
    const lost = stuck.rebuildRollUps();
    await expect.poll(() => proxy.writes.length).toBe(1);
    expect(await store.rebuildRollUps()).toBe(0);
    await options.db.query("update influx_roll_up set held_until = clock_timestamp()");
    expect(await store.rebuildRollUps()).toBe(1);
    proxy.release();
    expect(await lost).toBe(0);
    expect(await dirty(options)).toBe(0);
  });

  test("a bucket of roll-ups that is given later is filled from the readings that are there", async () => {
    const { rollUpBucket, ...options } = await freshOptions();
    const before = await opened(options);
    const days = [0, 3, 40].map((day) => registerRow(REGISTER, T0 - day * DAY_MS, BigInt(100 - day)));
    await before.commit(commitOf([...days, missingRow(GAUGE, T0 - 41 * DAY_MS)]));
    const range = { channels: "all" as const, fromMs: T0 - 50 * DAY_MS, toMs: T0 + DAY_MS };
    const computed = await before.hourly(range);
    const store = await opened({ ...options, rollUpBucket });
    expect(await store.hourly(range)).toEqual(computed);
    expect(await store.rebuildRollUps()).toBeGreaterThanOrEqual(4);
    expect(await store.hourly(range)).toEqual(computed);
    expect(await hoursInBucket({ ...options, rollUpBucket })).toHaveLength(3);
  });

  test("the roll-ups can be asked in Flux and in InfluxQL, and local days of both sides of a clock change are right", async () => {
    const options = await freshOptions();
    const fromMs = Date.UTC(2026, 2, 27);
    options.clock.set(fromMs + 10 * DAY_MS);
    const store = await opened(options);
    const rows = Array.from({ length: 96 * 5 }, (_, i) => registerRow(REGISTER, fromMs + i * 900_000, BigInt(i)));
    await store.commit(commitOf(rows));
    expect(await store.rebuildRollUps()).toBe(120);
    const flux = `from(bucket: "${options.rollUpBucket}") |> range(start: 2026-03-28T00:00:00Z, stop: 2026-03-29T00:00:00Z)
      |> filter(fn: (r) => r._measurement == "hour" and r._field == "lc" and r.c == "${REGISTER}")`;
    const byFlux = [];
    for await (const { _value } of fluxRows(options, flux)) byFlux.push(Number(_value));
    expect(byFlux).toEqual(Array.from({ length: 24 }, (_, hour) => 96 + hour * 4 + 3));
    expect((await hoursInBucket(options)).length).toBe(120);
    const range = { channels: [REGISTER], fromMs: fromMs + DAY_MS / 2, toMs: fromMs + 4 * DAY_MS };
    expect([...(await store.daily(range, "Europe/Berlin")).readings]).toEqual([96, 92, 96, 96]);
  });

  test("an error of a Flux query after its first rows is an error, not a row", async () => {
    const options = await freshOptions();
    const store = await opened(options);
    await store.commit(commitOf([registerRow(REGISTER, T0, 1n), gaugeRow(GAUGE, T0, 1.5)]));
    const collision = `from(bucket: "${options.bucket}") |> range(start: 2026-01-01T00:00:00Z, stop: 2026-12-01T00:00:00Z)
      |> filter(fn: (r) => r._field == "v" or r._field == "g") |> group()`;
    const ask = async () => {
      for await (const row of fluxRows(options, collision)) expect(row._value).toBeDefined();
    };
    await expect(ask()).rejects.toThrow(/schema collision/);
  });
});
