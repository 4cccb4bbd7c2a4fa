import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { takeNumber } from "../relational/counters.ts";
import type { Database } from "../relational/database.ts";
import { importRegistry } from "../relational/registry/import-registry.ts";
import { testDatabase } from "../testing/postgres.ts";
import { SMALL_TOWN } from "../testing/small-town.ts";
import { dumpDatabase, restoreDatabase } from "./relational-dump.ts";

const databases = testDatabase();
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nightflow-dump-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function contents(database: Database, tables: readonly string[]): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  for (const table of tables) {
    const { rows } = await database.query<{ row: string }>(`select t::text as row from "${table}" t order by 1`);
    all[table] = rows.map(({ row }) => row);
  }
  return all;
}

async function filled() {
  const { database, url } = await databases.fresh();
  await importRegistry(database, SMALL_TOWN);
  await takeNumber(database, "ticket");
  await database.query("insert into analytics_snapshot values (0, 7, $1, now())", [Buffer.from([0, 255, 10, 92])]);
  await database.query("update meter set model = $1", ["一号\tpart\\1\nnext"]);
  return { database, url };
}

test("a database dumped while others write is restored row for row, and numbers go on where they were", async () => {
  const { database, url } = await filled();
  const dump = await dumpDatabase(url, folder);
  await takeNumber(database, "ticket");
  const tables = dump.tables.map(({ name }) => name);
  expect(dump.tables.find(({ name }) => name === "meter")?.rows).toBeGreaterThan(0);

  const other = await databases.fresh();
  const seen: string[] = [];
  await restoreDatabase(other.url, folder, dump, (table) => seen.push(table));
  expect(seen.sort()).toEqual([...tables].sort());
  const [before, after] = [await contents(database, tables), await contents(other.database, tables)];
  expect({ ...after, counter: [] }).toEqual({ ...before, counter: [] });
  expect(await takeNumber(other.database, "ticket")).toBe(2);
});

test("a damaged file is named and nothing is changed", async () => {
  const { url } = await filled();
  const dump = await dumpDatabase(url, folder);
  writeFileSync(join(folder, "meter.copy.gz"), "no gzip");
  const other = await databases.fresh();
  await importRegistry(other.database, SMALL_TOWN);
  await expect(restoreDatabase(other.url, folder, dump)).rejects.toMatchObject({
    code: "BACKUP_DAMAGED",
    message: expect.stringContaining("meter.copy.gz"),
  });
  const { rows } = await other.database.query("select count(*)::int as n from meter");
  expect(rows[0]?.n).toBeGreaterThan(0);
});

test("a backup of another schema is refused", async () => {
  const { url } = await filled();
  const dump = await dumpDatabase(url, folder);
  await expect(restoreDatabase(url, folder, { ...dump, schema: dump.schema + 1 })).rejects.toMatchObject({
    code: "BACKUP_UNUSABLE",
  });
});
