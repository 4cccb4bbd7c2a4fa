import { existsSync } from "node:fs";
import { copyFile, rm } from "node:fs/promises";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { describeError, StoreUnavailableError } from "@nightflow/domain";
import type { Logger } from "pino";
import { StoreCorruptError } from "../errors.ts";
import { openDuckDbStore } from "./duckdb-store.ts";
import { takeOwnerLock } from "./owner-lock.ts";
import { hoursOfReadingsSql } from "./roll-up-sql.ts";
import { loadSegments, type Segment, segmentSql, sortedTableSql, tailTableSql } from "./segments.ts";
import { oneRow } from "./upkeep-place.ts";
import { rowsOfResult } from "./vectors.ts";

/** What a check found in one table of a store file. */
export interface TableCheck {
  readonly table: string;
  readonly rows: number;
  /** Why the table cannot be read in full; null when all of it can. */
  readonly fault: string | null;
}

/** What a salvage saved of one table: `lostRows` could not be read. */
export interface TableSalvage {
  readonly table: string;
  readonly savedRows: number;
  readonly lostRows: number;
}

/** Rows in one of DuckDB's row groups: where one cannot be read, the next may be. */
const GROUP_ROWS = 122_880;
const KEPT_AS_THEY_ARE = ["channel", "known_channel", "commit_log", "mark", "set_aside", "upkeep_log", "raw_forgotten"];

/**
 * Reads every block of a store file that nobody has open, without changing it.
 *
 * @throws {StoreCorruptError} when the file cannot be opened at all; its log is then tried without, and it says so.
 */
export async function checkStoreFile(path: string): Promise<TableCheck[]> {
  return await withBroken(path, async (broken) => {
    const checks: TableCheck[] = [];
    for (const table of await broken.tables()) checks.push(await checkTable(broken, table));
    return checks;
  });
}

async function checkTable(broken: BrokenFile, table: string): Promise<TableCheck> {
  const rows = await broken.rowsOf(table).catch(() => 0);
  try {
    await broken.run(`SELECT sum(hash(COLUMNS(*))) FROM broken.${table}`);
    return { table, rows, fault: null };
  } catch (cause) {
    await broken.openAgain();
    return { table, rows, fault: describeError(cause).split("\n")[0] ?? "" };
  }
}

/**
 * Saves into a new file what can be read of a damaged one, which stays as it is. Roll-ups and last values are made anew.
 * What agents hold unacknowledged they send again; what they have had acknowledged and is lost here is lost.
 *
 * @throws {StoreUnavailableError} when the new file exists. @throws {StoreCorruptError} when nothing can be read.
 */
export async function salvageStoreFile(path: string, target: string, logger: Logger): Promise<TableSalvage[]> {
  if (existsSync(target))
    throw new StoreUnavailableError(`${target} exists already`, { remedy: "name a file that does not exist yet" });
  await (await openDuckDbStore({ path: target, logger })).close();
  try {
    return await withBroken(path, (broken) => copyAll(broken, target));
  } catch (cause) {
    await rm(target, { force: true });
    throw cause;
  }
}

async function copyAll(broken: BrokenFile, target: string): Promise<TableSalvage[]> {
  await broken.run(`ATTACH '${quoted(target)}' AS saved`);
  const there = await broken.tables();
  const saved: TableSalvage[] = [];
  for (const table of KEPT_AS_THEY_ARE.filter((name) => there.includes(name))) {
    await broken.run(`DELETE FROM saved.${table}`);
    saved.push(await copyTable(broken, table));
  }
  for (const table of there.filter((name) => /^(reading|sorted)(_\d+)?$/.test(name)))
    saved.push(await copyReadings(broken, table));
  await rebuild(broken);
  await broken.run("CHECKPOINT saved");
  await broken.run("USE memory");
  await broken.run("DETACH saved");
  return saved;
}

// A sorted table that was still being built holds copies of others' rows: without the list of segments they cannot be
// told apart, and copies do no harm, as one instant is shown once.
async function copyReadings(broken: BrokenFile, table: string): Promise<TableSalvage> {
  if (table !== "reading") {
    const isTail = table.startsWith("reading_");
    await broken.run((isTail ? tailTableSql : sortedTableSql)(`saved.${table}`));
    await listSegment(broken, table, isTail);
  }
  return await copyTable(broken, table);
}

// Without its unit of time a sorted table says nothing; a tail needs no more than its name.
async function listSegment(broken: BrokenFile, table: string, isTail: boolean): Promise<void> {
  const columns = isTail ? "kind, span, first_commit, 0" : "'sorted', span, 0, NULL";
  const unlisted = `VALUES ('${table}', 'tail', NULL, 1, 0, 0, 1, ${Number(table.split("_")[1])})`;
  const listed = `SELECT table_name, ${columns}, row_count, unit_ms, made_no FROM broken.segment WHERE table_name = '${table}'`;
  await broken.run(`INSERT INTO saved.segment ${listed}`).catch(async (cause: unknown) => {
    if (!isTail) throw cause;
    await broken.openAgain();
    await broken.run(`INSERT INTO saved.segment ${unlisted}`);
  });
}

async function copyTable(broken: BrokenFile, table: string): Promise<TableSalvage> {
  const rows = await broken.rowsOf(table).catch(() => 0);
  let savedRows = 0;
  for (let from = 0; from < rows; from += GROUP_ROWS) {
    try {
      savedRows += await broken.change(
        `INSERT INTO saved.${table} BY NAME SELECT * FROM broken.${table} WHERE rowid >= ${from} AND rowid < ${from + GROUP_ROWS}`,
      );
    } catch {
      await broken.openAgain();
    }
  }
  return { table, savedRows, lostRows: Math.max(0, rows - savedRows) };
}

async function rebuild(broken: BrokenFile): Promise<void> {
  await broken.run("USE saved");
  const tables = await broken.names("SELECT table_name AS name FROM saved.segment WHERE kind IN ('tail', 'sorted')");
  const rows = (await broken.segments()).map((segment) => segmentSql(segment)).join(" UNION ALL ");
  const { last, stored } = await broken.row<{ last: number; stored: number }>(
    `SELECT greatest((SELECT coalesce(max(no), 0) FROM saved.commit_log), (SELECT coalesce(max(commit_no), 0) FROM saved.mark),
       ${tables.filter((table) => table.startsWith("reading")).map((table) => `(SELECT coalesce(max(commit_no), 0) FROM saved.${table})`)})::DOUBLE AS "last",
       (SELECT coalesce(sum(stored), 0) FROM saved.commit_log)::DOUBLE AS stored`,
  );
  const { kept } = await broken.row<{ kept: number }>(`SELECT count(*)::DOUBLE AS kept FROM (${rows})`);
  if (stored === 0 && kept > 0)
    await broken.run(`INSERT INTO saved.commit_log VALUES (${last}, 0, ${Math.min(kept, 2 ** 31 - 1)}, 0, 0, 0, 0)`);
  await broken.run(`UPDATE saved.segment SET last_commit = ${last} WHERE kind = 'tail'`);
  await broken.run(`UPDATE saved.segment SET last_commit = NULL WHERE kind = 'tail' AND made_no =
    (SELECT max(made_no) FROM saved.segment WHERE kind = 'tail')`);
  await broken.run("DELETE FROM saved.roll_up_hour");
  await broken.run(`INSERT INTO saved.roll_up_hour SELECT * FROM (WITH raw AS (SELECT DISTINCT ON (channel_no, read_at_ms) * FROM (${rows})
    ORDER BY quality = 2) SELECT * FROM (${hoursOfReadingsSql("raw")}))`);
  await broken.run(`UPDATE saved.roll_up_state SET commit_no = ${last}`);
  await broken.run("DELETE FROM saved.last_value");
  await broken.run(`INSERT INTO saved.last_value SELECT channel_no, max(read_at_ms), arg_max_null(counts, read_at_ms),
      arg_max_null(gauge, read_at_ms), arg_max(quality, read_at_ms), arg_max(flags, read_at_ms),
      max(read_at_ms) FILTER (quality <> 2), ${last}
    FROM (SELECT DISTINCT ON (channel_no, read_at_ms) * FROM (${rows}) ORDER BY quality = 2) GROUP BY channel_no`);
}

/** A damaged file, attached for reading; the connection is made anew after each fault, as DuckDB gives up on the file. */
class BrokenFile {
  readonly #path: string;
  readonly #attached: string[] = [];
  #instance: DuckDBInstance | undefined;
  #connection: DuckDBConnection | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async open(): Promise<void> {
    this.#instance = await DuckDBInstance.create(":memory:", { memory_limit: "1GB" });
    this.#connection = await this.#instance.connect();
    await this.#connection.run(`ATTACH '${quoted(this.#path)}' AS broken (READ_ONLY)`);
    for (const sql of this.#attached) await this.#connection.run(sql);
  }

  async openAgain(): Promise<void> {
    this.close();
    await this.open();
  }

  close(): void {
    this.#connection?.closeSync();
    this.#instance?.closeSync();
  }

  async run(sql: string) {
    const result = await this.#use().run(sql);
    if (/^(ATTACH|USE)/.test(sql)) this.#attached.push(sql);
    return result;
  }

  async change(sql: string): Promise<number> {
    return (await this.#use().run(sql)).rowsChanged;
  }

  row<Row>(sql: string): Promise<Row> {
    return oneRow<Row>(this.#use(), sql);
  }

  async segments(): Promise<readonly Segment[]> {
    const { all, tails } = await loadSegments(this.#use());
    return [...tails, ...all.filter(({ kind }) => kind === "sorted")];
  }

  async rowsOf(table: string): Promise<number> {
    const { rows } = await this.row<{ rows: number }>(
      `SELECT (SELECT coalesce(max(rowid) + 1, 0) FROM broken.${table})::DOUBLE AS rows`,
    );
    return rows;
  }

  async names(sql: string): Promise<string[]> {
    return (await rowsOfResult<{ name: string }>(await this.run(sql))).map(({ name }) => name);
  }

  tables(): Promise<string[]> {
    return this.names(
      "SELECT table_name AS name FROM duckdb_tables() WHERE database_name = 'broken' ORDER BY table_oid",
    );
  }

  #use(): DuckDBConnection {
    if (this.#connection === undefined) throw new StoreUnavailableError(`${this.#path} is not open`);
    return this.#connection;
  }
}

// Nobody else may own the file meanwhile. A log that cannot be replayed keeps DuckDB from opening the file at all: a
// copy without it is read then.
async function withBroken<Result>(path: string, work: (broken: BrokenFile) => Promise<Result>): Promise<Result> {
  if (!existsSync(path)) throw new StoreUnavailableError(`there is no file ${path}`);
  const release = await takeOwnerLock(path);
  const copy = `${path}.without-log`;
  const broken = new BrokenFile(path);
  let opened = broken;
  try {
    await broken.open().catch(async (cause) => {
      broken.close();
      if (!existsSync(`${path}.wal`)) throw unreadable(path, cause);
      await copyFile(path, copy);
      opened = new BrokenFile(copy);
      await opened.open().catch((again) => Promise.reject(unreadable(path, again)));
    });
    return await work(opened);
  } finally {
    opened.close();
    await rm(copy, { force: true });
    await release();
  }
}

function unreadable(path: string, cause: unknown): StoreCorruptError {
  return new StoreCorruptError(`nothing of ${path} can be read: its header or its list of tables is damaged`, {
    cause,
    remedy:
      "restore the newest backup, or set the file aside and start with a new one; agents send what is unacknowledged",
  });
}

function quoted(path: string): string {
  return path.replaceAll("'", "''");
}
