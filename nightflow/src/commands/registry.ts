import { type Database, importRegistry, type RegistryTables, replaceMap } from "@nightflow/storage";
import { loadConfig } from "../config/load.ts";
import { makeLogger } from "../config/log.ts";
import { withDatabase } from "../database-place.ts";
import { readRegistryFolder } from "../registry/read-folder.ts";
import { type ReadMap, readMapFile } from "../registry/read-map.ts";
import { UsageError } from "./failure.ts";
import { StopRequest } from "./signals.ts";

/** `nightflow registry import DIR`: all or nothing; every fault is listed. */
export async function runRegistryImport(
  folder: string,
  options: { readonly dryRun?: boolean; readonly config?: string },
): Promise<void> {
  const loaded = loadConfig(options.config);
  const logger = makeLogger("warn", "registry", { fd: 2 });
  const stop = new StopRequest();
  const work = (db: Database) => importFolder(db, folder, options.dryRun === true);
  await withDatabase(loaded, logger, (db) => stop.unless(() => work(db)));
}

async function importFolder(db: Database, folder: string, isRehearsal: boolean): Promise<void> {
  const map = readMapFile(folder);
  const read = readRegistryFolder(folder);
  const { tables } = read;
  const faults = [...read.faults, ...map.faults, ...(await rehearseMap(db, map, tables))];
  const isDryRun = isRehearsal || faults.length > 0;
  const result = await importRegistry(db, tables, {
    dryRun: isDryRun,
    actor: "nightflow registry import",
    at: Date.now(),
  });
  const all = [...faults, ...result.faults];
  for (const fault of all) process.stdout.write(`fault: ${fault}\n`);
  if (all.length > 0)
    throw new UsageError(`${all.length} fault(s); nothing was changed`, {
      remedy: "mend the lines named above and run it again",
    });
  for (const [table, counts] of Object.entries(result.byTable))
    process.stdout.write(
      `${table.padEnd(16)} ${counts.inserted} new, ${counts.updated} changed, ${counts.unchanged} as they were\n`,
    );
  if (map.features !== null) {
    process.stdout.write(`${"map".padEnd(16)} ${map.features.length} features\n`);
    await replaceMap(db, map.features, { ...mapImport(), dryRun: isRehearsal, newDistricts: districtsOf(tables) });
  }
  if (isRehearsal) process.stdout.write("dry run: nothing was changed\n");
}

function mapImport() {
  return { actor: "nightflow registry import", at: Date.now() };
}

/** Faults of a map against the districts that are there, or come with it. */
async function rehearseMap(db: Database, map: ReadMap, tables: RegistryTables): Promise<readonly string[]> {
  if (map.features === null) return [];
  return replaceMap(db, map.features, { ...mapImport(), dryRun: true, newDistricts: districtsOf(tables) });
}

function districtsOf(tables: RegistryTables): string[] {
  return (tables.dmas ?? []).flatMap((row) => row.values.id ?? []);
}
