import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Cjt188Dialect, ConfigError, checkPlainly, describeError, faultLine } from "@nightflow/domain";

/** Dialects by name. */
export type DialectLibrary = ReadonlyMap<string, Cjt188Dialect>;

/** The folder of dialects that comes with the agent. */
export const BUNDLED_DIALECTS = join(import.meta.dirname, "..", "..", "..", "profiles", "cjt188");

let bundled: DialectLibrary | undefined;

/** The dialects that come with the agent. */
export function bundledDialects(): DialectLibrary {
  bundled ??= loadDialects(BUNDLED_DIALECTS);
  return bundled;
}

/** Every dialect of a folder. @throws {ConfigError} with all faults of all files. */
export function loadDialects(folder: string): DialectLibrary {
  const faults: string[] = [];
  const library = new Map<string, Cjt188Dialect>();
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()) {
    const dialect = readDialect(join(folder, file), faults);
    if (dialect === undefined) continue;
    if (`${dialect.name}.json` !== file) faults.push(`${file}: its name must be ${dialect.name}.json`);
    library.set(dialect.name, dialect);
  }
  if (faults.length > 0) throw new ConfigError("CJ/T 188 dialects", faults);
  return library;
}

function readDialect(path: string, faults: string[]): Cjt188Dialect | undefined {
  try {
    const checked = checkPlainly(Cjt188Dialect, JSON.parse(readFileSync(path, "utf8")));
    if (checked.data !== null) return checked.data;
    faults.push(...checked.faults.map((fault) => `${path}: ${faultLine(fault)}`));
  } catch (error) {
    faults.push(`${path}: ${describeError(error)}`);
  }
  return undefined;
}
