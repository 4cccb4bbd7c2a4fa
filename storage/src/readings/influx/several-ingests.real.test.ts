import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { CommitRequest, ReadingStore } from "../../ports.ts";
import { startFaultyInflux, type WriteFault } from "../../testing/faulty-influx.ts";
import { findInfluxd, startInfluxd, type TestInfluxd } from "../../testing/peers.ts";
import { silentLogger as logger, testDatabase } from "../../testing/postgres.ts";
import { batchOf, commitOf, registerRow, SAMPLE_START_MS } from "../../testing/reading-samples.ts";
import { type ReadingRow, rowsOf } from "../reading-columns.ts";
import { openInfluxStore } from "./influx-store.ts";

const T0 = SAMPLE_START_MS;
const CHANNELS = 8;
const INSTANTS = 40;

describe.runIf(findInfluxd() !== undefined)("several ingests on one InfluxDB that fails", () => {
  const postgres = testDatabase();

  async function startedInfluxd(): Promise<{ folder: string; server: TestInfluxd }> {
    const folder = await mkdtemp(join(tmpdir(), "nightflow-influx-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const server = await startInfluxd(folder);
    onTestFinished(() => server.kill());
    return { folder, server };
  }

  test.each([1, 2])(
    "whatever fails, every reading is fed once, in order, and the curve holds what was fed (seed %i)",
    async (seed) => {
      const { server } = await startedInfluxd();
      const { database: db } = await postgres.fresh();
      const random = dice(seed);
      const faults: WriteFault[] = ["reset", "lost answer", { status: 500, body: "timeout" }];
      const proxy = await startFaultyInflux(server.url, () =>
        random() < 0.35 ? (faults[Math.floor(random() * 3)] ?? "pass") : "pass",
      );
      onTestFinished(() => proxy.close());
      const { token, org, bucket } = server;
      const open = () => openInfluxStore({ url: proxy.url, token, org, bucket, db, logger });
      const stores = await Promise.all([open(), open(), open()]);
      onTestFinished(async () => {
        await Promise.all(stores.map((store) => store.close()));
        await db.close();
      });
      const batches = Array.from({ length: 24 }, (_, i) => randomBatch(i, random));
      await Promise.all(stores.map((store, s) => bringAll(store, shuffled(batches, dice(seed * 10 + s)))));
      await checkAll(stores[0], batches);
    },
    120_000,
  );

  test("an InfluxDB that is killed in the middle of writes, and comes back, has lost nothing and stored nothing twice", async () => {
    const { folder, server } = await startedInfluxd();
    const { database: db } = await postgres.fresh();
    const { url, token, org, bucket } = server;
    const stores = await Promise.all([1, 2].map(() => openInfluxStore({ url, token, org, bucket, db, logger })));
    onTestFinished(async () => {
      await Promise.all(stores.map((store) => store.close()));
      await db.close();
    });
    const random = dice(7);
    const batches = Array.from({ length: 60 }, (_, i) => randomBatch(i, random));
    const bringing = Promise.all(stores.map((store) => bringAll(store, batches)));
    let running = server;
    for (const commits of [10, 30]) {
      const lastCommit = async () => (await stores[0]?.counts())?.lastCommit;
      await expect.poll(lastCommit, { timeout: 60_000 }).toBeGreaterThan(commits);
      await running.kill();
      running = await startInfluxd(folder, Number(new URL(url).port));
      const { kill } = running;
      onTestFinished(() => kill());
    }
    await bringing;
    await checkAll(stores[0], batches);
  }, 120_000);
});

/** Brings every batch until it is stored, be it by another. */
async function bringAll(store: ReadingStore, batches: readonly CommitRequest[]): Promise<void> {
  for (const batch of batches) for (let isOpen = true; isOpen; ) isOpen = !(await isStored(store, batch));
}

async function isStored(store: ReadingStore, batch: CommitRequest): Promise<boolean> {
  try {
    await store.commit(batch);
    return true;
  } catch (error) {
    const { code, retriable } = error as { code?: string; retriable?: boolean };
    if (code === "BATCH_STORED") return true;
    if (retriable !== true) throw error;
    return false;
  }
}

/** A batch of some readings of which others hold some, too, now and then with another value. */
function randomBatch(i: number, random: () => number): CommitRequest {
  const rows = new Map<string, ReadingRow>();
  for (let n = 0; n < 30; n++) {
    const channel = `M-${Math.floor(random() * CHANNELS)}.forward_total`;
    const at = Math.floor(random() * INSTANTS);
    const counts = BigInt(at * 10 + (random() < 0.1 ? 1 : 0));
    rows.set(`${channel} ${at}`, registerRow(channel, T0 + at * 60_000, counts));
  }
  return commitOf([...rows.values()], { batches: [batchOf(i + 1)] });
}

async function checkAll(store: ReadingStore | undefined, batches: readonly CommitRequest[]): Promise<void> {
  if (store === undefined) throw new Error("there is no store");
  const fed = rowsOf((await store.changesSince(0, 1e9)).readings);
  const brought = new Set(batches.flatMap(({ readings }) => rowsOf(readings).map(nameOf)));
  expect(fed.length).toBe(new Set(fed.map(nameOf)).size);
  expect(new Set(fed.map(nameOf))).toEqual(brought);
  const counts = await store.counts();
  const taken = batches.reduce((sum, { readings }) => sum + readings.length, 0);
  expect(counts.stored + counts.repeats + counts.conflicts).toBe(taken);
  expect(counts).toMatchObject({ stored: fed.length, deadLetters: 0, lastCommit: batches.length });
  expect(await store.marks()).toMatchObject([{ seq: batches.length, above: [] }]);
  for (let no = 0; no < CHANNELS; no++) {
    const channel = `M-${no}.forward_total`;
    const curve = await store.curve(channel, T0, T0 + INSTANTS * 60_000);
    const expected = fed.filter((row) => row.channel === channel).toSorted((a, b) => a.readAtMs - b.readAtMs);
    expect([...curve.counts]).toEqual(expected.map((row) => row.counts));
  }
}

function nameOf({ channel, readAtMs }: ReadingRow): string {
  return `${channel} ${readAtMs}`;
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/** Numbers in [0, 1) from a seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
