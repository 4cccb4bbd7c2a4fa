import { pino } from "pino";
import { expect, test } from "vitest";
import type { StoreFilePort } from "../store-port.ts";
import type { CommitJournal } from "./commit-journal.ts";
import { FileBehind } from "./file-behind.ts";
import type { JournalEntry } from "./journal-record.ts";

const PIECE = 200_000;

/** A file whose transactions end when they are told to. */
function behindFile() {
  const transactions: { readonly commits: number; readonly end: () => void }[] = [];
  let begun = Promise.withResolvers<void>();
  const file = {
    onCheckpoint: () => undefined,
    apply: async (entries: readonly JournalEntry[]) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      transactions.push({ commits: entries.length, end: resolve });
      begun.resolve();
      begun = Promise.withResolvers();
      await promise;
    },
  } as unknown as StoreFilePort;
  const journal = { usedBytes: 0 } as CommitJournal;
  const parts = { storePath: "readings.duckdb", passedNo: () => 0, logger: pino({ level: "silent" }) };
  const behind = new FileBehind({ ...parts, file, journal });
  return { behind, transactions, begun: () => begun.promise };
}

function entryOf(no: number): JournalEntry {
  return { no, readings: { length: PIECE } } as JournalEntry;
}

test("who waits for room in front of the file goes on after one transaction, whatever else is pending", async () => {
  const { behind, transactions, begun } = behindFile();
  for (let no = 1; no <= 5; no++) behind.push(entryOf(no));
  const whole = behind.through(5);
  const room = behind.below(5 * PIECE);
  await begun();
  const second = begun();
  transactions[0]?.end();
  await room;
  expect(behind.pending.rows).toBe(4 * PIECE);
  await second;
  for (let no = 1; no < 5; no++) {
    const following = no < 4 ? begun() : undefined;
    transactions[no]?.end();
    await following;
  }
  await whole;
  expect(behind.pending.size).toBe(0);
});

test("nobody waits for room where there is some", async () => {
  const { behind, transactions } = behindFile();
  behind.push(entryOf(1));
  await behind.below(2 * PIECE);
  expect(transactions).toHaveLength(0);
});
