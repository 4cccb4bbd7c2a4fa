import { ManualClock } from "@nightflow/domain";
import type { Database, Sql } from "@nightflow/storage";
import { silentLogger, testDatabase } from "@nightflow/storage/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { AnalyticsConfig } from "../config.ts";
import { Engine } from "../engine.ts";
import { FakeFeed } from "../testing/fake-store.ts";
import { columnsOf, homeLitres, hourlyRows, meterOf, START_MS } from "../testing/series.ts";
import { startAnalytics } from "./runner.ts";
import { loadSnapshot, pointTo, putPieces, type Snapshot } from "./snapshot-store.ts";

const postgres = testDatabase();
let db: Database;

beforeEach(async () => {
  db = (await postgres.fresh()).database;
});

const inTransaction = (work: (tx: Sql) => Promise<void>) => db.transaction(work);
const snapshotOf = (cursor: number, pieces: () => Iterable<Uint8Array>): Snapshot => ({ cursor, pieces });
const bytesOf = (...values: number[]) => Uint8Array.from(values);

async function save(cursor: number, ...pieces: readonly Uint8Array[]): Promise<void> {
  const put = await putPieces(
    inTransaction,
    0,
    snapshotOf(cursor, () => pieces),
  );
  await db.transaction((tx) => pointTo(tx, put));
}

async function saved() {
  const snapshot = await loadSnapshot(db, 0);
  const pieces = await Array.fromAsync(snapshot?.pieces() ?? []);
  return { cursor: snapshot?.cursor, pieces: pieces.map((bytes) => [...bytes]) };
}

const pieceRows = async () => (await db.query("select 1 from analytics_snapshot_piece")).rows.length;

describe("a snapshot in pieces", () => {
  test("that was cut short between two pieces leaves the one before, and its rest goes with the next", async () => {
    await save(7, bytesOf(1), bytesOf(2, 3));
    const cutShort = function* () {
      yield bytesOf(9);
      throw new Error("the process ends");
    };
    await expect(putPieces(inTransaction, 0, snapshotOf(8, cutShort))).rejects.toThrow("the process ends");
    expect(await saved()).toEqual({ cursor: 7, pieces: [[1], [2, 3]] });
    expect(await pieceRows()).toBe(3);
    await save(9, bytesOf(4));
    expect(await saved()).toEqual({ cursor: 9, pieces: [[4]] });
    expect(await pieceRows()).toBe(1);
  });

  test("counts for nothing while all its pieces are there and the row does not yet point to them", async () => {
    await save(7, bytesOf(1));
    await putPieces(
      inTransaction,
      0,
      snapshotOf(8, () => [bytesOf(5)]),
    );
    expect(await saved()).toEqual({ cursor: 7, pieces: [[1]] });
  });

  test("is dropped only with the transaction that replaces it", async () => {
    await save(7, bytesOf(1));
    const put = await putPieces(
      inTransaction,
      0,
      snapshotOf(8, () => [bytesOf(5)]),
    );
    const failing = db.transaction(async (tx) => {
      await pointTo(tx, put);
      throw new Error("the finding cannot be written");
    });
    await expect(failing).rejects.toThrow("the finding");
    expect(await saved()).toEqual({ cursor: 7, pieces: [[1]] });
  });
});

describe("the runner", () => {
  const HOME = meterOf("home");
  const rows = hourlyRows(HOME.channel, 200, homeLitres);

  async function readingsAfterRestart(): Promise<number> {
    const feed = new FakeFeed();
    feed.append(rows.slice(0, 100));
    feed.append(rows.slice(100));
    const config = AnalyticsConfig.parse({ retryMs: 10, pollMs: 50 });
    const clock = new ManualClock(START_MS);
    const deps = { store: feed.store, db, clock, config, logger: silentLogger, loadRegistry: async () => [HOME] };
    const analytics = await startAnalytics(deps);
    await analytics.idle();
    await analytics.close();
    return analytics.stats().readings;
  }

  function fed(): Engine {
    const engine = new Engine([HOME]);
    engine.feed(columnsOf(rows.slice(0, 100)));
    return engine;
  }

  test("goes on from a snapshot that an earlier program kept in one row", async () => {
    const state = Buffer.from(fed().snapshot());
    await db.query("insert into analytics_snapshot (shard, cursor, state, taken_at) values (0, 1, $1, now())", [state]);
    expect(await readingsAfterRestart()).toBe(rows.length - 100);
    const { rows: kept } = await db.query(
      "select length(state) as bytes, taking is null as is_whole from analytics_snapshot",
    );
    expect(kept).toEqual([{ bytes: 0, is_whole: false }]);
  });

  test("reads the feed from its start when a piece is missing", async () => {
    await save(1, ...fed().snapshotPieces());
    await db.query("delete from analytics_snapshot_piece where no = 1");
    expect(await readingsAfterRestart()).toBe(rows.length);
  });
});
