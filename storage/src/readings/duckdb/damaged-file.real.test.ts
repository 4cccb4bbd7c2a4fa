import { mkdtemp, open, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { batchOf, commitOf, registerRow, SAMPLE_START_MS, setAsideOf } from "../../testing/reading-samples.ts";
import { openDuckDbStore } from "./duckdb-store.ts";
import { checkStoreFile, salvageStoreFile } from "./salvage.ts";

const logger = pino({ level: "silent" });
const CHANNELS = 40;
const ROWS = 260_000;

async function filledFile(rows = ROWS): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "nightflow-damaged-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "readings.duckdb");
  const store = await openDuckDbStore({ path, logger });
  for (let from = 0; from < rows; from += 20_000) {
    const part = Array.from({ length: Math.min(20_000, rows - from) }, (_, i) => {
      const at = from + i;
      return registerRow(
        `M-${at % CHANNELS}`,
        SAMPLE_START_MS + Math.floor(at / CHANNELS) * 1000,
        BigInt((at * 7919) % 1e9),
      );
    });
    const setAside = from === 0 ? [setAsideOf("conflict", "M-1")] : [];
    await store.commit(commitOf(part, { batches: [batchOf(from / 20_000 + 1)], setAside }));
  }
  await store.compact({ withoutConsumers: true });
  await store.close();
  return path;
}

async function overwrite(path: string, at: number, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "r+");
  await file.write(bytes, 0, bytes.length, at);
  await file.close();
}

const garbage = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 37) & 0xff);

test("a store file with a broken header, or cut off, or with a log that is none, is refused by name and with a way out", async () => {
  const path = await filledFile(2000);
  const whole = await readFile(path);
  const refusal = {
    code: "STORE_CORRUPT",
    message: expect.stringContaining(path),
    remedy: expect.stringContaining("nightflow store"),
  };
  await overwrite(path, 0, garbage(12_288));
  await expect(openDuckDbStore({ path, logger })).rejects.toMatchObject(refusal);
  await expect(checkStoreFile(path)).rejects.toMatchObject({ code: "STORE_CORRUPT" });
  await writeFile(path, whole);
  await truncate(path, 20_000);
  await expect(openDuckDbStore({ path, logger })).rejects.toMatchObject(refusal);
  await truncate(path, 0);
  await expect(openDuckDbStore({ path, logger })).rejects.toMatchObject(refusal);
  expect((await stat(path)).size).toBe(0);
  await writeFile(path, whole);
  await rm(path);
  await writeFile(`${path}.wal`, garbage(5000));
  await expect(openDuckDbStore({ path, logger })).rejects.toMatchObject(refusal);
  await writeFile(path, whole);
  const saved = await salvageStoreFile(path, `${path}.saved`, logger);
  expect(saved.reduce((sum, { lostRows }) => sum + lostRows, 0)).toBe(0);
});

test("of a file with a damaged block all that can be read is saved into a new file, which works", async () => {
  const path = await filledFile();
  expect((await checkStoreFile(path)).every(({ fault }) => fault === null)).toBe(true);
  const damagedAt = await damageOneBlock(path);
  expect(damagedAt).toBeGreaterThan(0);
  const faults = (await checkStoreFile(path)).filter(({ fault }) => fault !== null);
  expect(faults.length).toBeGreaterThan(0);
  const target = `${path}.saved`;
  const saved = await salvageStoreFile(path, target, logger);
  const lost = saved.reduce((sum, { lostRows }) => sum + lostRows, 0);
  expect(lost).toBeGreaterThan(0);
  expect(lost).toBeLessThan(ROWS);
  const store = await openDuckDbStore({ path: target, logger });
  onTestFinished(() => store.close());
  const curves = await Promise.all(
    Array.from({ length: CHANNELS }, (_, i) => store.curve(`M-${i}`, 0, Number.MAX_SAFE_INTEGER)),
  );
  expect(curves.reduce((sum, curve) => sum + curve.length, 0)).toBe(ROWS - lost);
  expect(await store.marks()).toMatchObject([{ seq: ROWS / 20_000, above: [] }]);
  expect(await store.setAside("conflict", 10)).toHaveLength(1);
  const range = { channels: "all" as const, fromMs: 0, toMs: SAMPLE_START_MS + 30 * 86_400_000 };
  expect(await store.hourly(range)).toEqual(await store.hourlyFromReadings(range));
  expect(await store.commit(commitOf([registerRow("M-1", SAMPLE_START_MS * 1.01, 1n)]))).toBe(ROWS / 20_000 + 1);
});

// Tries blocks one after the other until the list of tables is whole and a table's readings are not.
async function damageOneBlock(path: string): Promise<number> {
  const whole = await readFile(path);
  const BLOCK = 262_144;
  for (let block = 1; 12_288 + block * BLOCK < whole.length; block++) {
    const at = 12_288 + block * BLOCK + 5000;
    await overwrite(path, at, garbage(64));
    const checks = await checkStoreFile(path).catch(() => []);
    if (checks.some(({ table, fault }) => fault !== null && table.startsWith("sorted"))) return at;
    await writeFile(path, whole);
  }
  return 0;
}
