import { runProbe } from "@nightflow/edge-agent";

/** `nightflow probe`: the exit code is 1 where nothing was found or something is wrong. */
export async function runProbeCommand(args: readonly string[]): Promise<void> {
  process.exitCode = await runProbe(args);
}
