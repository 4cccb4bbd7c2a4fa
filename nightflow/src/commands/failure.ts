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
  "READINGS_FILE",
  "UNIT_UNKNOWN",
  "MQTT_REFUSED",
  "MQTT_SHARE_REFUSED",
  "SHARD_PLAN",
  "BACKUP_UNUSABLE",
  "RESTORE_TARGET",
]);

function isCoded(error: unknown): error is NightflowError | ThreadStartError {
  return error instanceof NightflowError || error instanceof ThreadStartError;
}

/** Prints what went wrong, the code to read out, and what to do. */
export function reportError(error: unknown): void {
  const lines = [`nightflow: ${describeError(error)}`];
  if (isCoded(error)) {
    lines.push(`  code: ${error.code}`);
    if (error.remedy !== undefined) lines.push(`  what to do: ${error.remedy}`);
    if (error instanceof ThreadStartError && error.isUnexpected) lines.push(error.stack ?? "");
  } else if (error instanceof Error && error.stack !== undefined) lines.push(error.stack);
  process.stderr.write(`${lines.join("\n")}\n`);
}

/** 2 for what the user can mend at once (configuration, usage, a file that was given), 130 when stopped, 1 for the rest. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof StoppedError) return STOPPED_EXIT_CODE;
  return isCoded(error) && MENDABLE.has(error.code) ? 2 : 1;
}
