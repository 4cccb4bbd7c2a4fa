import type { CellValue } from "./cells.ts";
import { type RegistryTable, TABLES, type TableSpec } from "./tables.ts";

/** One row of a registry file, as text by column; `line` counts from 1, the header included. */
export interface RegistryRow {
  readonly line: number;
  readonly values: Readonly<Record<string, string>>;
}

/** The rows of a registry by file name without `.csv`; any file may be absent. */
export type RegistryTables = Readonly<Record<string, readonly RegistryRow[] | undefined>>;

/** A row whose every cell could be read. */
export interface ReadRow {
  readonly line: number;
  readonly key: string;
  readonly values: Readonly<Record<string, CellValue>>;
}

/** One file, read: its good rows, and the columns that its header has. */
export interface ReadTable {
  readonly spec: TableSpec;
  readonly rows: readonly ReadRow[];
  /** Keys of all rows, the faulty ones too: who refers to one of those is not at fault. */
  readonly keys: ReadonlySet<string>;
  readonly header: ReadonlySet<string>;
}

/** Where a fault is, what it is, and what to do: one line for the person who made the file. */
export function faultAt(table: RegistryTable, line: number, column: string | undefined, what: string): string {
  const place = column === undefined ? "" : `, column ${column}`;
  return `${table}.csv line ${line}${place}: ${what}`;
}

/** Reads every cell of every file; faults of shape go to `faults`, all of them. */
export function readTables(tables: RegistryTables, faults: string[]): ReadTable[] {
  const names = TABLES.map((spec) => spec.name as string);
  for (const name of Object.keys(tables))
    if (!names.includes(name)) faults.push(`${name}.csv: there is no such file; name it one of ${names.join(", ")}`);
  return TABLES.map((spec) => readTable(spec, tables[spec.name] ?? [], faults));
}

function readTable(spec: TableSpec, rows: readonly RegistryRow[], faults: string[]): ReadTable {
  const header = new Set(Object.keys(rows[0]?.values ?? {}));
  if (rows.length > 0) checkHeader(spec, header, faults);
  const read = rows.flatMap((row) => readRow(spec, row, header, faults));
  checkRepeats(spec, read, faults);
  const keys = new Set(rows.map((row) => row.values[spec.key]?.trim() ?? ""));
  return { spec, rows: read, keys, header };
}

function checkHeader(spec: TableSpec, header: ReadonlySet<string>, faults: string[]): void {
  const known = Object.keys(spec.columns);
  for (const name of header)
    if (!known.includes(name))
      faults.push(faultAt(spec.name, 1, name, `there is no such column; the columns are ${known.join(", ")}`));
  for (const [name, column] of Object.entries(spec.columns))
    if (column.isRequired && !header.has(name))
      faults.push(faultAt(spec.name, 1, name, `the column is missing; add it with ${column.words} in each row`));
}

function readRow(spec: TableSpec, row: RegistryRow, header: ReadonlySet<string>, faults: string[]): ReadRow[] {
  const values: Record<string, CellValue> = {};
  let isGood = true;
  for (const [name, column] of Object.entries(spec.columns)) {
    const cell = row.values[name]?.trim() ?? "";
    const result = column.schema.safeParse(cell);
    if (result.success) values[name] = result.data;
    else {
      isGood = false;
      if (header.has(name)) faults.push(faultAt(spec.name, row.line, name, cellFault(cell, column.words)));
    }
  }
  return isGood ? [{ line: row.line, key: String(values[spec.key]), values }] : [];
}

function cellFault(cell: string, words: string): string {
  if (cell === "") return `the cell is empty; give ${words}`;
  return `${JSON.stringify(cell.slice(0, 80))} is not allowed; give ${words}`;
}

function checkRepeats(spec: TableSpec, rows: readonly ReadRow[], faults: string[]): void {
  const lines = new Map<string, number>();
  for (const { key, line } of rows) {
    const first = lines.get(key);
    if (first === undefined) lines.set(key, line);
    else
      faults.push(
        faultAt(spec.name, line, spec.key, `${JSON.stringify(key)} is in line ${first} too; keep one of the two`),
      );
  }
}
