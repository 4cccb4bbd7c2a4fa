/**
 * The functions that need DuckDB's modules, which are loaded when one of them is called: of the threads and commands of the
 * platform only those that own a store file, or read and write one, pay for them at their start.
 */
import type { openDuckDbStore as OpenStore } from "./duckdb/duckdb-store.ts";
import type { inspectStoreFile as Inspect } from "./duckdb/inspect-file.ts";
import type { checkStoreFile as Check, salvageStoreFile as Salvage } from "./duckdb/salvage.ts";
import type { storeFileFacts as Facts } from "./duckdb/still-file.ts";
import type { exportReadings as Export } from "./files/export.ts";
import type { importExported as Import } from "./files/import.ts";

/** As in `duckdb/duckdb-store`. */
export const openDuckDbStore: typeof OpenStore = async (...given) =>
  (await import("./duckdb/duckdb-store.ts")).openDuckDbStore(...given);

/** As in `duckdb/inspect-file`. */
export const inspectStoreFile: typeof Inspect = async (...given) =>
  (await import("./duckdb/inspect-file.ts")).inspectStoreFile(...given);

/** As in `duckdb/salvage`. */
export const checkStoreFile: typeof Check = async (...given) =>
  (await import("./duckdb/salvage.ts")).checkStoreFile(...given);

/** As in `duckdb/salvage`. */
export const salvageStoreFile: typeof Salvage = async (...given) =>
  (await import("./duckdb/salvage.ts")).salvageStoreFile(...given);

/** As in `duckdb/still-file`. */
export const storeFileFacts: typeof Facts = async (...given) =>
  (await import("./duckdb/still-file.ts")).storeFileFacts(...given);

/** As in `files/export`. */
export const exportReadings: typeof Export = async (...given) =>
  (await import("./files/export.ts")).exportReadings(...given);

/** As in `files/import`. */
export const importExported: typeof Import = async (...given) =>
  (await import("./files/import.ts")).importExported(...given);
