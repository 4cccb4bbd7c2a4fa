import { readdir, writeFile } from "node:fs/promises";
import { loadMigrations } from "../src/relational/migrate.ts";
import { dumpDatabase } from "../src/testing/dump.ts";
import { TestPostgres } from "../src/testing/postgres.ts";
import { addSampleRows } from "../src/testing/sample-rows.ts";

// Run after the last migration of a release: node storage/bin/write-relational-fixture.ts. It writes the file of the newest
// version; the files that are there stay as they are.
const FIXTURES = new URL("../fixtures/", import.meta.url);

const newest = `relational-v${(await loadMigrations()).length}.sql`;
if (!(await readdir(FIXTURES)).includes(newest)) {
  const postgres = await TestPostgres.start();
  try {
    const { database } = await postgres.fresh();
    await addSampleRows(database);
    await writeFile(new URL(newest, FIXTURES), await dumpDatabase(database));
  } finally {
    await postgres.stop();
  }
}
