import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NightflowError } from "@nightflow/domain";

/** The place of a restore is taken, or holds half of one. */
export class RestoreTargetError extends NightflowError {
  readonly code = "RESTORE_TARGET";
  readonly retriable = false;
}

const MARK = "restore-unfinished";

/** Says in the data folder that a restore has begun: nothing starts on half of one. */
export function markRestore(dataDir: string, from: string): void {
  writeFileSync(join(dataDir, MARK), `${from}\n`, { flush: true });
}

/** Whether a restore was begun here and did not end. */
export function isRestoreUnfinished(dataDir: string): boolean {
  return existsSync(join(dataDir, MARK));
}

/** Says that the restore is whole. */
export function unmarkRestore(dataDir: string): void {
  rmSync(join(dataDir, MARK), { force: true });
}

/** @throws {RestoreTargetError} when a restore into this folder has not ended. */
export function refuseUnfinishedRestore(dataDir: string): void {
  if (!isRestoreUnfinished(dataDir)) return;
  throw new RestoreTargetError(`a restore into ${dataDir} was begun and did not end`, {
    remedy: "run nightflow restore again; it sets aside what the first one left",
  });
}
