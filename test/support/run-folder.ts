import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeFolderOfRun } from "./fast-folder.ts";

/** Where the temporary folders of this run of the tests are; for the workers and what they start. */
export const RUN_FOLDER = "NIGHTFLOW_TEST_RUN_FOLDER";

/** PostgreSQL's programs, copied once for a user who cannot enter the checkout: they serve later tests too. */
const SHARED = /^nightflow-postgres-/;

/** Makes the run's folder before the first worker starts; what it gives removes it after the last has ended. */
export default function makeRunFolder(): () => void {
  const folder = makeFolderOfRun();
  process.env[RUN_FOLDER] = folder;
  return () => {
    if (process.env.NIGHTFLOW_KEEP_TEST_DATA === undefined) rmSync(folder, { recursive: true, force: true });
  };
}

/** The folder for temporary files of one worker, in which only one test file runs at a time. */
export function workerFolder(): string {
  const folder = join(process.env[RUN_FOLDER] ?? tmpdir(), `w${process.env.VITEST_POOL_ID ?? "0"}`);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  return folder;
}

/** What a test file has left in its worker's folder; it is removed. */
export function takeLeftovers(folder: string): string[] {
  const left = readdirSync(folder).filter((name) => !SHARED.test(name));
  for (const name of left) rmSync(join(folder, name), { recursive: true, force: true });
  return left;
}
