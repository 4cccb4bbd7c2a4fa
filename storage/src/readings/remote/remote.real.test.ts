import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MessageChannel, Worker } from "node:worker_threads";
import { StoreUnavailableError } from "@nightflow/domain";
import { expect, onTestFinished, test } from "vitest";
import type { ReadingStore } from "../../ports.ts";
import { commitOf, registerRow, SAMPLE_START_MS } from "../../testing/reading-samples.ts";
import { describeReadingStore } from "../../testing/reading-store-contract.ts";
import { ReadingShapeError } from "../errors.ts";
import { connectReadingStore } from "./connect.ts";

interface Owned {
  readonly store: ReadingStore;
  readonly owner: Worker;
}

function startOwner(path: string): Owned {
  const { port1, port2 } = new MessageChannel();
  const program = new URL("../../testing/store-owner-thread.ts", import.meta.url);
  const owner = new Worker(program, { workerData: { path, port: port2 }, transferList: [port2] });
  return { store: connectReadingStore(port1), owner };
}

async function storePath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "nightflow-store-"));
  return join(folder, "readings.duckdb");
}

/** The store of an owner thread whose `close` ends the thread too. */
function openInThread(path: string): ReadingStore {
  const { store, owner } = startOwner(path);
  const close = store.close.bind(store);
  let stopping: Promise<unknown> | undefined;
  store.close = async () => {
    stopping ??= once(owner, "exit");
    owner.postMessage("stop");
    await stopping;
    await close();
  };
  return store;
}

describeReadingStore("DuckDB, its owner in one thread and its file in another,", async () => {
  const path = await storePath();
  return { open: async () => openInThread(path), remove: () => rm(join(path, ".."), { recursive: true }) };
});

async function ownedStore(): Promise<Owned> {
  const path = await storePath();
  const owned = startOwner(path);
  onTestFinished(async () => {
    const ended = once(owned.owner, "exit");
    owned.owner.postMessage("stop");
    await ended;
    await rm(join(path, ".."), { recursive: true });
  });
  return owned;
}

test("an error of the owner's thread arrives with its class, code and whether to retry", async () => {
  const { store } = await ownedStore();
  const refusal = await store.commit(commitOf([registerRow("M-1", Number.NaN, 1n)])).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ReadingShapeError);
  expect(refusal).toMatchObject({ code: "READING_SHAPE", retriable: false });
});

test("columns come without a copy and stay whole when asked for twice", async () => {
  const { store } = await ownedStore();
  await store.commit(commitOf([registerRow("M-1", SAMPLE_START_MS, 2n ** 60n)]));
  for (let ask = 0; ask < 2; ask++) {
    const page = await store.changesSince(0, 10);
    expect(page.readings.counts).toEqual(BigInt64Array.of(2n ** 60n));
    expect((await store.curve("M-1", 0, Number.MAX_SAFE_INTEGER)).counts).toEqual(BigInt64Array.of(2n ** 60n));
  }
});

test("when the owner's thread is gone, waiting and later calls fail as retriable", async () => {
  const { port1, port2 } = new MessageChannel();
  const store = connectReadingStore(port1);
  const waiting = store.commit(commitOf([registerRow("M-1", SAMPLE_START_MS, 1n)]));
  port2.close();
  await expect(waiting).rejects.toBeInstanceOf(StoreUnavailableError);
  await expect(store.counts()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", retriable: true });
});
