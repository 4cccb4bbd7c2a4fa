import type { QueryResult, QueryResultRow } from "pg";

/** What can run SQL: the database itself, or a transaction on it. */
export interface Sql {
  query<Row extends QueryResultRow = QueryResultRow>(
    text: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>;
}

/** A PostgreSQL database: a pool of connections, and transactions that commit when `work` resolves. */
export interface Database extends Sql {
  /** Runs `work` in one transaction; rolls back when it throws. */
  transaction<Result>(work: (tx: Sql) => Promise<Result>): Promise<Result>;
  /** Calls `onNotify` for every NOTIFY on `channel`, on a connection of its own that reconnects by itself. Returns what stops it. */
  listen(channel: string, onNotify: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}
