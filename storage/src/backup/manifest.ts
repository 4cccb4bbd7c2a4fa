import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { BackupDamagedError, BackupUnusableError } from "./backup-errors.ts";
import { syncPath, writePart } from "./part-file.ts";

/** The layout of a backup that this program writes, and the newest that it reads. */
export const BACKUP_FORMAT = 1;

const count = z.int().min(0);
const at = z.iso.datetime();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** Below the backup's folder; a path that leads out of it is no part of it. */
const path = z.string().regex(/^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^/\\\0][^\\\0]*$/);

const Part = z.strictObject({ path, bytes: count, sha256, isSecret: z.boolean().optional() });

/** One file of a backup. */
export type BackupPart = z.infer<typeof Part>;

const Table = z.strictObject({
  name: z.string(),
  columns: z.array(z.string()).readonly(),
  rows: count,
  file: z.string(),
  bytes: count,
  sha256,
});

const Relational = z.strictObject({
  schema: count,
  tables: z.array(Table).readonly(),
  sequences: z.record(z.string(), z.string()),
});

const Bucket = z.strictObject({
  role: z.enum(["readings", "rollUps"]),
  name: z.string(),
  /** InfluxDB's own description of the bucket. */
  manifest: path,
  shards: z.array(z.strictObject({ id: count, file: path })),
});

const TimeSeries = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("duckdb"), format: count, file: path, lastCommit: count, readings: count }),
  z.strictObject({ kind: z.literal("influxdb"), buckets: z.array(Bucket), lastCommit: count }),
]);

/** What one backup holds: everything that has to come back together. */
export const BackupManifest = z.strictObject({
  format: count,
  /** Version of the program that wrote it. */
  program: z.string(),
  startedAt: at,
  endedAt: at,
  /** Both stores carry this id. */
  installation: z.uuid(),
  site: z.string(),
  store: TimeSeries,
  relational: Relational,
  /** How far each consumer of the feed had read; what lies between it and `store.lastCommit` is read again. */
  cursors: z.record(z.string(), count),
  parts: z.array(Part),
});
export type BackupManifest = z.infer<typeof BackupManifest>;

/** Name of the file that makes a folder a backup. */
export const MANIFEST_FILE = "manifest.json";
const SUM_FILE = "manifest.sha256";

/** Writes the manifest last of all: a folder without it is no backup. */
export async function writeManifest(folder: string, manifest: BackupManifest): Promise<void> {
  const text = `${JSON.stringify(BackupManifest.parse(manifest), null, 1)}\n`;
  await writePart(folder, SUM_FILE, { text: `${sumOf(text)}  ${MANIFEST_FILE}\n` });
  await writePart(folder, MANIFEST_FILE, { text });
  await syncPath(folder, true);
}

/**
 * The manifest of a backup, as it was written.
 *
 * @throws {BackupDamagedError} when there is none or it is another. @throws {BackupUnusableError} when a newer program wrote it.
 */
export async function readManifest(folder: string): Promise<BackupManifest> {
  const text = await readFile(join(folder, MANIFEST_FILE), "utf8").catch((cause: unknown) => {
    throw new BackupDamagedError(`${folder} is no backup: it has no ${MANIFEST_FILE}`, {
      cause,
      remedy:
        "name the folder of one backup, nightflow-YYYYMMDD-HHMMSS; one that ends in .partial was never finished and cannot be used",
    });
  });
  const sum = await readFile(join(folder, SUM_FILE), "utf8").catch(() => "");
  if (sum.slice(0, 64) !== sumOf(text))
    throw new BackupDamagedError(`${MANIFEST_FILE} of ${folder} is not what was written (${SUM_FILE} says otherwise)`);
  const raw: unknown = JSON.parse(text);
  refuseNewer(raw, folder);
  const { data, error } = BackupManifest.safeParse(raw);
  if (data === undefined) throw new BackupDamagedError(`${MANIFEST_FILE} of ${folder}: ${z.prettifyError(error)}`);
  return data;
}

function refuseNewer(raw: unknown, folder: string): void {
  const { format, program } = z.looseObject({ format: count, program: z.string() }).parse(raw);
  if (format <= BACKUP_FORMAT) return;
  throw new BackupUnusableError(
    `${folder} was written by Nightflow ${program} in format ${format}; this program reads formats up to ${BACKUP_FORMAT}`,
    { remedy: "restore with the program that wrote it, or a newer one" },
  );
}

function sumOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
