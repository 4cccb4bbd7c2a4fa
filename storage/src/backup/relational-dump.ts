import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, stat } from "node:fs/promises";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { BackupDamagedError, BackupUnusableError } from "./backup-errors.ts";

/** One table in a dump. */
export interface DumpedTable {
  readonly name: string;
  /** Its columns in the order of the file; generated ones are left out. */
  readonly columns: readonly string[];
  readonly rows: number;
  /** The file beside the manifest: COPY's text format, gzipped. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a dump of the relational database holds. */
export interface RelationalDump {
  /** Number of the last migration. */
  readonly schema: number;
  readonly tables: readonly DumpedTable[];
  /** Next values of the sequences, by name. */
  readonly sequences: Readonly<Record<string, string>>;
}

/** What the rest of a backup has to fit to, as of the instant of the dump. */
export interface RelationalFacts {
  readonly installation: string;
  /** How far each consumer of the feed had read. */
  readonly cursors: Readonly<Record<string, number>>;
  /** Number of the feed's last commit where PostgreSQL keeps the feed (InfluxDB); else 0. */
  readonly lastCommit: number;
  /** Hashes of the files that rows refer to. */
  readonly files: readonly string[];
}

type OnTable = (table: string, done: number, of: number) => void;

const MIGRATIONS = "schema_migration";

/**
 * Writes every table of the database as it was at one instant into `folder`, while others go on writing. Needs no client
 * tools: the embedded PostgreSQL brings none.
 */
export async function dumpDatabase(
  url: string,
  folder: string,
  onTable: OnTable = () => undefined,
): Promise<RelationalDump & { readonly facts: RelationalFacts }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return withClient(url, async (client) => {
    await client.query("begin isolation level repeatable read, read only");
    const names = await tableNames(client);
    const tables: DumpedTable[] = [];
    for (const name of names) {
      tables.push(await dumpTable(client, name, folder));
      onTable(name, tables.length, names.length);
    }
    const sequences = await sequenceValues(client);
    const schema = await schemaNumber(client);
    const facts = await factsOf(client);
    await client.query("commit");
    return { schema, tables, sequences, facts };
  });
}

/** What the rest of a backup has to fit to, as the database is now. */
export function relationalFacts(url: string): Promise<{ readonly schema: number; readonly facts: RelationalFacts }> {
  return withClient(url, async (client) => {
    await client.query("begin isolation level repeatable read, read only");
    const schema = await schemaNumber(client);
    const facts = schema < SCHEMA_WITH_INSTALLATION ? NO_FACTS : await factsOf(client);
    await client.query("commit");
    return { schema, facts };
  });
}

const SCHEMA_WITH_INSTALLATION = 8;
const NO_FACTS: RelationalFacts = { installation: "", cursors: {}, lastCommit: 0, files: [] };

/**
 * Fills a database that has exactly the dump's schema and no rows of its own worth keeping: what its migrations put into
 * it is replaced. One transaction: after a failure nothing has changed.
 *
 * @throws {BackupUnusableError} when the schema is another. @throws {BackupDamagedError} when a file is not what was written.
 */
export async function restoreDatabase(
  url: string,
  folder: string,
  dump: RelationalDump,
  onTable: OnTable = () => undefined,
): Promise<void> {
  await withClient(url, async (client) => {
    const schema = await schemaNumber(client);
    if (schema !== dump.schema)
      throw new BackupUnusableError(`the database has schema ${schema}, the backup is of schema ${dump.schema}`);
    await client.query("begin");
    const names = await tableNames(client);
    await client.query(`truncate ${names.map(quoted).join(", ")}`);
    const byName = new Map(dump.tables.map((table) => [table.name, table]));
    const ordered = (await parentsFirst(client, names)).flatMap((name) => byName.get(name) ?? []);
    for (const [at, table] of ordered.entries()) {
      await restoreTable(client, table, folder);
      onTable(table.name, at + 1, ordered.length);
    }
    for (const [name, value] of Object.entries(dump.sequences))
      await client.query("select setval($1::regclass, $2::bigint, true)", [quoted(name), value]);
    await client.query("commit");
  });
}

async function withClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url, application_name: "nightflow backup" });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function tableNames(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = current_schema() and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> $1
      order by c.relname`,
    [MIGRATIONS],
  );
  return rows.map(({ name }) => name);
}

async function schemaNumber(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ no: number }>(`select coalesce(max(no), 0)::int as no from ${MIGRATIONS}`);
  return rows[0]?.no ?? 0;
}

async function factsOf(client: pg.Client): Promise<RelationalFacts> {
  const rowsOf = async <Row extends object>(sql: string) => (await client.query<Row>(sql)).rows;
  const [{ installation = "" } = {}] = await rowsOf<{ installation: string }>(
    "select id as installation from own_installation",
  );
  const cursors = await rowsOf<{ name: string; cursor: string }>(
    `select 'analytics' as name, min(cursor) as cursor from analytics_snapshot having count(*) > 0
     union all select 'derived', cursor from derived_progress where cursor > 0`,
  );
  const [{ last = "0" } = {}] = await rowsOf<{ last: string }>(
    "select value as last from counter where name = 'feed_commit'",
  );
  const files = await rowsOf<{ hash: string }>("select hash from stored_file order by hash");
  return {
    installation,
    cursors: Object.fromEntries(cursors.map(({ name, cursor }) => [name, Number(cursor)])),
    lastCommit: Number(last),
    files: files.map(({ hash }) => hash),
  };
}

async function dumpTable(client: pg.Client, name: string, folder: string): Promise<DumpedTable> {
  const { rows: columns } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
    [quoted(name)],
  );
  const list = columns.map((column) => quoted(column.name)).join(", ");
  const file = `${name}.copy.gz`;
  const hash = createHash("sha256");
  const source = client.query(copyTo(`copy ${quoted(name)} (${list}) to stdout`));
  await pipeline(
    source,
    createGzip({ level: 1 }),
    passing(hash),
    createWriteStream(join(folder, file), { mode: 0o600 }),
  );
  await synced(join(folder, file));
  return {
    name,
    columns: columns.map((column) => column.name),
    rows: source.rowCount ?? 0,
    file,
    bytes: (await stat(join(folder, file))).size,
    sha256: hash.digest("hex"),
  };
}

async function restoreTable(client: pg.Client, table: DumpedTable, folder: string): Promise<void> {
  const path = join(folder, table.file);
  await checkHash(path, table);
  const list = table.columns.map(quoted).join(", ");
  await client.query(`alter table ${quoted(table.name)} disable trigger user`);
  const target = client.query(copyFrom(`copy ${quoted(table.name)} (${list}) from stdin`));
  await pipeline(createReadStream(path), createGunzip(), target);
  await client.query(`alter table ${quoted(table.name)} enable trigger user`);
  if (target.rowCount !== table.rows)
    throw new BackupDamagedError(`${table.file} gave ${target.rowCount} rows instead of ${table.rows}`);
}

async function checkHash(path: string, { file, sha256 }: DumpedTable): Promise<void> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  if (hash.digest("hex") !== sha256) throw new BackupDamagedError(`${file} is not the file that was written`);
}

async function sequenceValues(client: pg.Client): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; value: string | null }>(
    "select sequencename as name, last_value::text as value from pg_sequences where schemaname = current_schema()",
  );
  return Object.fromEntries(rows.flatMap(({ name, value }) => (value === null ? [] : [[name, value]])));
}

// A table whose rows name rows of another comes after it. Rows that name their own table are checked at the end of COPY.
async function parentsFirst(client: pg.Client, names: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ child: string; parent: string }>(
    `select c.relname as child, p.relname as parent from pg_constraint k
      join pg_class c on c.oid = k.conrelid join pg_class p on p.oid = k.confrelid
      where k.contype = 'f' and c.oid <> p.oid`,
  );
  const ordered: string[] = [];
  const left = new Set(names);
  while (left.size > 0) {
    const free = [...left].filter((name) => !rows.some(({ child, parent }) => child === name && left.has(parent)));
    if (free.length === 0) throw new RangeError(`these tables name one another: ${[...left].join(", ")}`);
    for (const name of free) left.delete(name);
    ordered.push(...free);
  }
  return ordered;
}

function passing(hash: ReturnType<typeof createHash>): Transform {
  return new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}

async function synced(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
