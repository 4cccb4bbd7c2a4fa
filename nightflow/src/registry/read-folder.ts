import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describeError } from "@nightflow/domain";
import { REGISTRY_TABLES, type RegistryRow, type RegistryTables } from "@nightflow/storage";
import { parse } from "csv-parse/sync";

/**
 * Reads every CSV file of a registry folder.
 *
 * @returns the rows by table, and faults of the files themselves (unknown name, unreadable CSV), each naming file and line.
 */
export function readRegistryFolder(folder: string): {
  readonly tables: RegistryTables;
  readonly faults: readonly string[];
} {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return { tables: {}, faults: [`${folder}: there is no such folder`] };
  if (!found.isDirectory()) return { tables: {}, faults: [`${folder} is a file; name the folder that holds it`] };
  const tables: Record<string, RegistryRow[]> = {};
  const faults: string[] = [];
  for (const file of readdirSync(folder).sort()) {
    const table = file.replace(/\.csv$/, "");
    if (!file.endsWith(".csv")) continue;
    if (!(REGISTRY_TABLES as readonly string[]).includes(table)) {
      faults.push(`${file}: not a registry file; there are ${REGISTRY_TABLES.map((name) => `${name}.csv`).join(", ")}`);
      continue;
    }
    try {
      tables[table] = rowsOf(file, readFileSync(join(folder, file)), faults);
    } catch (error) {
      faults.push(`${file}: ${describeError(error)}`);
    }
  }
  if (Object.keys(tables).length === 0 && faults.length === 0) faults.push(`${folder}: there is no CSV file in it`);
  return { tables, faults };
}

const MOST_FAULTS_PER_FILE = 50;

/** The rows of one file; what is wrong with its text goes to `faults`, and the other rows are still given. */
function rowsOf(file: string, bytes: Buffer, faults: string[]): RegistryRow[] {
  const text = textOf(bytes);
  if (text === undefined) {
    faults.push(`${file}: it is not UTF-8 text; save it as "CSV UTF-8"`);
    return [];
  }
  const records = parse(text, {
    bom: true,
    info: true,
    skip_empty_lines: true,
    trim: true,
    relax_column_count: true,
  }) as unknown as { record: string[]; info: { lines: number } }[];
  const [header, ...rows] = records;
  if (header === undefined) return [];
  if (header.record.length === 1 && header.record[0]?.includes(";") === true) {
    faults.push(`${file}: its columns are separated by semicolons; save it with commas`);
    return [];
  }
  const wrong = rows.filter(({ record }) => record.length !== header.record.length);
  for (const { record, info } of wrong.slice(0, MOST_FAULTS_PER_FILE))
    faults.push(`${file} line ${info.lines}: it has ${record.length} cells and the header has ${header.record.length}`);
  if (wrong.length > MOST_FAULTS_PER_FILE)
    faults.push(`${file}: and ${wrong.length - MOST_FAULTS_PER_FILE} more such lines`);
  return rows
    .filter(({ record }) => record.length === header.record.length)
    .map(({ record, info }) => ({ line: info.lines, values: valuesOf(header.record, record) }));
}

function valuesOf(header: readonly string[], record: readonly string[]): Record<string, string> {
  return Object.fromEntries(header.map((column, at) => [column, record[at] ?? ""]));
}

/** Bytes as text; undefined when they are not UTF-8, as what spreadsheets save in an older encoding is not. */
function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
