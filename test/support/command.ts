import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a command of `nightflow` came to. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program that `nightflow` on a command line is. */
export const NIGHTFLOW_MAIN = fileURLToPath(new URL("./main.ts", import.meta.resolve("@nightflow/nightflow")));

/** Runs a command of `nightflow` to its end, in `cwd` where given. */
export async function runNightflow(args: readonly string[], cwd?: string): Promise<CommandResult> {
  const child = spawn(process.execPath, [NIGHTFLOW_MAIN, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
  });
  const printed = { stdout: "", stderr: "" };
  child.stdout.on("data", (bytes: Buffer) => {
    printed.stdout += bytes;
  });
  child.stderr.on("data", (bytes: Buffer) => {
    printed.stderr += bytes;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, ...printed };
}
