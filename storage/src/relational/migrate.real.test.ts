import { StoreTooNewError } from "@nightflow/domain";
import { expect, test } from "vitest";
import { silentLogger, testDatabase } from "../testing/postgres.ts";
import { loadMigrations, type Migration, migrate } from "./migrate.ts";
import { MigrationError } from "./relational-errors.ts";

const databases = testDatabase();

test("an empty database gets every migration once, and a second start has nothing to do", async () => {
  const { database } = await databases.empty();
  const known = await loadMigrations();
  expect(await migrate(database, silentLogger)).toBe(known.length);
  expect(await migrate(database, silentLogger)).toBe(0);
  const { rows } = await database.query("select no, name from schema_migration order by no");
  expect(rows).toEqual(known.map(({ no, name }) => ({ no, name })));
});

test("two programs that start at once migrate the database once between them", async () => {
  const { database } = await databases.empty();
  const ran = await Promise.all([migrate(database, silentLogger), migrate(database, silentLogger)]);
  expect(ran[0] + ran[1]).toBe((await loadMigrations()).length);
});

test("a migration that fails leaves nothing of itself behind", async () => {
  const { database } = await databases.empty();
  const broken = [step(1, "create table one (id integer); create table two (id nonsense);")];
  await expect(migrate(database, silentLogger, broken)).rejects.toThrow("nonsense");
  const { rows } = await database.query("select to_regclass('one') as found");
  expect(rows).toEqual([{ found: null }]);
});

test("a database of a newer program is refused", async () => {
  const { database } = await databases.empty();
  await migrate(database, silentLogger, [step(1, "select 1"), step(2, "select 2")]);
  await expect(migrate(database, silentLogger, [step(1, "select 1")])).rejects.toThrow(StoreTooNewError);
});

test("a released migration whose text was changed is refused", async () => {
  const { database } = await databases.empty();
  await migrate(database, silentLogger, [step(1, "select 1")]);
  await expect(migrate(database, silentLogger, [step(1, "select 1 + 0")])).rejects.toThrow(MigrationError);
});

function step(no: number, sql: string): Migration {
  return { no, name: `step_${no}`, sql, checksum: sql };
}
