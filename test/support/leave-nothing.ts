import { afterAll } from "vitest";
import { eventually } from "./eventually.ts";
import { descendantsOf, HAS_PROC } from "./processes.ts";
import { takeLeftovers, workerFolder } from "./run-folder.ts";

/** What has been told to end may take this long. */
const GONE_WITHIN_MS = 30_000;

// For every test file: temporary files go into a folder of the worker, and when the file has ended nothing is in it and
// no process of its own runs. This hook was there first, so that it runs after all others.
const folder = workerFolder();
process.env.TMPDIR = folder;

afterAll(async () => {
  if (process.env.NIGHTFLOW_KEEP_TEST_DATA !== undefined) return;
  const running = await whatStillRuns();
  const left = takeLeftovers(folder);
  if (left.length > 0) throw new Error(`these tests leave temporary files behind: ${left.join(", ")}`);
  if (running.length > 0) throw new Error(`these tests leave processes behind: ${running.join("; ")}`);
});

async function whatStillRuns(): Promise<string[]> {
  if (!HAS_PROC) return [];
  const running = () => descendantsOf(process.pid);
  await eventually("the end of every process", () => (running().length === 0 ? true : undefined), GONE_WITHIN_MS).catch(
    () => undefined,
  );
  return running().map(({ pid, command }) => `${pid} ${command}`);
}
