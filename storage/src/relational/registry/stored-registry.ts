import type { Sql } from "../database.ts";
import type { CellValue } from "./cells.ts";
import { fieldOf, type RegistryTable, TABLES, type TableSpec } from "./tables.ts";

/** A row of the registry as the database has it, by the columns of the database. */
export type StoredRow = Readonly<Record<string, CellValue>>;

/** What the database holds of the registry, by file and key. */
export type StoredRegistry = ReadonlyMap<RegistryTable, ReadonlyMap<string, StoredRow>>;

/** Columns of the database that a file fills. */
export function fieldsOf(spec: TableSpec): string[] {
  return Object.entries(spec.columns).flatMap(([name, column]) => fieldOf(name, column) ?? []);
}

/** Reads the whole registry; tens of thousands of rows at most. */
export async function loadStoredRegistry(db: Sql): Promise<StoredRegistry> {
  const stored = new Map<RegistryTable, ReadonlyMap<string, StoredRow>>();
  for (const spec of TABLES) stored.set(spec.name, await loadTable(db, spec));
  return stored;
}

async function loadTable(db: Sql, spec: TableSpec): Promise<ReadonlyMap<string, StoredRow>> {
  const columns = [...new Set(["id", ...fieldsOf(spec), ...(spec.name === "units" ? ["path"] : [])])];
  const select = columns.map((column) => (column === "status_since" ? instantText(column) : column));
  const { rows } = await db.query<StoredRow>(`select ${select.join(", ")} from ${spec.table}`);
  return new Map(rows.map((row) => [String(row[spec.key]), row]));
}

// To the microsecond that PostgreSQL keeps, so that what is written back is what was read.
function instantText(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as ${column}`;
}
