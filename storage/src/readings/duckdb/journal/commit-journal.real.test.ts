import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CommitJournal, folderOf, type JournalPage } from "./commit-journal.ts";
import type { JournalEntry } from "./journal-record.ts";

const SLOT_BYTES = 4096;
const logger = pino({ level: "silent" });

let folder = "";
let storePath = "";
const opened: CommitJournal[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nightflow-journal-"));
  storePath = join(folder, "readings.duckdb");
});

afterEach(async () => {
  for (const journal of opened.splice(0)) await journal.close(false);
  rmSync(folder, { recursive: true, force: true });
});

async function open(inFile = 0) {
  const found = await CommitJournal.open({
    storePath,
    slotBytes: SLOT_BYTES,
    inFile,
    keptBytes: 8 * SLOT_BYTES,
    logger,
  });
  opened.push(found.journal);
  return found;
}

/** The numbers that another process finds after this one was killed. */
async function numbersFound(): Promise<number[]> {
  return (await open()).entries.map(({ no }) => no);
}

function entry(no: number, rows = 10): JournalEntry {
  return {
    no,
    receivedAtMs: no,
    batches: [{ agent: "s/a", epoch: "e", seq: no }],
    setAside: [],
    repeats: 0,
    fresh: [],
    readings: {
      length: rows,
      channelNos: new Int32Array(rows),
      readAtMs: new Float64Array(rows).fill(no),
      counts: new BigInt64Array(rows).fill(BigInt(no)),
      gauges: new Float64Array(rows).fill(Number.NaN),
      isRegister: new Uint8Array(rows).fill(1),
      qualities: new Uint8Array(rows),
      flags: new Uint32Array(rows),
      origins: new Uint8Array(rows),
    },
  };
}

async function appendAll(journal: CommitJournal, from: number, to: number): Promise<void> {
  for (let no = from; no <= to; no++) await journal.append(entry(no));
}

const slots = () => readdirSync(folderOf(storePath)).sort();

test("what was appended is found again after a kill, in order, over as many slots as it takes", async () => {
  const { journal } = await open();
  await appendAll(journal, 1, 60);
  expect(slots().length).toBeGreaterThan(3);
  expect(await numbersFound()).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
});

test("slots whose commits are in the store file are used again, and what they held is not taken for new", async () => {
  const { journal } = await open();
  for (let no = 1; no <= 300; no++) {
    await journal.append(entry(no));
    await journal.forget(no - 1);
  }
  expect(slots().length).toBeLessThanOrEqual(4);
  const found = await numbersFound();
  expect(found.at(-1)).toBe(300);
  expect(new Set(found).size).toBe(found.length);
});

test("a record that a power cut left half written is not there, and those before it are", async () => {
  const { journal } = await open();
  await appendAll(journal, 1, 3);
  const [slot = ""] = slots();
  const path = join(folderOf(storePath), slot);
  const bytes = await readFile(path);
  const third = bytes.lastIndexOf(Buffer.from("NFJ1"));
  bytes.fill(0, third + 100, third + 300);
  writeFileSync(path, bytes);
  expect(await numbersFound()).toEqual([1, 2]);
});

test("a commit larger than a slot has one to itself", async () => {
  const { journal } = await open();
  await journal.append(entry(1));
  await journal.append(entry(2, 2000));
  await journal.append(entry(3));
  expect(await numbersFound()).toEqual([1, 2, 3]);
});

test("after a failed write the next commit takes its place", async () => {
  const { journal } = await open();
  await journal.append(entry(1));
  // Its columns cannot be encoded, as a disk cannot be written.
  const broken = { ...entry(2), readings: { ...entry(2).readings, readAtMs: null } } as unknown as JournalEntry;
  await expect(journal.append(broken)).rejects.toThrow();
  await journal.append({ ...entry(2), receivedAtMs: 99 });
  const { entries } = await open();
  expect(entries.map(({ no, receivedAtMs }) => [no, receivedAtMs])).toEqual([
    [1, 1],
    [2, 99],
  ]);
});

test("a slot that was cut short holds what lies before the cut", async () => {
  const { journal } = await open();
  await appendAll(journal, 1, 3);
  truncateSync(join(folderOf(storePath), slots()[0] ?? ""), 700);
  expect((await numbersFound())[0]).toBe(1);
});

const shown = (page: JournalPage | undefined) => page?.readings.map(({ counts }) => Number(counts[0]));

test("readers of the feed who are behind are served from the journal when the store file has taken the commits", async () => {
  const { journal } = await open();
  await appendAll(journal, 1, 60);
  await journal.forget(60, 20);
  const seen: number[] = [];
  for (let cursor = 30; cursor < 60; ) {
    const page = await journal.page(cursor, 30);
    cursor = page?.cursor ?? Number.POSITIVE_INFINITY;
    seen.push(...(shown(page) ?? []));
  }
  expect(seen).toEqual(Array.from({ length: 30 }, (_, i) => i + 31));
  expect(await journal.page(60, 10)).toBeUndefined();
});

test("what every reader has passed is not kept, and no more than there is room for", async () => {
  const { journal } = await open();
  await appendAll(journal, 1, 300);
  await journal.forget(300, 0);
  expect(journal.bytes).toBeLessThan(20 * SLOT_BYTES);
  expect(await journal.page(0, 10)).toBeUndefined();
  expect(shown(await journal.page(250, 1))).toEqual([251]);
  await journal.forget(300, 300);
  expect(await journal.page(250, 1)).toBeUndefined();
});

test("after a kill commits that the store file lacks stay where they are until it has them, whatever comes", async () => {
  const { journal } = await open();
  await appendAll(journal, 1, 40);
  const again = await open(20);
  expect(again.entries.map(({ no }) => no)).toEqual(Array.from({ length: 20 }, (_, i) => i + 21));
  await appendAll(again.journal, 41, 60);
  expect((await open(20)).entries).toHaveLength(40);
  expect(shown(await again.journal.page(20, 1))).toEqual([21]);
});

test("an orderly end leaves no journal behind", async () => {
  const { journal } = await open();
  await appendAll(journal, 1, 3);
  await journal.close(true);
  expect(readdirSync(folder)).toEqual([]);
});

test("a journal that agents wait for has its first slot before the first commit", async () => {
  const sizes = { slotBytes: SLOT_BYTES, keptBytes: 0, inFile: 0 };
  const { journal } = await CommitJournal.open({ storePath, ...sizes, laysOutFirst: true, logger });
  await journal.close(false);
  expect(readdirSync(folderOf(storePath))).toEqual(["001.slot"]);
});
