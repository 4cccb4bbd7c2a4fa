import { rmSync } from "node:fs";
import { SHARED_POSTGRES, startTestServer } from "@nightflow/storage/testing";
import { makeFolderOfRun } from "./fast-folder.ts";

/**
 * Starts the PostgreSQL that the test files of a run share, each with databases of its own; what it gives ends it. Tests that
 * kill a PostgreSQL, or start a whole Nightflow, have servers of their own.
 */
export default async function startSharedPostgres(): Promise<() => Promise<void>> {
  const folder = makeFolderOfRun();
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
