import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agentTopics, ManualClock } from "@nightflow/domain";
import { openDuckDbStore, type ReadingStore } from "@nightflow/storage";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { IngestConfig } from "./config.ts";
import { type Ingest, startIngest } from "./ingest.ts";
import { batchOf, GATEWAY, HOUR_MS, NOON, pressureChannel, TestRegistry, waterChannel } from "./testing/test-bench.ts";

const METER = "M-1.forward_total";
const logger = pino({ level: "silent" });

let folder: string;
let store: ReadingStore;
let ingest: Ingest;
let acks: unknown[];

async function start(): Promise<void> {
  store = await openDuckDbStore({ path: join(folder, "readings.duckdb"), logger });
  const registry = new TestRegistry();
  for (const channel of [waterChannel(METER), pressureChannel("M-1.pressure")]) registry.known.set(channel.id, channel);
  acks = [];
  const publishAck = async (_: string, payload: string) => {
    acks.push(JSON.parse(payload));
  };
  const config = IngestConfig.parse({});
  ingest = await startIngest({ store, registry, publishAck, clock: new ManualClock(NOON), logger, config });
}

async function restart(): Promise<void> {
  await ingest.close();
  await store.close();
  await start();
}

function take(payload: string): Promise<string> {
  return ingest.take(agentTopics("town", "gw-1").readings, payload, GATEWAY);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nightflow-ingest-"));
  await start();
});

afterEach(async () => {
  await ingest.close();
  await store.close();
  await rm(folder, { recursive: true });
});

test("readings sent twice around a restart are in the file once, and each kind is in its place", async () => {
  const payloads = [
    batchOf(1, [
      [METER, NOON, 1000, 0],
      ["M-1.pressure", NOON, 312.5, 0],
      [METER, 0, 5, 0],
    ]),
    batchOf(2, [
      [METER, NOON, 1001, 0],
      ["M-9.forward_total", NOON, 5, 0],
      [METER, NOON, 1000, 0],
    ]),
  ];
  await Promise.all(payloads.map(take));
  await restart();
  await Promise.all(payloads.map(take));
  expect(await store.counts()).toMatchObject({ stored: 2, deadLetters: 1, quarantined: 1, conflicts: 1, repeats: 1 });
  expect(acks.at(-1)).toEqual({ v: 1, epoch: "e1", seq: 2, above: [] });
});

test("a register is judged by what was stored before a restart", async () => {
  await take(batchOf(1, [[METER, NOON, 1000, 0]]));
  await restart();
  await take(batchOf(2, [[METER, NOON + HOUR_MS, 999_999, 0]]));
  await take(batchOf(3, [[METER, NOON + 2 * HOUR_MS, 1100, 0]]));
  const curve = await store.curve(METER, NOON, NOON + 3 * HOUR_MS);
  expect([...curve.qualities]).toEqual([0, 1, 0]);
  expect([...curve.counts]).toEqual([1000n, 999_999n, 1100n]);
});

test("a value that fills a gap is what the curve shows, also when it comes after a restart", async () => {
  await take(batchOf(1, [[METER, NOON, null, 2, ["timeout"]]]));
  await restart();
  await take(batchOf(2, [[METER, NOON, 1000, 0]]));
  const curve = await store.curve(METER, NOON, NOON + 1);
  expect([...curve.counts.subarray(0, curve.length)]).toEqual([1000n]);
});

test("a thousand batches at once are stored in few commits, none twice", async () => {
  const payloads = Array.from({ length: 1000 }, (_, i) =>
    batchOf(
      i + 1,
      Array.from({ length: 50 }, (_, k) => [METER, NOON - (50_000 - i * 50 - k) * 60_000, i * 50 + k, 0]),
    ),
  );
  for (let at = 0; at < payloads.length; at += 64) await Promise.all(payloads.slice(at, at + 64).map(take));
  expect(await store.counts()).toMatchObject({ stored: 50_000, repeats: 0 });
  expect(ingest.stats().commits).toBeLessThan(100);
  expect(acks.at(-1)).toEqual({ v: 1, epoch: "e1", seq: 1000, above: [] });
});
