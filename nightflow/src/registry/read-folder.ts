import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
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
  if (!existsSync(folder)) return { tables: {}, faults: [`${folder}: there is no such folder`] };
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
      tables[table] = rowsOf(readFileSync(join(folder, file), "utf8"));
    } catch (error) {
      faults.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (Object.keys(tables).length === 0 && faults.length === 0) faults.push(`${folder}: there is no CSV file in it`);
  return { tables, faults };
}

function rowsOf(text: string): RegistryRow[] {
  const records = parse(text, {
    columns: true,
    bom: true,
    info: true,
    skip_empty_lines: true,
    trim: true,
  }) as unknown as {
    record: Record<string, string>;
    info: { lines: number };
  }[];
  return records.map(({ record, info }) => ({ line: info.lines, values: record }));
}
