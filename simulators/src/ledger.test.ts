import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Ledger, LedgerIndex, readLedger } from "./ledger.ts";

function newDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), "nightflow-ledger-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  return dataDir;
}

test("the ledger keeps what was served over several runs, in order", async () => {
  const dataDir = newDataDir();
  for (const [atMs, counts] of [
    [1000, 5],
    [2000, 6],
  ] as const) {
    const ledger = new Ledger(dataDir);
    ledger.append(atMs, "N1-H001", "forward_total", counts);
    ledger.append(atMs, "N1-H001", "flow", Math.fround(0.1));
    ledger.close();
  }
  const entries = await Array.fromAsync(readLedger(dataDir));
  expect(entries.map((entry) => entry.servedAtMs)).toEqual([1000, 1000, 2000, 2000]);
  const index = await LedgerIndex.read(dataDir);
  expect(index.has("N1-H001", "forward_total", 6)).toBe(true);
  expect(index.has("N1-H001", "flow", Math.fround(0.1))).toBe(true);
  expect(index.has("N1-H001", "forward_total", 7)).toBe(false);
});

test("a line cut short by a kill is left out and does not spoil the next run's", async () => {
  const dataDir = newDataDir();
  new Ledger(dataDir).close();
  appendFileSync(join(dataDir, "ledger.jsonl"), '[3000,"N1-H001","forward_to');
  const ledger = new Ledger(dataDir);
  ledger.append(4000, "N1-H001", "forward_total", 8);
  ledger.close();
  const entries = await Array.fromAsync(readLedger(dataDir));
  expect(entries.map((entry) => entry.value)).toEqual([8]);
});
