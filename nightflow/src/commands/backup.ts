import { type BackupManifest, checkBackup } from "@nightflow/storage";
import type { BackupDraft } from "../backup/backup-folder.ts";
import { type BackupReport, takeBackup } from "../backup/take-backup.ts";
import { loadConfig } from "../config/load.ts";
import { makeLogger } from "../config/log.ts";
import { UsageError } from "./failure.ts";
import { StopRequest } from "./signals.ts";
import { Stages } from "./stages.ts";

/** Options of `nightflow backup`, as text from the command line. */
export interface BackupCommand {
  readonly to?: string;
  readonly keep?: string;
  readonly withoutSecrets?: boolean;
  readonly verify?: string;
  readonly operatorTokenFile?: string;
  readonly config?: string;
}

/** `nightflow backup`: both stores, files and keys as one set; or with `--verify` a look at one that was made. */
export async function runBackup(options: BackupCommand): Promise<void> {
  if (options.verify !== undefined) return await verify(options.verify);
  if (options.to === undefined) throw new UsageError("name the folder that gets the backup: --to FOLDER");
  const { to, operatorTokenFile } = options;
  const keep = options.keep === undefined ? undefined : keepOf(options.keep);
  const loaded = loadConfig(options.config);
  const logger = makeLogger("warn", "backup", { fd: 2 });
  const stages = new Stages();
  const onProgress = stages.show;
  const isWithSecrets = options.withoutSecrets !== true;
  const stop = new StopRequest();
  let draft: BackupDraft | undefined;
  const onBegun = (begun: BackupDraft) => {
    draft = begun;
  };
  const asked = { loaded, to, isWithSecrets, logger, onProgress, onBegun };
  const more = { ...(keep !== undefined && { keep }), ...(operatorTokenFile !== undefined && { operatorTokenFile }) };
  try {
    const report = await stop.unless(() => takeBackup({ ...asked, ...more }));
    stages.end();
    process.stdout.write(`${linesOf(report).join("\n")}\n`);
  } catch (error) {
    if (stop.isRequested) await draft?.drop();
    throw error;
  }
}

async function verify(folder: string): Promise<void> {
  const stages = new Stages();
  const manifest = await checkBackup(folder, (done, total) => stages.show("bytes checked", done, total));
  stages.end();
  process.stdout.write(`${folder} is whole: ${contentsOf(manifest)}\n`);
}

function linesOf({ folder, manifest, bytes, removed, unreadable }: BackupReport): string[] {
  const { startedAt, endedAt, parts } = manifest;
  const seconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  return [
    `${folder}: ${contentsOf(manifest)}`,
    `${parts.length} files, ${bytes.toLocaleString("en")} bytes, ${seconds.toFixed(1)} s`,
    ...(parts.some(({ isSecret }) => isSecret)
      ? ["It holds keys and passwords (keys/): keep it where nobody else reads it."]
      : []),
    ...removed.map((name) => `${name} was removed, being older`),
    ...unreadable.map((hash) => `file ${hash} was missing or damaged before this backup`),
  ];
}

function contentsOf({ store, relational, cursors }: BackupManifest): string {
  const rows = relational.tables.reduce((sum, table) => sum + table.rows, 0);
  const readings = store.kind === "duckdb" ? `${store.readings.toLocaleString("en")} readings, ` : "";
  const behind = Object.values(cursors).reduce((most, cursor) => Math.max(most, store.lastCommit - cursor), 0);
  return `${readings}commit ${store.lastCommit}, ${rows.toLocaleString("en")} rows, ${behind} commits for analytics to read again`;
}

function keepOf(text: string): number {
  const keep = Number(text);
  if (!Number.isInteger(keep) || keep < 1) throw new UsageError(`--keep ${text}: give a whole number of at least 1`);
  return keep;
}
