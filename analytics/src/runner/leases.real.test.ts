import { ManualClock, newId } from "@nightflow/domain";
import { createJobQueue, type Database } from "@nightflow/storage";
import { silentLogger, testDatabase } from "@nightflow/storage/testing";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { AnalyticsConfig } from "../config.ts";
import type { EngineOutput } from "../engine.ts";
import type { DmaNight } from "../pure/finding.ts";
import { FakeFeed } from "../testing/fake-store.ts";
import { homeLitres, hourlyRows, meterOf, START_MS } from "../testing/series.ts";
import { AnomalyWriter } from "./anomaly-writer.ts";
import { FindingsBook } from "./findings-book.ts";
import { type Lease, Leases } from "./leases.ts";
import { LeaseLostError, Retry } from "./retry.ts";
import { type Analytics, startAnalytics } from "./runner.ts";
import { resplit, ShardPlanError, settleShards } from "./shard-plan.ts";
import { loadSnapshot } from "./snapshot-store.ts";

const LEASE_MS = 1000;
/** A machine that is busy with other tests gets there too. */
const PATIENCE_MS = 60_000;
const HOURS = 24 * 40;
const METERS = 12;

const postgres = testDatabase();
let db: Database;
let feed: FakeFeed;
let unitId: string;

beforeEach(async () => {
  db = (await postgres.fresh()).database;
  feed = new FakeFeed();
  unitId = newId();
  await db.query(
    "insert into org_unit (id, code, kind, name_zh, name_en, path, zone, currency) values ($1, 't', 'company', '城', 'Town', 'town/', 'Asia/Shanghai', 'CNY')",
    [unitId],
  );
  await db.query("insert into dma (id, name_zh, name_en, unit_id) values ('north', '北', 'North', $1)", [unitId]);
});

const holder = (name: string, ttlMs = LEASE_MS) => new Leases(db, name, ttlMs);
const homes = () => Array.from({ length: METERS }, (_, at) => meterOf(`home-${at}`, { unitId }));

function start(shards: number): Promise<Analytics> {
  const config = AnalyticsConfig.parse({ shards, leaseMs: LEASE_MS, pollMs: 50, retryMs: 10, snapshotMs: 100 });
  const clock = new ManualClock(START_MS);
  const deps = { store: feed.store, db, clock, config, logger: silentLogger, loadRegistry: async () => homes() };
  return startAnalytics({ ...deps, isOneOfSeveral: true });
}

/** Every home leaks from its own day on. */
function fillFeed(pages = feedPages()): void {
  for (const rows of pages) feed.append(rows);
}

function feedPages() {
  const series = homes().map(({ channel }, at) =>
    hourlyRows(channel, HOURS, (hour) => homeLitres(hour) + (hour > 24 * (25 + at) ? 100 : 0)),
  );
  const rows = series.flat().sort((a, b) => a.readAtMs - b.readAtMs);
  return Array.from({ length: Math.ceil(rows.length / 500) }, (_, at) => rows.slice(at * 500, (at + 1) * 500));
}

const anomalies = async () =>
  (await db.query("select rule, subject, state, starts_at, rank from anomaly order by rule, subject, starts_at")).rows;

const snapshotOf = (cursor: number, ...pieces: readonly number[][]) => ({
  cursor,
  pieces: () => pieces.map((bytes) => Uint8Array.from(bytes)),
});

const night: DmaNight = {
  dma: "north",
  date: "2025-06-04",
  mnfM3h: 1,
  expectedM3h: null,
  bandLowM3h: null,
  bandHighM3h: null,
  inflowM3: 1,
  customersM3: 1,
  completeness: 1,
  customersNightM3h: null,
  customersCompleteness: null,
  lossM3h: null,
  lossExpectedM3h: null,
  lossBandHighM3h: null,
  noBalance: "no_customers",
};
const output: EngineOutput = { events: [], nights: [night] };

function bookWith(lease: Lease): FindingsBook {
  const writer = new AnomalyWriter(createJobQueue({ db, logger: silentLogger }), 5);
  const retry = new Retry(10, new AbortController().signal, silentLogger);
  return new FindingsBook({ db, writer, lease, retry, logger: silentLogger });
}

describe("a lease", () => {
  test("is one process's until its time runs out, and then another's in a new epoch", async () => {
    const [first] = await holder("first").take(1, 1);
    expect(first).toEqual({ shard: 0, epoch: 1 });
    expect(await holder("second").take(1, 1)).toEqual([]);
    await db.query("update analytics_lease set expires_at = clock_timestamp() - interval '1 s'");
    expect(await holder("second").take(1, 1)).toEqual([{ shard: 0, epoch: 2 }]);
    expect(await holder("first").renew([{ shard: 0, epoch: 1 }])).toEqual([]);
    expect(await holder("second").renew([{ shard: 0, epoch: 2 }])).toHaveLength(1);
  });

  test("of two processes that reach for it in the same moment goes to one", async () => {
    const taken = await Promise.all(Array.from({ length: 8 }, (_, at) => holder(`process-${at}`).take(4, 4)));
    const shards = taken.flat().map(({ shard }) => shard);
    expect(shards.sort()).toEqual([0, 1, 2, 3]);
  });

  test("that was lost keeps its holder from writing, however late he wakes up", async () => {
    const [lease] = await holder("sleeper").take(1, 1);
    if (lease === undefined) throw new Error("no lease");
    const book = bookWith(lease);
    expect(await book.write(output, null)).toBe(true);
    await db.query("delete from dma_night");
    await db.query("update analytics_lease set expires_at = clock_timestamp()");
    await holder("heir").take(1, 1);
    const snapshot = snapshotOf(5, [1]);
    await expect(book.write(output, snapshot)).rejects.toThrow(LeaseLostError);
    await expect(book.saveSnapshot(snapshot)).rejects.toThrow(LeaseLostError);
    expect((await db.query("select 1 from dma_night")).rows).toEqual([]);
    expect((await db.query("select 1 from analytics_snapshot")).rows).toEqual([]);
    expect((await db.query("select 1 from analytics_snapshot_piece")).rows).toEqual([]);
  });

  test("cannot be taken between the look at it and the commit of a write", async () => {
    const [lease] = await holder("writer").take(1, 1);
    if (lease === undefined) throw new Error("no lease");
    await db.query("update analytics_lease set expires_at = clock_timestamp()");
    const order: string[] = [];
    let heir: Promise<unknown> | undefined;
    await db.transaction(async (tx) => {
      await tx.query("select 1 from analytics_lease where shard = 0 and epoch = 1 for share");
      heir = holder("heir")
        .take(1, 1)
        .then(() => order.push("taken"));
      await tx.query("select pg_sleep(0.2)");
      order.push("written");
    });
    await heir;
    expect(order).toEqual(["written", "taken"]);
  });
});

describe("several processes", () => {
  test("share the shards evenly, find together what one finds, and the living take over from a dead one", async () => {
    fillFeed();
    const alone = await start(1);
    await alone.idle();
    await alone.close();
    const whole = await anomalies();
    expect(whole.length).toBeGreaterThanOrEqual(METERS);
    await db.query("delete from anomaly");
    await resplit(db, 4);

    // A process that was killed: it has two shards, says no more, and its time runs out.
    const dead = holder("dead");
    await dead.beat();
    expect(await dead.take(4, 2)).toHaveLength(2);
    const living = [await start(4), await start(4)];
    const shards = () => living.map((one) => one.stats().shards.length);
    await vi.waitFor(() => expect(shards()).toEqual([2, 2]), PATIENCE_MS);
    // On a busy machine a shard may change hands on the way; what is found in the end is the same.
    await vi.waitFor(async () => expect(await anomalies()).toEqual(whole), PATIENCE_MS);
    for (const one of living) await one.idle();
    expect(await anomalies()).toEqual(whole);
    expect(feed.savedCursor).toBeGreaterThan(0);

    await living[0]?.close();
    await vi.waitFor(() => expect(living[1]?.stats().shards).toHaveLength(4), PATIENCE_MS);
    await living[1]?.close();
    expect(await anomalies()).toEqual(whole);
  });
});

describe("a shard", () => {
  test("that moves to another process half way goes on from its pieces, and finds what one that stays finds", async () => {
    fillFeed();
    const staying = await start(1);
    await staying.idle();
    await staying.close();
    const whole = await anomalies();
    await db.query("delete from anomaly");
    await resplit(db, 1);

    feed = new FakeFeed();
    fillFeed(feedPages().slice(0, 12));
    const first = await start(1);
    await first.idle();
    await first.close();
    expect((await loadSnapshot(db, 0))?.cursor).toBe(12);
    expect((await db.query("select 1 from analytics_snapshot_piece")).rows.length).toBeGreaterThan(1);
    fillFeed(feedPages().slice(12));
    const second = await start(1);
    await second.idle();
    await second.close();
    expect(second.stats().readings).toBeLessThan(staying.stats().readings);
    expect(await anomalies()).toEqual(whole);
  });
});

describe("the number of shards", () => {
  const snapshots = async () =>
    (await db.query("select shard, cursor from analytics_snapshot order by shard")).rows as object[];

  test("grows from one to several with what the one has learnt", async () => {
    const [lease] = await holder("one").take(1, 1);
    if (lease === undefined) throw new Error("no lease");
    await bookWith(lease).saveSnapshot(snapshotOf(17, [1, 2], [3]));
    await expect(settleShards(db, 3)).rejects.toThrow(ShardPlanError);
    await holder("one").release(lease);
    await settleShards(db, 3);
    expect(await snapshots()).toEqual([0, 1, 2].map((shard) => ({ shard, cursor: 17 })));
    for (const shard of [0, 1, 2]) {
      const pieces = await Array.fromAsync((await loadSnapshot(db, shard))?.pieces() ?? []);
      expect(pieces.map((bytes) => [...bytes])).toEqual([[1, 2], [3]]);
    }
    await settleShards(db, 3);
  });

  test("changes otherwise only when it is asked for, and then what was learnt is learnt again", async () => {
    await settleShards(db, 4);
    await expect(settleShards(db, 2)).rejects.toThrow(/state is for 4 shards/);
    await resplit(db, 2);
    await settleShards(db, 2);
    expect(await snapshots()).toEqual([]);
  });
});
