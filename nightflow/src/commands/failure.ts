import { ConfigError, describeError, NightflowError } from "@nightflow/domain";
import { ThreadStartError } from "../threads/room-thread.ts";

/** What the user did cannot work as asked: one line, no stack. */
export class UsageError extends NightflowError {
  readonly code = "USAGE";
  readonly retriable = false;
}

/** Prints what went wrong, the code to read out, and what to do. */
export function reportError(error: unknown): void {
  const lines = [`nightflow: ${describeError(error)}`];
  if (error instanceof NightflowError || error instanceof ThreadStartError) {
    lines.push(`  code: ${error.code}`);
    if (error.remedy !== undefined) lines.push(`  what to do: ${error.remedy}`);
  } else if (error instanceof Error && error.stack !== undefined) lines.push(error.stack);
  process.stderr.write(`${lines.join("\n")}\n`);
}

/** 2 for what the user can mend at once (configuration, usage), 1 for the rest. */
export function exitCodeOf(error: unknown): number {
  return error instanceof ConfigError || error instanceof UsageError ? 2 : 1;
}
