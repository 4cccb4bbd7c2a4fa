import type { DuckDBConnection } from "@duckdb/node-api";
import type { Clock } from "@nightflow/domain";
import type { Logger } from "pino";
import type { StoreState } from "./store-state.ts";
import { rowsOfResult } from "./vectors.ts";

/** What roll-ups, compaction and retention work on: an open store file, next to commits and queries. */
export interface UpkeepPlace {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly isStopping: boolean;
  state(): StoreState;
  /** Runs a step on the connection for upkeep; commits go on beside it, checkpoints wait for it. */
  step<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result>;
  /** Runs a short step in the queue of commits, in a transaction; what it gives is done once that is durable. */
  between(work: (writer: DuckDBConnection) => Promise<() => Promise<void>>): Promise<void>;
  /** Notes how far a long piece of work has come, of `total`. */
  progress(what: string, done: number, total: number): void;
  /** Folds marks and last values into the file, and its log. */
  fold(): Promise<void>;
}

/** Writes what was done into the file's own log and the program's. */
export async function noteUpkeep(
  connection: DuckDBConnection,
  { clock, logger }: Pick<UpkeepPlace, "clock" | "logger">,
  what: string,
  rows: number,
  detail: string,
): Promise<void> {
  await connection.run("INSERT INTO upkeep_log VALUES ($1, $2, $3, $4)", [
    BigInt(clock.now()),
    what,
    BigInt(rows),
    detail,
  ]);
  logger.info({ what, rows, detail }, "upkeep of the store file");
}

/** The first row of a query for few figures. */
export async function oneRow<Row>(connection: DuckDBConnection, sql: string): Promise<Row> {
  const [row] = await rowsOfResult<Row>(await connection.run(sql));
  if (row === undefined) throw new RangeError("a query for figures gave no row");
  return row;
}
