import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SHARED_POSTGRES, startTestServer } from "@nightflow/storage/testing";
import { fastFolder } from "./fast-folder.ts";

/**
 * Starts the PostgreSQL that the test files of a run share, each with databases of its own; what it gives ends it. Tests that
 * kill a PostgreSQL, or start a whole Nightflow, have servers of their own.
 */
export default async function startSharedPostgres(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(fastFolder(), "nightflow-tests-"));
  // As root PostgreSQL runs under a user of its own, who has to pass through.
  chmodSync(folder, 0o755);
  const server = await startIn(folder);
  process.env[SHARED_POSTGRES] = server.url;
  return async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

async function startIn(folder: string): ReturnType<typeof startTestServer> {
  const { TMPDIR } = process.env;
  process.env.TMPDIR = folder;
  try {
    return await startTestServer();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}
