import { newId } from "@nightflow/domain";
import type { Sql } from "../database.ts";
import type { CellValue } from "./cells.ts";
import { parentOf, type RegistryView } from "./checks.ts";
import type { ReadRow, ReadTable } from "./rows.ts";
import { statusSince } from "./status-since.ts";
import { fieldsOf, type StoredRow } from "./stored-registry.ts";
import { fieldOf, type RegistryTable } from "./tables.ts";

/** Keys of the rows of one file that were written. */
export interface WrittenRows {
  readonly inserted: ReadonlySet<string>;
  readonly updated: ReadonlySet<string>;
}

type Row = Record<string, CellValue>;

/** Ids by which rows refer to each other; of rows that are there already, and of those that will be. */
export class RowIds {
  readonly #view: RegistryView;
  readonly #made = new Map<string, string>();

  constructor(view: RegistryView) {
    this.#view = view;
  }

  of(table: RegistryTable, key: string, hasUuid: boolean): string {
    if (!hasUuid) return key;
    const stored = this.#view.storedRow(table, key)?.id;
    if (typeof stored === "string") return stored;
    const name = `${table}/${key}`;
    const made = this.#made.get(name) ?? newId();
    this.#made.set(name, made);
    return made;
  }
}

const WITHOUT_UUID: readonly string[] = ["holidays", "dmas", "meters", "channels"];

/** Writes one file: new rows, and of known rows the columns that the file has and that differ. */
export async function writeTable(tx: Sql, table: ReadTable, view: RegistryView, ids: RowIds): Promise<WrittenRows> {
  const { spec, rows, header } = table;
  const inserts: Row[] = [];
  const updates: Row[] = [];
  const inHeader = Object.entries(spec.columns).filter(([name]) => header.has(name));
  const changeable = inHeader.flatMap(([name, column]) => fieldOf(name, column) ?? []);
  for (const row of rows) {
    const stored = view.storedRow(spec.name, row.key);
    const fields = toFields(table, row, ids);
    if ("status_since" in spec.columns) fields.status_since = statusSince(row, stored, view);
    if (stored === undefined) inserts.push(fields);
    else if (differs(stored, fields, changeable)) updates.push(fields);
  }
  if (spec.name === "units") addPaths(inserts, view);
  await insertAll(tx, table, inserts);
  await updateAll(tx, table, changeable, updates);
  const keysOf = (written: readonly Row[]) => new Set(written.map((row) => String(row[spec.key])));
  return { inserted: keysOf(inserts), updated: keysOf(updates) };
}

function toFields({ spec }: ReadTable, { key, values }: ReadRow, ids: RowIds): Row {
  const fields: Row = spec.hasUuid ? { id: ids.of(spec.name, key, true) } : {};
  for (const [name, column] of Object.entries(spec.columns)) {
    const field = fieldOf(name, column);
    const value = values[name] ?? null;
    if (field === null) continue;
    const target = column.refersTo as RegistryTable | undefined;
    const isReference = target !== undefined && typeof value === "string";
    fields[field] = isReference ? ids.of(target, value, !WITHOUT_UUID.includes(target)) : value;
  }
  return fields;
}

function differs(stored: StoredRow, fields: Row, columns: readonly string[]): boolean {
  return columns.some((column) => stored[column] !== fields[column]);
}

// Rows travel as one JSON document, so that a table is one statement and rows of one file may refer to each other.
async function insertAll(tx: Sql, { spec }: ReadTable, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = [
    ...new Set([...(spec.hasUuid ? ["id"] : []), ...fieldsOf(spec), ...("path" in (rows[0] ?? {}) ? ["path"] : [])]),
  ];
  await tx.query(
    `insert into ${spec.table} (${columns.join(", ")})
     select ${columns.join(", ")} from jsonb_populate_recordset(null::${spec.table}, $1::jsonb)`,
    [JSON.stringify(rows)],
  );
}

async function updateAll(
  tx: Sql,
  { spec }: ReadTable,
  columns: readonly string[],
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  const assignments = columns.filter((column) => column !== spec.key).map((column) => `${column} = new.${column}`);
  await tx.query(
    `update ${spec.table} old set ${assignments.join(", ")}
     from jsonb_populate_recordset(null::${spec.table}, $1::jsonb) new where old.${spec.key} = new.${spec.key}`,
    [JSON.stringify(rows)],
  );
  if (columns.includes("status_since")) await keepTold(tx, spec.table, spec.key, rows);
}

// A changed status with the instant of the one before is taken by the table's trigger as nothing said; the file says it.
async function keepTold(tx: Sql, table: string, key: string, rows: readonly Row[]): Promise<void> {
  await tx.query(
    `update ${table} old set status_since = new.status_since from jsonb_populate_recordset(null::${table}, $1::jsonb) new
      where old.${key} = new.${key} and old.status_since is distinct from new.status_since`,
    [JSON.stringify(rows)],
  );
}

function addPaths(inserts: readonly Row[], view: RegistryView): void {
  for (const row of inserts) row.path = pathOf(String(row.code), view);
}

/** Codes from the root down to a unit, each followed by a slash. */
export function pathOf(code: string, view: RegistryView): string {
  // The unit above every company, which the first administrator belongs to: all paths start with the empty one.
  if (view.storedRow("units", code)?.path === "") return "";
  const parent = parentOf("units", code, view);
  return typeof parent === "string" ? `${pathOf(parent, view)}${code}/` : `${code}/`;
}

/** Brings the path of every unit that was there before in line with the tree; gives how many moved. */
export async function moveUnits(tx: Sql, view: RegistryView): Promise<number> {
  const moved = [...(view.stored.get("units") ?? [])]
    .map(([code, row]) => ({ code, path: pathOf(code, view), was: row.path }))
    .filter(({ path, was }) => path !== was);
  for (const { code } of moved) await tx.query("update org_unit set path = '?' || id where code = $1", [code]);
  for (const { code, path } of moved) await tx.query("update org_unit set path = $2 where code = $1", [code, path]);
  return moved.length;
}

/** Sets the districts of every inlet meter in the file; gives the meters whose districts changed. */
export async function writeInlets(tx: Sql, { rows, header }: ReadTable): Promise<string[]> {
  if (!header.has("inlet_of_dma")) return [];
  const before = await storedInlets(tx);
  const changed = rows.filter((row) => namesOf(inletsOf(row)) !== namesOf(before.get(row.key) ?? []));
  for (const row of changed) {
    await tx.query("delete from dma_meter where meter_id = $1", [row.key]);
    for (const { dma, sign } of inletsOf(row))
      await tx.query("insert into dma_meter (dma_id, meter_id, sign) values ($1, $2, $3)", [dma, row.key, sign]);
  }
  return changed.map((row) => row.key);
}

interface Inlet {
  readonly dma: string;
  readonly sign: number;
}

async function storedInlets(tx: Sql): Promise<Map<string, Inlet[]>> {
  const { rows } = await tx.query<Inlet & { meter: string }>(
    "select meter_id as meter, dma_id as dma, sign from dma_meter",
  );
  return Map.groupBy(rows, (row) => row.meter);
}

function namesOf(inlets: readonly Inlet[]): string {
  return inlets
    .map(({ dma, sign }) => `${dma} ${sign}`)
    .sort()
    .join();
}

function inletsOf({ values }: ReadRow): Inlet[] {
  if (typeof values.inlet_of_dma !== "string") return [];
  const signs = typeof values.inlet_sign === "string" ? values.inlet_sign.split(";").map(Number) : [];
  return values.inlet_of_dma.split(";").map((dma, at) => ({ dma, sign: signs[at] ?? 1 }));
}
