import { checkStoreFile, salvageStoreFile } from "@nightflow/storage";
import { requireFree } from "../config/folder-lock.ts";
import { dataDirOf, loadConfig } from "../config/load.ts";
import { makeLogger } from "../config/log.ts";
import { storeFileOf, withOwnStore } from "./own-store.ts";

/** Options of `nightflow store …`. */
export interface StoreCommand {
  readonly config?: string;
  readonly evenUnread?: boolean;
}

/** `nightflow store check`: reads every block; ends with 1 when some cannot be read. */
export async function runStoreCheck(options: StoreCommand): Promise<void> {
  const loaded = loadConfig(options.config);
  requireFree(dataDirOf(loaded), "import");
  const path = storeFileOf(loaded);
  const checks = await checkStoreFile(path);
  for (const { table, rows, fault } of checks)
    process.stdout.write(`${table}: ${rows} rows${fault === null ? "" : `, not all can be read: ${fault}`}\n`);
  if (checks.every(({ fault }) => fault === null)) return void process.stdout.write(`${path} can be read in full\n`);
  process.stdout.write(
    `${path} is damaged: restore the newest backup, or save what can be read with "nightflow store salvage FILE"\n`,
  );
  process.exitCode = 1;
}

/** `nightflow store salvage FILE`: saves into a new file what can be read; the damaged one stays as it is. */
export async function runStoreSalvage(target: string, options: StoreCommand): Promise<void> {
  const loaded = loadConfig(options.config);
  requireFree(dataDirOf(loaded), "import");
  const path = storeFileOf(loaded);
  const saved = await salvageStoreFile(path, target, makeLogger("warn", "store", { fd: 2 }));
  for (const { table, savedRows, lostRows } of saved)
    process.stdout.write(`${table}: ${savedRows} rows saved${lostRows === 0 ? "" : `, ${lostRows} lost`}\n`);
  process.stdout.write(
    `To go on with it: move ${path} and ${path}.wal aside, then move ${target} to ${path} and start nightflow up.\n`,
  );
}

/** `nightflow store compact`: sorts now what every consumer has read, instead of at its hour. */
export async function runStoreCompact(options: StoreCommand): Promise<void> {
  const logger = makeLogger("warn", "store", { fd: 2 });
  const report = await withOwnStore(loadConfig(options.config), logger, (store) =>
    store.compact({ withoutConsumers: options.evenUnread ?? false }),
  );
  process.stdout.write(`${report.moved} readings sorted, ${report.dropped} copies left out\n`);
}
