import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { StoreBusyError, StoreCorruptError } from "../errors.ts";
import { STORE_MIGRATIONS } from "./migrations.ts";
import { rowsOfResult } from "./vectors.ts";

/** A store whose upkeep and checkpoints stand still. */
export interface HeldStore {
  /**
   * Brings every commit that was durable at the call into the file. From then on, and as long as the store is held, the first
   * `bytes` of the file hold exactly the commits up to `lastCommit`.
   *
   * @throws {StoreBusyError} when queries were in the way for too long.
   */
  still(): Promise<StillFile>;
}

/**
 * A store file that another process may copy. Never the process that has it open: when that closes any handle on the file,
 * DuckDB's lock on it is gone (DECISIONS, trap 11).
 */
export interface StillFile {
  readonly path: string;
  readonly bytes: number;
  readonly lastCommit: number;
  /** False once the store was closed or opened again: what was copied since then is worth nothing. */
  isUntouched(): Promise<boolean>;
}

/** What a store file that nobody has open holds. */
export interface StoreFileFacts {
  readonly format: number;
  /** The newest format that this program knows. */
  readonly known: number;
  readonly lastCommit: number;
  readonly readings: number;
  readonly installation: string | null;
  /** How far each consumer of the feed had said to have read. */
  readonly cursors: Readonly<Record<string, number>>;
}

const FORMAT_WITH_INSTALLATION = 4;

/** The installation of a store; `claimant` where it has none. */
export async function claimInstallation(writer: DuckDBConnection, claimant: string): Promise<string> {
  const [stored] = await rowsOfResult<{ id: string }>(await writer.run("SELECT id FROM installation"));
  if (stored !== undefined) return stored.id;
  await writer.run("INSERT INTO installation VALUES ($1)", [claimant]);
  return claimant;
}

/**
 * Looks into a store file that nobody has open, without changing it.
 *
 * @throws {StoreBusyError} when another process has it. @throws {StoreCorruptError} when it is damaged or no store file.
 */
export async function storeFileFacts(path: string): Promise<StoreFileFacts> {
  try {
    const instance = await DuckDBInstance.create(path, { access_mode: "READ_ONLY", threads: "1" });
    try {
      const connection = await instance.connect();
      const facts = await factsOf(connection);
      connection.closeSync();
      return facts;
    } finally {
      instance.closeSync();
    }
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    if (/Could not set lock|Conflicting lock/i.test(text))
      throw new StoreBusyError(`the store file ${path} is open in another process`, { cause });
    throw new StoreCorruptError(`${path} cannot be read: ${text.split("\n", 1)[0]?.slice(0, 200)}`, { cause });
  }
}

async function factsOf(connection: DuckDBConnection): Promise<StoreFileFacts> {
  const rows = async <Row>(sql: string) => await rowsOfResult<Row>(await connection.run(sql));
  const [file] = await rows<{ format: number; lastCommit: number; readings: number }>(
    `SELECT (SELECT coalesce(max(no), 0) FROM store_migration) AS format,
       coalesce(max(no), 0)::DOUBLE AS "lastCommit", coalesce(sum(stored), 0)::DOUBLE AS readings FROM commit_log`,
  );
  const { format = 0, lastCommit = 0, readings = 0 } = file ?? {};
  const cursors = await rows<{ name: string; at: number }>("SELECT name, commit_no::DOUBLE AS at FROM consumer_cursor");
  const [owner] = format < FORMAT_WITH_INSTALLATION ? [] : await rows<{ id: string }>("SELECT id FROM installation");
  return {
    format,
    known: STORE_MIGRATIONS.at(-1)?.no ?? 0,
    lastCommit,
    readings,
    installation: owner?.id ?? null,
    cursors: Object.fromEntries(cursors.map(({ name, at }) => [name, at])),
  };
}
