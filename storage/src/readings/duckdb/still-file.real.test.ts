import { execFileSync } from "node:child_process";
import { copyFile, mkdtemp, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { commitOf, registerRow, SAMPLE_START_MS } from "../../testing/reading-samples.ts";
import { type DuckDbReadingStore, openDuckDbStore } from "./duckdb-store.ts";
import { storeFileFacts } from "./still-file.ts";

const logger = pino({ level: "silent" });
const COMMIT_READINGS = 30_000;
const COPY = "const [from, to] = process.argv.slice(1); require('node:fs').copyFileSync(from, to)";

async function openIn() {
  const folder = await mkdtemp(join(tmpdir(), "nightflow-still-"));
  const path = join(folder, "readings.duckdb");
  const store = await openDuckDbStore({ path, logger });
  onTestFinished(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  return { folder, path, store };
}

async function storeSome(store: DuckDbReadingStore, nth: number): Promise<number> {
  const rows = Array.from({ length: COMMIT_READINGS }, (_, i) =>
    registerRow(`M-${i}.forward_total`, SAMPLE_START_MS + nth * 3_600_000, BigInt(nth * 100 + (i % 97))),
  );
  return await store.commit(commitOf(rows));
}

test("a file that is copied while commits go on and reach it holds exactly the commits before", async () => {
  const { folder, path, store } = await openIn();
  for (let nth = 0; nth < 4; nth++) await storeSome(store, nth);
  const target = join(folder, "copy.duckdb");
  const still = await store.whileHeld(async (held) => {
    const file = await held.still();
    for (let nth = 4; nth < 12; nth++) await storeSome(store, nth);
    // Answered by the file, so that it has taken all of them.
    expect(await store.countSetAside({ list: "conflict" })).toEqual([]);
    execFileSync(process.execPath, ["-e", COPY, path, target]);
    expect(await file.isUntouched()).toBe(true);
    return file;
  });
  await truncate(target, still.bytes);
  expect(await storeFileFacts(target)).toMatchObject({ lastCommit: 4, readings: 4 * COMMIT_READINGS });
  const copy = await openDuckDbStore({ path: target, logger });
  onTestFinished(() => copy.close());
  const range = { channels: "all", fromMs: SAMPLE_START_MS, toMs: SAMPLE_START_MS + 24 * 3_600_000 } as const;
  const hours = await copy.hourlyFromReadings(range);
  expect(hours.length).toBe(4 * COMMIT_READINGS);
  expect((await copy.curve("M-96.forward_total", 0, 4e12)).counts).toEqual(BigInt64Array.of(96n, 196n, 296n, 396n));
  expect((await store.counts()).lastCommit).toBe(12);
}, 60_000);

test("a store that was closed meanwhile says that the copy is worth nothing", async () => {
  const { store } = await openIn();
  await storeSome(store, 0);
  const isUntouched = await store.whileHeld(async (held) => {
    const file = await held.still();
    await store.close();
    return await file.isUntouched();
  });
  expect(isUntouched).toBe(false);
});

test("compaction waits until the store is let go of, so that nothing leaves the feed during a backup", async () => {
  const { store } = await openIn();
  await storeSome(store, 0);
  await store.saveCursor("analytics", 1);
  let isCompacted = false;
  const compacting = await store.whileHeld(async (held) => {
    const running = store.compact().then(() => {
      isCompacted = true;
    });
    await held.still();
    expect((await store.changesSince(0, 10)).readings.length).toBe(COMMIT_READINGS);
    expect(isCompacted).toBe(false);
    return { running };
  });
  await compacting.running;
  expect(isCompacted).toBe(true);
});

test("a store belongs to the installation that claimed it first, and its copy says so", async () => {
  const { folder, path, store } = await openIn();
  expect(await store.installation("first")).toBe("first");
  expect(await store.installation("second")).toBe("first");
  await store.saveCursor("analytics", 0);
  await store.close();
  await copyFile(path, join(folder, "copy.duckdb"));
  expect(await storeFileFacts(join(folder, "copy.duckdb"))).toMatchObject({
    installation: "first",
    cursors: { analytics: 0 },
  });
});
