import { DuckDBInstance } from "@duckdb/node-api";
import { StoreBusyError, StoreCorruptError } from "../errors.ts";
import { STORE_MIGRATIONS } from "./migrations.ts";
import { rowsOfResult } from "./vectors.ts";

/** The format of a store file, and the newest that this program knows. */
export interface StoreFileFormat {
  readonly format: number;
  readonly known: number;
}

/**
 * Looks into a store file without changing it. Not for a process that has the file open: DuckDB would give it a database
 * of its own (DECISIONS trap 11).
 *
 * @throws {StoreBusyError} when another process has it. @throws {StoreCorruptError} when it is no store file.
 */
export async function inspectStoreFile(path: string): Promise<StoreFileFormat> {
  try {
    const instance = await DuckDBInstance.create(path, { access_mode: "READ_ONLY", threads: "1" });
    try {
      const connection = await instance.connect();
      const result = await connection.run("SELECT coalesce(max(no), 0) AS no FROM store_migration");
      const format = (await rowsOfResult<{ no: number }>(result))[0]?.no ?? 0;
      connection.closeSync();
      return { format, known: STORE_MIGRATIONS.at(-1)?.no ?? 0 };
    } finally {
      instance.closeSync();
    }
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    if (/Could not set lock|Conflicting lock/i.test(text))
      throw new StoreBusyError(`the store file ${path} is open in another process`, { cause });
    throw new StoreCorruptError(text.split("\n", 1)[0]?.slice(0, 200) ?? text, { cause });
  }
}
