import { readdir, readFile, writeFile } from "node:fs/promises";
import type { Database } from "../src/relational/database.ts";
import { loadMigrations, migrate } from "../src/relational/migrate.ts";
import { dumpDatabase } from "../src/testing/dump.ts";
import { silentLogger, TestPostgres } from "../src/testing/postgres.ts";
import { addSampleRows } from "../src/testing/sample-rows.ts";

// Run after a new migration: node storage/bin/write-relational-fixture.ts. The files that are there stay as they are.
const FIXTURES = new URL("../fixtures/", import.meta.url);
const fileOf = (version: number) => new URL(`relational-v${version}.sql`, FIXTURES);

const migrations = await loadMigrations();
const kept = new Set(await readdir(FIXTURES));
const postgres = await TestPostgres.start();
try {
  for (const { no } of migrations)
    if (!kept.has(`relational-v${no}.sql`)) await writeFile(fileOf(no), await dumpDatabase(await databaseOf(no)));
} finally {
  await postgres.stop();
}

/** The newest with rows of today; one between two releases as its predecessor becomes it. */
async function databaseOf(version: number): Promise<Database> {
  if (version === migrations.length) {
    const { database } = await postgres.fresh();
    await addSampleRows(database);
    return database;
  }
  const { database } = await postgres.empty();
  await database.query(await readFile(fileOf(version - 1), "utf8"));
  await migrate(database, silentLogger, migrations.slice(0, version));
  return database;
}
