import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BACKUP_FORMAT, type BackupManifest } from "@nightflow/storage";
import { afterEach, beforeEach, expect, test } from "vitest";
import { backupName, beginBackup, keepNewest } from "./backup-folder.ts";

const OWN = "0b8f4f2e-7c3d-4a38-9a52-6b8f6f0c1d11";
const OTHER = "1b8f4f2e-7c3d-4a38-9a52-6b8f6f0c1d11";
const T0 = Date.UTC(2026, 2, 1, 2, 0, 4);
const DAY_MS = 86_400_000;
let to = "";

beforeEach(() => {
  to = mkdtempSync(join(tmpdir(), "nightflow-backups-"));
});

afterEach(() => rmSync(to, { recursive: true, force: true }));

function manifestOf(installation: string): BackupManifest {
  const at = new Date(T0).toISOString();
  return {
    format: BACKUP_FORMAT,
    program: "0.1.0",
    startedAt: at,
    endedAt: at,
    installation,
    site: "town",
    store: { kind: "influxdb", buckets: [], lastCommit: 0 },
    relational: { schema: 8, tables: [], sequences: {} },
    cursors: {},
    parts: [],
  };
}

async function make(atMs: number, installation = OWN): Promise<string> {
  const draft = await beginBackup(to, atMs);
  return await draft.seal(manifestOf(installation));
}

test("a backup is named by its start in UTC, and has that name only once it is whole", async () => {
  const draft = await beginBackup(to, T0);
  expect(readdirSync(to)).toEqual(["nightflow-20260301-020004.partial"]);
  expect(await draft.seal(manifestOf(OWN))).toBe(join(to, backupName(T0)));
  expect(readdirSync(to)).toEqual(["nightflow-20260301-020004"]);
  expect(statSync(join(to, backupName(T0))).mode & 0o077).toBe(0);
});

test("a failed backup leaves nothing, and two in one second do not mix", async () => {
  const draft = await beginBackup(to, T0);
  await expect(beginBackup(to, T0)).rejects.toMatchObject({ code: "USAGE" });
  await draft.drop();
  expect(readdirSync(to)).toEqual([]);
});

test("what a killed backup left is removed by one that is made a day later, not by one that runs beside it", async () => {
  const killed = await beginBackup(to, T0);
  utimesSync(killed.folder, T0 / 1000, T0 / 1000);
  await (await beginBackup(to, T0 + 3_600_000)).drop();
  expect(existsSync(killed.folder)).toBe(true);
  await (await beginBackup(to, T0 + 2 * DAY_MS)).drop();
  expect(existsSync(killed.folder)).toBe(false);
});

test("only the oldest backups of the same installation go", async () => {
  await make(T0 - DAY_MS, OTHER);
  for (let day = 0; day < 4; day++) await make(T0 + day * DAY_MS);
  mkdirSync(join(to, "nightflow-20200101-000000"));
  writeFileSync(join(to, "notes.txt"), "mine");
  expect(await keepNewest(to, 2, OWN)).toEqual([backupName(T0), backupName(T0 + DAY_MS)]);
  expect(readdirSync(to).sort()).toEqual([
    "nightflow-20200101-000000",
    backupName(T0 - DAY_MS),
    backupName(T0 + 2 * DAY_MS),
    backupName(T0 + 3 * DAY_MS),
    "notes.txt",
  ]);
});
