import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { silentLogger as logger } from "../../../testing/postgres.ts";
import { batchOf, commitOf, missingRow, registerRow, SAMPLE_START_MS } from "../../../testing/reading-samples.ts";
import { emptyColumns, rowsOf } from "../../reading-columns.ts";
import { type DuckDbReadingStore, openDuckDbStore } from "../duckdb-store.ts";
import { CommitJournal, folderOf } from "./commit-journal.ts";

const CHANNEL = "M-1.forward_total";
const ALWAYS = [0, Number.MAX_SAFE_INTEGER] as const;

let folder = "";
let path = "";
const opened: DuckDbReadingStore[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nightflow-journaled-"));
  path = join(folder, "readings.duckdb");
});

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(at = path): Promise<DuckDbReadingStore> {
  const store = await openDuckDbStore({ path: at, logger });
  opened.push(store);
  return store;
}

function commitNo(seq: number) {
  const row = registerRow(CHANNEL, SAMPLE_START_MS + seq * 1000, BigInt(seq));
  return commitOf([row], { batches: [batchOf(seq)] });
}

/** What a kill would leave on the disk now. */
function asKilled(name: string): string {
  const copy = join(folder, name);
  // By another program: closing a handle of the open file in this one would free DuckDB's lock.
  execFileSync("cp", ["-r", "--", path, copy]);
  cpSync(folderOf(path), folderOf(copy), { recursive: true });
  return copy;
}

test("what is durable and not yet in the file is seen by every query", async () => {
  const store = await open();
  for (let seq = 1; seq <= 3; seq++) await store.commit(commitNo(seq));
  expect(statSync(path).size).toBeLessThan(1_000_000);
  expect((await store.curve(CHANNEL, ...ALWAYS)).counts).toEqual(BigInt64Array.of(1n, 2n, 3n));
  expect(rowsOf((await store.changesSince(1, 100)).readings).map(({ counts }) => counts)).toEqual([2n, 3n]);
  expect(await store.valuesAt([{ channel: CHANNEL, readAtMs: SAMPLE_START_MS + 2000 }])).toMatchObject([
    { counts: 2n },
  ]);
  expect(
    (await store.hourly({ channels: "all", fromMs: SAMPLE_START_MS, toMs: SAMPLE_START_MS + 1 })).readings,
  ).toEqual(Uint32Array.of(3));
});

test("a late value fills a gap and a second value is a conflict, whether the first is in the file or not", async () => {
  const store = await open();
  const gap = missingRow(CHANNEL, SAMPLE_START_MS);
  await store.commit(commitOf([gap, registerRow(CHANNEL, SAMPLE_START_MS + 1, 5n)]));
  await store.commit(
    commitOf([registerRow(CHANNEL, SAMPLE_START_MS, 4n), registerRow(CHANNEL, SAMPLE_START_MS + 1, 6n)]),
  );
  expect(await store.counts()).toMatchObject({ stored: 3, conflicts: 1 });
  expect((await store.curve(CHANNEL, ...ALWAYS)).counts).toEqual(BigInt64Array.of(4n, 5n));
  await store.refreshRollUps();
  await store.commit(
    commitOf([registerRow(CHANNEL, SAMPLE_START_MS, 4n), registerRow(CHANNEL, SAMPLE_START_MS + 1, 7n)]),
  );
  expect(await store.counts()).toMatchObject({ stored: 3, conflicts: 2, repeats: 1 });
});

test("a kill at any commit leaves every commit before it, its set-aside entries and its place in the feed", async () => {
  const store = await open();
  for (let seq = 1; seq <= 40; seq++) {
    const { batches, readings } = commitNo(seq);
    const setAside = [{ ...NOTE, seq, raw: `entry ${seq}` }];
    await store.commit({ ...commitNo(seq), batches, readings, setAside });
    if (seq === 20) await store.refreshRollUps();
    if (seq % 10 !== 0) continue;
    const left = await open(asKilled(`killed-${seq}.duckdb`));
    expect(await left.counts()).toMatchObject({ stored: seq, deadLetters: seq, lastCommit: seq });
    expect(await left.marks()).toMatchObject([{ seq, above: [] }]);
    expect((await left.setAside("dead_letter", 100)).map(({ raw }) => raw)).toHaveLength(seq);
    expect(await left.commit(commitNo(seq + 1))).toBe(seq + 1);
    await left.close();
    expect(readdirSync(folder)).not.toContain(`killed-${seq}.duckdb.journal`);
  }
});

test.runIf(process.platform === "linux")(
  "with a file that cannot grow commits go on in the journal, and the file catches up when it can",
  async () => {
    const store = await open();
    await store.commit(commitNo(1));
    await store.refreshRollUps();
    limitFileSize("100000");
    for (let seq = 2; seq <= 20; seq++) await store.commit(commitNo(seq));
    await store.refreshRollUps().catch(() => undefined);
    expect(await store.marks()).toMatchObject([{ seq: 20 }]);
    expect((await store.changesSince(0, 100)).readings.length).toBe(20);
    limitFileSize("unlimited");
    expect((await store.setAside("conflict", 10)).length).toBe(0);
    expect(await store.metrics()).toMatchObject({ pending_commits: 0, stored_readings: 20 });
  },
);

test("with the file's own log damaged the journal gives back what was in it", async () => {
  const store = await open();
  for (let seq = 1; seq <= 5; seq++) await store.commit(commitNo(seq));
  await store.refreshRollUps();
  const killed = asKilled("killed.duckdb");
  writeFileSync(`${killed}.wal`, Buffer.alloc(5000, 37));
  const left = await open(killed);
  expect(await left.counts()).toMatchObject({ stored: 5, lastCommit: 5 });
  expect((await left.curve(CHANNEL, ...ALWAYS)).counts).toEqual(BigInt64Array.of(1n, 2n, 3n, 4n, 5n));
});

test("a commit that the file refuses for what is in it is set aside whole, and those around it are stored", async () => {
  const store = await open();
  await store.commit(commitNo(1));
  const { readings, batches } = commitNo(2);
  // A fault of the program: no entry has this number.
  const settled = [{ id: Number.NaN, outcome: "stored", decision: "d" } as never];
  await store.commit({ ...commitNo(2), readings, batches, settled });
  await store.commit(commitNo(3));
  expect(
    (await store.hourly({ channels: "all", fromMs: SAMPLE_START_MS, toMs: SAMPLE_START_MS + 1 })).readings,
  ).toEqual(Uint32Array.of(2));
  expect(await store.marks()).toMatchObject([{ seq: 3, above: [] }]);
  expect(await store.metrics()).toMatchObject({ pending_commits: 0, unwritable_commits: 1 });
  expect(readdirSync(folder)).toContain("readings.duckdb.unwritable-2");
});

test("an older copy of the file beside today's journal catches up from it", async () => {
  const store = await open();
  await store.commit(commitNo(1));
  await store.refreshRollUps();
  const old = asKilled("old.duckdb");
  for (let seq = 2; seq <= 4; seq++) await store.commit(commitNo(seq));
  await store.refreshRollUps();
  const now = asKilled("now.duckdb");
  execFileSync("cp", ["--", old, now]);
  expect(await (await open(now)).counts()).toMatchObject({ stored: 4, lastCommit: 4 });
});

test("a journal that does not join on to the file is refused, with a way out, and nothing is changed", async () => {
  await (await open()).close();
  const { journal } = await CommitJournal.open({ storePath: path, slotBytes: 4096, inFile: 0, keptBytes: 0, logger });
  const { channels: _, ...readings } = emptyColumns();
  await journal.append({ no: 7, receivedAtMs: 0, batches: [], setAside: [], repeats: 0, fresh: [], readings });
  await journal.close(false);
  const refusal = openDuckDbStore({ path, logger });
  await expect(refusal).rejects.toMatchObject({
    code: "STORE_CORRUPT",
    message: expect.stringContaining("commit 7"),
    remedy: expect.stringContaining("aside"),
  });
  renameSync(folderOf(path), `${folderOf(path)}.aside`);
  expect(await (await open()).counts()).toMatchObject({ lastCommit: 0 });
});

const NOTE = {
  list: "dead_letter",
  agent: "s/a",
  epoch: null,
  origin: "live",
  channel: null,
  readAtMs: null,
  reasonCode: "NOT_JSON",
  reason: "no JSON",
} as const;

// The size that files of this very process may have stands for a disk that is full.
function limitFileSize(bytes: string): void {
  execFileSync("prlimit", ["--pid", String(process.pid), `--fsize=${bytes}:unlimited`]);
  if (bytes !== "unlimited") onTestFinished(() => limitFileSize("unlimited"));
}
