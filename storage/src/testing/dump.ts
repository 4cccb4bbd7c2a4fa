import type { Database, Sql } from "../relational/database.ts";
import { loadMigrations } from "../relational/migrate.ts";

/**
 * A small database as SQL text: the migrations that made it, word for word, and its rows, one a line. Run on an empty
 * database it gives the same one. The npm package of PostgreSQL has no pg_dump; for real backups this holds too much in memory.
 */
export async function dumpDatabase(db: Database): Promise<string> {
  const { rows: ran } = await db.query<{ no: number }>("select no from schema_migration");
  const migrations = (await loadMigrations()).slice(0, ran.length);
  const parts = migrations.map((migration) => migration.sql);
  parts.push(HISTORY);
  await db.transaction(async (tx) => {
    await tx.query("set transaction isolation level repeatable read");
    const tables = await tablesInOrder(tx);
    // What the migrations put in comes back with the rows.
    for (const table of tables.toReversed()) if (table !== "schema_migration") parts.push(`delete from ${table};`);
    for (const table of tables) parts.push(...(await rowsOf(tx, table)));
  });
  return `${parts.join("\n")}\n`;
}

const HISTORY = `create table schema_migration (no integer primary key, name text not null, checksum text not null,
  applied_at timestamptz not null default now());`;

async function rowsOf(tx: Sql, table: string): Promise<string[]> {
  const { rows } = await tx.query<{ json: string }>(`select to_jsonb(t)::text as json from ${table} t`);
  if (rows.length === 0) return [];
  const lines = rows.map((row) => row.json).join(",\n");
  const source = `jsonb_populate_recordset(null::${table}, $rows$[\n${lines}\n]$rows$)`;
  return [`insert into ${table} overriding system value select * from ${source};`, ...(await counterOf(tx, table))];
}

async function counterOf(tx: Sql, table: string): Promise<string[]> {
  const { rows } = await tx.query<{ column: string }>(
    `select column_name as column from information_schema.columns where table_name = $1 and is_identity = 'YES'`,
    [table],
  );
  return rows.map(
    ({ column }) =>
      `select setval(pg_get_serial_sequence('${table}', '${column}'), (select max(${column}) from ${table}));`,
  );
}

// A table comes after those that it refers to.
async function tablesInOrder(tx: Sql): Promise<string[]> {
  const { rows } = await tx.query<{ name: string; needs: string[] }>(
    `select c.relname as name, coalesce(array_agg(f.relname::text) filter (where f.relname is not null), '{}') as needs
     from pg_class c
     left join pg_constraint k on k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid
     left join pg_class f on f.oid = k.confrelid
     where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace group by c.relname order by c.relname`,
  );
  const ordered = new Set<string>();
  while (ordered.size < rows.length) {
    const next = rows.find(({ name, needs }) => !ordered.has(name) && needs.every((need) => ordered.has(need)));
    if (next === undefined) throw new Error("the tables refer to each other in a circle");
    ordered.add(next.name);
  }
  return [...ordered];
}
