import { writeFile } from "node:fs/promises";
import { loadMigrations } from "../src/relational/migrate.ts";
import { dumpDatabase } from "../src/testing/dump.ts";
import { TestPostgres } from "../src/testing/postgres.ts";
import { addSampleRows } from "../src/testing/sample-rows.ts";

// Run once per released schema: node storage/bin/write-relational-fixture.ts. The files of older versions stay as they are.
const postgres = await TestPostgres.start();
try {
  const { database } = await postgres.fresh();
  await addSampleRows(database);
  const version = (await loadMigrations()).length;
  const file = new URL(`../fixtures/relational-v${version}.sql`, import.meta.url);
  await writeFile(file, await dumpDatabase(database));
} finally {
  await postgres.stop();
}
