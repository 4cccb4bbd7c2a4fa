import { describeError, NightflowError } from "@nightflow/domain";
import { ThreadStartError } from "../threads/room-thread.ts";
import { STOPPED_EXIT_CODE, StoppedError } from "./signals.ts";

/** What the user did cannot work as asked: one line, no stack. */
export class UsageError extends NightflowError {
  readonly code = "USAGE";
  readonly retriable = false;
}

const MENDABLE: ReadonlySet<string> = new Set([
  "CONFIG_INVALID",
  "USAGE",
  "PROBE_USAGE",
  "READINGS_FILE",
  "UNIT_UNKNOWN",
  "MQTT_REFUSED",
  "MQTT_SHARE_REFUSED",
  "SHARD_PLAN",
  "BACKUP_UNUSABLE",
  "RESTORE_TARGET",
]);

/** What to do about what the system refuses: nobody's program is at fault, so that a stack would say nothing. */
const SYSTEM_REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC:
    "make room on the disk of the data folder (dataDir) and start again; what is stored is safe, and agents hold theirs",
  EDQUOT: "raise the quota of the user that runs nightflow, or make room, and start again",
  EROFS:
    "make the file system of the data folder (dataDir) writable again: after a disk error systems mount it read-only",
  EACCES: "give the user that runs nightflow the right to this file or folder",
  EPERM: "give the user that runs nightflow the right to this file or folder",
  EMFILE: "allow more open files: ulimit -n, LimitNOFILE= of a systemd unit",
};

function systemCodeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code in SYSTEM_REMEDIES ? code : undefined;
}

function isCoded(error: unknown): error is NightflowError | ThreadStartError {
  return error instanceof NightflowError || error instanceof ThreadStartError;
}

/** Prints what went wrong, the code to read out, and what to do. */
export function reportError(error: unknown): void {
  const lines = [`nightflow: ${describeError(error)}`];
  const systemCode = systemCodeOf(error);
  if (isCoded(error)) {
    lines.push(`  code: ${error.code}`);
    if (error.remedy !== undefined) lines.push(`  what to do: ${error.remedy}`);
    if (error instanceof ThreadStartError && error.isUnexpected) lines.push(error.stack ?? "");
  } else if (systemCode !== undefined)
    lines.push(`  code: ${systemCode}`, `  what to do: ${SYSTEM_REMEDIES[systemCode]}`);
  else if (error instanceof Error && error.stack !== undefined) lines.push(error.stack);
  process.stderr.write(`${lines.join("\n")}\n`);
}

/** 2 for what the user can mend at once (configuration, usage, a file that was given), 130 when stopped, 1 for the rest. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof StoppedError) return STOPPED_EXIT_CODE;
  return isCoded(error) && MENDABLE.has(error.code) ? 2 : 1;
}
