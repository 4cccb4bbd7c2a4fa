import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const DEFAULT = fileURLToPath(new URL("../../../shared/leak-bench", import.meta.url));

/**
 * Folder of the labelled records of real households and districts: `NIGHTFLOW_LEAK_BENCH`, else `../shared/leak-bench`
 * beside the workspace. Undefined, and said, where there is none; its absence is never a failure.
 */
export function findLeakBench(): string | undefined {
  const given = process.env.NIGHTFLOW_LEAK_BENCH;
  const folder = given === undefined || given === "" ? DEFAULT : given;
  if (existsSync(join(folder, "score.mjs"))) return folder;
  process.stderr.write(
    `\n  LEFT OUT: the tests with real records; ${folder} has no score.mjs (NIGHTFLOW_LEAK_BENCH)\n\n`,
  );
  return undefined;
}
