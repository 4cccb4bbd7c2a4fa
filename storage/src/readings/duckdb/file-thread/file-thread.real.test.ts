import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { batchOf, commitOf, registerRow, SAMPLE_START_MS } from "../../../testing/reading-samples.ts";
import { type DuckDbReadingStore, openDuckDbStore } from "../duckdb-store.ts";

const CHANNEL = "M-1.forward_total";

let folder = "";
let path = "";
let lines: { msg: string; level: number }[] = [];
const opened: DuckDbReadingStore[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nightflow-file-thread-"));
  path = join(folder, "readings.duckdb");
  lines = [];
});

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const logger = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) });

async function open(): Promise<DuckDbReadingStore> {
  const store = await openDuckDbStore({ path, logger, thread: { anchor: null } });
  opened.push(store);
  return store;
}

const commitNo = (seq: number) =>
  commitOf([registerRow(CHANNEL, SAMPLE_START_MS + seq * 1000, BigInt(seq))], { batches: [batchOf(seq)] });

test("a store whose file has a thread of its own logs under the program's own logger and leaves no journal when closed", async () => {
  const store = await open();
  await store.commit(commitNo(1));
  await store.close();
  expect(lines.map(({ msg }) => msg)).toContain("store file open");
  expect(readdirSync(folder)).toEqual(["readings.duckdb"]);
});

test("a second one on the same file is refused with its code and remedy, and ends its thread", async () => {
  await open();
  const refusal = openDuckDbStore({ path, logger, thread: { anchor: null } });
  await expect(refusal).rejects.toMatchObject({ code: "STORE_BUSY", remedy: expect.stringContaining("dataDir") });
});

test("a held file can be copied by another process while commits go on, and holds what it held", async () => {
  const store = await open();
  for (let seq = 1; seq <= 3; seq++) await store.commit(commitNo(seq));
  const copy = join(folder, "copy.duckdb");
  const lastCommit = await store.whileHeld(async (held) => {
    const still = await held.still();
    await store.commit(commitNo(4));
    execFileSync("cp", ["--", still.path, copy]);
    expect(await still.isUntouched()).toBe(true);
    return still.lastCommit;
  });
  expect(lastCommit).toBe(3);
  await store.close();
  const copied = await openDuckDbStore({ path: copy, logger });
  opened.push(copied);
  expect(await copied.counts()).toMatchObject({ lastCommit: 3 });
});

test("while the file works for long, commits are as quick as ever", async () => {
  const store = await open();
  const rows = Array.from({ length: 150_000 }, (_, i) =>
    registerRow(`M-${i % 3000}`, SAMPLE_START_MS + Math.floor(i / 3000) * 1000, BigInt(i)),
  );
  await store.commit(commitOf(rows, { batches: [batchOf(1)] }));
  const work = store.refreshRollUps();
  let isDone = false;
  void work.finally(() => {
    isDone = true;
  });
  let commits = 0;
  for (let seq = 2; !isDone; seq++) {
    await store.commit(commitNo(seq));
    commits++;
  }
  // Each waited for its own journal record alone: many fit into the one piece of work.
  expect(commits).toBeGreaterThan(3);
});
