import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";
import { DuckDBInstance } from "@duckdb/node-api";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import type { ReadingStore } from "../../ports.ts";
import { batchOf, commitOf, registerRow, SAMPLE_START_MS } from "../../testing/reading-samples.ts";
import { type DuckDbStoreOptions, openDuckDbStore } from "./duckdb-store.ts";

const logger = pino({ level: "silent" });
const REGISTER = "M-1.forward_total";

async function storePath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "nightflow-store-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "readings.duckdb");
}

async function openFor(path: string, more: Partial<DuckDbStoreOptions> = {}): Promise<ReadingStore> {
  const store = await openDuckDbStore({ path, logger, ...more });
  onTestFinished(() => store.close());
  return store;
}

test("a file of a newer program is refused, naming both formats and what to do", async () => {
  const path = await storePath();
  await (await openDuckDbStore({ path, logger })).close();
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run("INSERT INTO store_migration VALUES (99, 'of the future', 0)");
  connection.closeSync();
  instance.closeSync();
  await expect(openDuckDbStore({ path, logger })).rejects.toMatchObject({
    code: "STORE_TOO_NEW",
    message: expect.stringMatching(/format 99.*up to \d/),
    remedy: expect.stringContaining("newer program"),
  });
});

test("a file that is not a store is refused as damaged and left as it is", async () => {
  const path = await storePath();
  await writeFile(path, "meter,read_at\n".repeat(1000));
  await expect(openDuckDbStore({ path, logger })).rejects.toMatchObject({ code: "STORE_CORRUPT", retriable: false });
  expect((await stat(path)).size).toBe(14_000);
});

test("a second opening in the same thread, another thread or another process is refused until the first closes", async () => {
  const path = await storePath();
  const first = await openDuckDbStore({ path, logger });
  await expect(openDuckDbStore({ path, logger })).rejects.toMatchObject({ code: "STORE_BUSY" });
  expect(await codeFromThread(path)).toBe("STORE_BUSY");
  // Closing this handle frees DuckDB's own lock, which belongs to the process and not to a handle.
  await readFile(path);
  expect(await codeFromProcess(path)).toBe("STORE_BUSY");
  await first.close();
  await (await openDuckDbStore({ path, logger })).close();
});

function codeFromThread(path: string): Promise<string> {
  const worker = new Worker(new URL("../../testing/try-open.ts", import.meta.url), { workerData: path });
  return once(worker, "message").then(([code]) => String(code));
}

async function codeFromProcess(path: string): Promise<string> {
  const program = new URL("../../testing/try-open.ts", import.meta.url);
  const child = spawn(process.execPath, [program.pathname, path], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  for await (const part of child.stdout) printed += part;
  return printed;
}

test("every commit that was confirmed is there after kill -9, with its mark, and none twice", async () => {
  const path = await storePath();
  let confirmed = 0;
  for (const killAfter of [30, 75, 140]) confirmed = await commitsUntilKilled(path, confirmed + killAfter);
  const store = await openFor(path);
  const { lastCommit, stored, repeats } = await store.counts();
  expect(lastCommit).toBeGreaterThanOrEqual(confirmed);
  expect(lastCommit).toBeLessThanOrEqual(confirmed + 1);
  expect(await store.marks()).toEqual([{ ...batchOf(lastCommit), above: [] }]);
  const page = await store.changesSince(0, Number.MAX_SAFE_INTEGER);
  const expected = Array.from({ length: lastCommit }, (_, i) => new Array(((i + 1) % 50) + 1).fill(BigInt(i + 1)));
  expect([...page.readings.counts]).toEqual(expected.flat());
  expect([stored, repeats]).toEqual([expected.flat().length, 0]);
});

async function commitsUntilKilled(path: string, killAt: number): Promise<number> {
  const program = new URL("../../testing/commit-until-killed.ts", import.meta.url);
  const child: ChildProcess = spawn(process.execPath, [program.pathname, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  let last = 0;
  if (child.stdout === null) throw new Error("the child has no output");
  for await (const line of createInterface(child.stdout)) {
    last = Number(line);
    if (last === killAt) child.kill("SIGKILL");
  }
  await ended;
  return last;
}

test("a log that grows over its bound is folded into the file while commits go on", async () => {
  const path = await storePath();
  const store = await openFor(path, { checkpoint: { maxLogBytes: 100_000, idleMs: 60_000 } });
  const commits = Array.from({ length: 40 }, (_, c) =>
    commitOf(Array.from({ length: 500 }, (_, i) => registerRow(REGISTER, SAMPLE_START_MS + c * 500 + i, BigInt(i)))),
  );
  for (const commit of commits) await store.commit(commit);
  await expect.poll(() => logBytes(path), { timeout: 60_000 }).toBeLessThan(150_000);
  expect((await store.curve(REGISTER, 0, Number.MAX_SAFE_INTEGER)).length).toBe(20_000);
});

function logBytes(path: string): Promise<number> {
  return stat(`${path}.wal`).then(
    (log) => log.size,
    () => 0,
  );
}

test("a closed file can be copied and the copy opened with all its readings", async () => {
  const path = await storePath();
  const store = await openDuckDbStore({ path, logger });
  await store.commit(commitOf([registerRow(REGISTER, SAMPLE_START_MS, 1n)]));
  await store.close();
  await copyFile(path, `${path}.copy`);
  const copy = await openFor(`${path}.copy`);
  expect(await copy.counts()).toMatchObject({ stored: 1, lastCommit: 1 });
});

test.runIf(process.platform === "linux")(
  "a disk without room refuses commits for now, loses nothing, and the store goes on once there is room",
  async () => {
    const path = await storePath();
    const store = await openFor(path);
    const made: number[] = [];
    const commitNext = async (seq: number) => {
      const rows = Array.from({ length: 2000 }, (_, i) => registerRow(`M-${i}`, SAMPLE_START_MS + seq, BigInt(seq)));
      made.push(await store.commit(commitOf(rows, { batches: [batchOf(seq)] })));
    };
    limitFileSize(`${1_000_000}`);
    let seq = 1;
    const refusal = await (async () => {
      for (; ; seq++) await commitNext(seq);
    })().catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "STORE_UNAVAILABLE", retriable: true });
    limitFileSize("unlimited");
    for (const end = seq + 10; seq < end; seq++) await commitNext(seq);
    expect(made).toEqual(Array.from({ length: seq - 1 }, (_, i) => i + 1));
    expect(await store.marks()).toMatchObject([{ seq: seq - 1, above: [] }]);
    expect((await store.changesSince(0, Number.MAX_SAFE_INTEGER)).readings.length).toBe((seq - 1) * 2000);
  },
);

test.runIf(process.platform === "linux")(
  "after a disk without room the store can be read again, and tells its marks as they are on the disk, before anything is stored",
  async () => {
    const store = await openFor(await storePath());
    const rowsOf = (seq: number) =>
      Array.from({ length: 2000 }, (_, i) => registerRow(`M-${i}`, SAMPLE_START_MS + seq, BigInt(seq)));
    limitFileSize("1000000");
    let seq = 1;
    await (async () => {
      for (; ; seq++) await store.commit(commitOf(rowsOf(seq), { batches: [batchOf(seq)] }));
    })().catch(() => undefined);
    const key = { channel: "M-1", readAtMs: SAMPLE_START_MS + 1 };
    await store.valuesAt([key]).catch(() => undefined);
    limitFileSize("unlimited");
    expect(await store.marks()).toMatchObject([{ seq: seq - 1, above: [] }]);
    expect(await store.valuesAt([key])).toMatchObject([{ counts: 1n }]);
    expect((await store.curve("M-1", 0, Number.MAX_SAFE_INTEGER)).length).toBe(seq - 1);
  },
);

// The size that files of this very process may have stands for a disk that is full.
function limitFileSize(bytes: string): void {
  execFileSync("prlimit", ["--pid", String(process.pid), `--fsize=${bytes}:unlimited`]);
  if (bytes !== "unlimited") onTestFinished(() => limitFileSize("unlimited"));
}
