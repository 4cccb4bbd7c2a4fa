import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { StoreTooNewError } from "@nightflow/domain";
import type { Logger } from "pino";
import type { Database, Sql } from "./database.ts";
import { MigrationError } from "./relational-errors.ts";

/** One numbered step of the schema; forward only, never changed once released. */
export interface Migration {
  readonly no: number;
  readonly name: string;
  readonly checksum: string;
  readonly sql: string;
}

const FOLDER = new URL("./migrations/", import.meta.url);
const FILE_NAME = /^(\d{4})_([a-z0-9_]+)\.sql$/;
// Any number will do as long as every program of this project takes the same one.
const LOCK = 0x6e_66_6d_69;

/** The migrations of this program, in order. @throws {MigrationError} when the numbers have a hole. */
export async function loadMigrations(folder: URL = FOLDER): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(
    names.map(async (file, at) => {
      const [, digits, name] = FILE_NAME.exec(file) ?? [];
      if (digits === undefined || name === undefined || Number(digits) !== at + 1)
        throw new MigrationError(`migration ${file} should be number ${at + 1}, named like 0001_core.sql`);
      const sql = await readFile(new URL(file, folder), "utf8");
      return { no: at + 1, name, sql, checksum: checksumOf(sql) };
    }),
  );
}

/**
 * Brings the database to this program's schema; each migration is one transaction. Several programs may call it at
 * once: one does the work, the others wait. Gives the number of migrations that it ran.
 *
 * @throws {StoreTooNewError} when a newer program has migrated the database.
 * @throws {MigrationError} when a migration that ran there is not the one in this program.
 */
export async function migrate(database: Database, logger: Logger, migrations?: readonly Migration[]): Promise<number> {
  const known = migrations ?? (await loadMigrations());
  let ran = 0;
  while (await database.transaction((tx) => runNext(tx, known, logger))) ran++;
  return ran;
}

async function runNext(tx: Sql, known: readonly Migration[], logger: Logger): Promise<boolean> {
  await tx.query("select pg_advisory_xact_lock($1)", [LOCK]);
  await tx.query(
    `create table if not exists schema_migration (
       no integer primary key, name text not null, checksum text not null,
       applied_at timestamptz not null default now())`,
  );
  const done = (await tx.query<AppliedMigration>("select no, name, checksum from schema_migration order by no")).rows;
  checkHistory(done, known);
  const next = known[done.length];
  if (next === undefined) return false;
  await tx.query(next.sql);
  const { no, name, checksum } = next;
  await tx.query("insert into schema_migration (no, name, checksum) values ($1, $2, $3)", [no, name, checksum]);
  logger.info({ no, name }, "migrated the database");
  return true;
}

type AppliedMigration = Pick<Migration, "no" | "name" | "checksum">;

function checkHistory(done: readonly AppliedMigration[], known: readonly Migration[]): void {
  if (done.length > known.length)
    throw new StoreTooNewError(`the database has ${done.length} migrations; this program knows ${known.length}`, {
      remedy: "start a program of the version that migrated it, or a newer one",
    });
  done.forEach((applied, at) => {
    const own = known[at];
    if (own?.no !== applied.no || own.checksum !== applied.checksum)
      throw new MigrationError(
        `migration ${applied.no} (${applied.name}) ran with another text than this program has`,
        {
          remedy: "start the program that migrated this database; a released migration is never changed, only followed",
        },
      );
  });
}

// Line ends are normalised, so that a checkout on Windows counts as the same text.
function checksumOf(sql: string): string {
  return createHash("sha256").update(sql.replaceAll("\r\n", "\n")).digest("hex");
}
