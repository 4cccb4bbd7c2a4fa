import { stat } from "node:fs/promises";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { type Clock, StoreTooNewError, StoreUnavailableError } from "@nightflow/domain";
import { StoreBusyError, StoreCorruptError } from "../errors.ts";
import { STORE_MIGRATIONS } from "./migrations.ts";
import { takeOwnerLock } from "./owner-lock.ts";
import { rowsOfResult } from "./vectors.ts";

/** How the store file is opened. */
export interface DatabaseFileOptions {
  readonly path: string;
  /** DuckDB's memory bound, for example `512MB`. */
  readonly memoryLimit: string;
  readonly threads: number;
  /** Most that queries and upkeep may set down beside the file when memory is short, for example `10GB`. */
  readonly maxTempSize: string;
}

/** An open store file: one connection that writes, some that read, all in the thread that opened it. */
export interface DatabaseFile {
  readonly path: string;
  readonly writer: DuckDBConnection;
  readonly readers: readonly DuckDBConnection[];
  /** Takes the long work of upkeep, beside commits and queries. */
  readonly upkeep: DuckDBConnection;
  close(): Promise<void>;
}

const READERS = 2;

/**
 * Opens or creates a store file and brings its format up to date.
 *
 * @throws {StoreTooNewError} when a newer program wrote it. @throws {StoreCorruptError} when it is damaged or something else.
 * @throws {StoreBusyError} when another thread or process owns it.
 */
export async function openDatabaseFile(options: DatabaseFileOptions, clock: Clock): Promise<DatabaseFile> {
  const release = await takeOwnerLock(options.path);
  try {
    return await openOwned(options, clock, release);
  } catch (cause) {
    await release();
    throw asOpenError(cause, options.path);
  }
}

async function openOwned(
  { path, memoryLimit, threads, maxTempSize }: DatabaseFileOptions,
  clock: Clock,
  release: () => Promise<void>,
): Promise<DatabaseFile> {
  await refuseEmptied(path);
  // Checkpoints stall commits, so DuckDB's own are switched off by a threshold it never reaches; see checkpoints.ts.
  const instance = await DuckDBInstance.create(path, {
    memory_limit: memoryLimit,
    threads: String(threads),
    temp_directory: `${path}.tmp`,
    max_temp_directory_size: maxTempSize,
    checkpoint_threshold: "1TB",
    // Of new files; one made with DuckDB's own 256 KB keeps them. Packed columns fill about half of such a block.
    default_block_size: "65536",
  });
  const connections: DuckDBConnection[] = [];
  const close = async () => {
    for (const connection of connections) connection.closeSync();
    instance.closeSync();
    await release();
  };
  try {
    for (let i = 0; i < READERS + 2; i++) connections.push(await instance.connect());
    const [writer, upkeep, ...readers] = connections;
    if (writer === undefined || upkeep === undefined) throw new StoreUnavailableError(`no connection to ${path}`);
    await migrate(writer, path, clock);
    return { path, writer, readers, upkeep, close };
  } catch (cause) {
    for (const connection of connections) connection.closeSync();
    instance.closeSync();
    throw cause;
  }
}

// DuckDB takes an empty file for a new one: a store that lost its content would start again as if there had been none.
async function refuseEmptied(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.size === 0) throw corruptError(path, new Error("the file is empty"));
  if (found === undefined && (await stat(`${path}.wal`).catch(() => undefined)) !== undefined)
    throw corruptError(path, new Error(`the file is gone, and its log ${path}.wal is there`));
}

async function migrate(writer: DuckDBConnection, path: string, clock: Clock): Promise<void> {
  await writer.run(
    "CREATE TABLE IF NOT EXISTS store_migration (no INTEGER NOT NULL, name VARCHAR NOT NULL, applied_at_ms BIGINT NOT NULL)",
  );
  const result = await writer.run("SELECT coalesce(max(no), 0) AS no FROM store_migration");
  const stored = (await rowsOfResult<{ no: number }>(result))[0]?.no ?? 0;
  const known = STORE_MIGRATIONS.at(-1)?.no ?? 0;
  if (stored > known)
    throw new StoreTooNewError(`${path} has format ${stored}; this program knows formats up to ${known}`, {
      remedy: "start the newer program that wrote the file, or restore the copy made before the update",
    });
  for (const migration of STORE_MIGRATIONS) {
    if (migration.no <= stored) continue;
    await inTransaction(writer, async () => {
      for (const statement of migration.sql) await writer.run(statement);
      await writer.run("INSERT INTO store_migration VALUES ($1, $2, $3)", [
        migration.no,
        migration.name,
        BigInt(clock.now()),
      ]);
    });
  }
}

/** Runs `work` between BEGIN and COMMIT on a connection; rolls back when it throws. */
export async function inTransaction<Result>(
  connection: DuckDBConnection,
  work: () => Promise<Result>,
): Promise<Result> {
  await connection.run("BEGIN TRANSACTION");
  try {
    const result = await work();
    await connection.run("COMMIT");
    return result;
  } catch (cause) {
    await connection.run("ROLLBACK").catch(() => undefined);
    throw cause;
  }
}

/** The error for a store file that DuckDB finds damaged. */
export function corruptError(path: string, cause: unknown): StoreCorruptError {
  return new StoreCorruptError(`${path} is damaged or is not a store file`, {
    cause,
    remedy: `run "nightflow store check" to see what can be read; then restore the newest backup, or save what can be read with "nightflow store salvage". Nothing is deleted, and agents send again what is not acknowledged`,
  });
}

/** Whether DuckDB's text tells of damage. */
export function tellsDamage(text: string): boolean {
  return /not a valid DuckDB|Corrupt|checksum|Serialization|deserialize|Failure while replaying WAL|replaying WAL|WAL file|Could not read (enough|all)|could not be read|end of file/i.test(
    text,
  );
}

// DuckDB gives no error codes, so its texts are read here and nowhere else.
function asOpenError(cause: unknown, path: string): unknown {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (tellsDamage(text)) return corruptError(path, cause);
  if (/newer version|storage version|older version/i.test(text))
    return new StoreTooNewError(`${path} was written by a newer DuckDB than this program has`, {
      cause,
      remedy: "start the newer program that wrote the file",
    });
  if (/Could not set lock/i.test(text))
    return new StoreBusyError(`the store file ${path} is open in another process`, {
      cause,
      remedy: "stop the other program that uses this data directory",
    });
  if (/^(IO|Out of Memory) Error/i.test(text))
    return new StoreUnavailableError(`cannot open the store file ${path}`, { cause });
  return cause;
}
