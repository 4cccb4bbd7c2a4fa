import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkBackup, relationalPath } from "./check-backup.ts";
import { BACKUP_FORMAT, type BackupManifest, writeManifest } from "./manifest.ts";
import { writePart } from "./part-file.ts";

const INSTALLATION = "0b8f4f2e-7c3d-4a38-9a52-6b8f6f0c1d11";
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nightflow-backup-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A backup of one table and a store file, named by what is in them. */
async function backup(name: string, change: Partial<BackupManifest> = {}): Promise<string> {
  const at = join(folder, name);
  const table = await writePart(at, relationalPath("meter.copy.gz"), { text: `meters of ${name}` });
  const store = await writePart(at, "readings.duckdb", { text: `readings of ${name}` });
  const { sha256, bytes } = table;
  await writeManifest(at, {
    format: BACKUP_FORMAT,
    program: "0.1.0",
    startedAt: "2026-03-01T02:00:00.000Z",
    endedAt: "2026-03-01T02:00:04.000Z",
    installation: INSTALLATION,
    site: "town",
    store: { kind: "duckdb", format: 4, file: "readings.duckdb", lastCommit: 17, readings: 400 },
    relational: {
      schema: 8,
      tables: [{ name: "meter", columns: ["id"], rows: 1, file: "meter.copy.gz", bytes, sha256 }],
      sequences: {},
    },
    cursors: { analytics: 12 },
    parts: [table, store],
    ...change,
  });
  return at;
}

function flipByte(file: string): void {
  const bytes = readFileSync(file);
  bytes[3] = (bytes[3] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

test("a whole backup passes, and every byte of it is looked at", async () => {
  const seen: number[] = [];
  const manifest = await checkBackup(await backup("a"), (done, total) => seen.push(done / total));
  expect(manifest).toMatchObject({ installation: INSTALLATION, cursors: { analytics: 12 } });
  expect(seen.at(-1)).toBe(1);
});

test.each(["readings.duckdb", "relational/meter.copy.gz"])(
  "one flipped byte in %s is found and named",
  async (file) => {
    const at = await backup("a");
    flipByte(join(at, file));
    await expect(checkBackup(at)).rejects.toMatchObject({
      code: "BACKUP_DAMAGED",
      message: expect.stringContaining(`${file} is not what was written`),
      remedy: expect.stringContaining("older backup"),
    });
  },
);

test.each([["manifest.json"], ["manifest.sha256"]])("a changed %s is no manifest", async (file) => {
  const at = await backup("a");
  flipByte(join(at, file));
  await expect(checkBackup(at)).rejects.toMatchObject({ code: "BACKUP_DAMAGED" });
});

test("all that is missing or cut off is named at once", async () => {
  const at = await backup("a");
  rmSync(join(at, "readings.duckdb"));
  appendFileSync(join(at, "relational/meter.copy.gz"), "more");
  await expect(checkBackup(at)).rejects.toThrow(
    /meter\.copy\.gz has 15 bytes instead of 11.*readings\.duckdb is missing/,
  );
});

test("a folder that was never finished is no backup, and says so", async () => {
  const at = await backup("a.partial");
  rmSync(join(at, "manifest.json"));
  await expect(checkBackup(at)).rejects.toMatchObject({
    code: "BACKUP_DAMAGED",
    message: expect.stringContaining("is no backup"),
    remedy: expect.stringContaining(".partial"),
  });
});

test("the store of one backup put into another is refused", async () => {
  const [one, other] = [await backup("a"), await backup("b")];
  cpSync(join(other, "readings.duckdb"), join(one, "readings.duckdb"));
  await expect(checkBackup(one)).rejects.toThrow("readings.duckdb is not what was written");
});

test("a backup of a newer program is refused before its files are read", async () => {
  const at = await backup("a", { program: "9.0.0", format: BACKUP_FORMAT + 1 });
  await expect(checkBackup(at)).rejects.toMatchObject({
    code: "BACKUP_UNUSABLE",
    message: expect.stringContaining("Nightflow 9.0.0"),
    remedy: expect.stringContaining("newer one"),
  });
});

test("stores of a newer program are refused, each with what is known", async () => {
  const store = { kind: "duckdb", format: 99, file: "readings.duckdb", lastCommit: 17, readings: 1 } as const;
  const at = await backup("a", { store, relational: { schema: 999, tables: [], sequences: {} } });
  await expect(checkBackup(at)).rejects.toThrow(/schema 999.*up to \d+.*format 99.*up to \d+/);
});

test("a database whose detectors have read further than the store goes does not belong to it", async () => {
  const at = await backup("a", { cursors: { analytics: 18, derived: 17 } });
  await expect(checkBackup(at)).rejects.toMatchObject({
    code: "BACKUP_UNUSABLE",
    message: expect.stringContaining("analytics has read to commit 18 and the store ends with 17"),
  });
});

test("a manifest cannot name a file outside its backup", async () => {
  const part = { path: "../outside", bytes: 1, sha256: "0".repeat(64) };
  await expect(backup("a", { parts: [part] })).rejects.toThrow("Invalid string");
});
