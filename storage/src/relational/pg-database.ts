import pg, { type QueryResult, type QueryResultRow } from "pg";
import type { Logger } from "pino";
import type { Database, Sql } from "./database.ts";
import { asStoreError } from "./pg-errors.ts";
import { PgListener } from "./pg-listener.ts";
import { columnTypes } from "./pg-types.ts";

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  readonly logger: Logger;
  readonly maxConnections?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
}

const CONNECT_PATIENCE_MS = 10_000;

/**
 * Opens a pool of connections to a PostgreSQL. Connects at the first query, not here. A connection that is refused or
 * lost rejects with StoreUnavailableError; every other error of the server comes as pg gives it.
 */
export function openDatabase(options: DatabaseOptions): Database {
  return new PgDatabase(options);
}

class PgDatabase implements Database {
  readonly #pool: pg.Pool;
  readonly #settings: pg.ClientConfig;
  readonly #logger: Logger;
  readonly #listeners = new Set<PgListener>();

  constructor({ url, logger, maxConnections = 10, applicationName = "nightflow" }: DatabaseOptions) {
    this.#logger = logger;
    this.#settings = {
      connectionString: url,
      types: columnTypes,
      application_name: applicationName,
      connectionTimeoutMillis: CONNECT_PATIENCE_MS,
      keepAlive: true,
    };
    this.#pool = new pg.Pool({ ...this.#settings, max: maxConnections, idleTimeoutMillis: 30_000 });
    // An idle connection may be lost at any time; the pool replaces it, and without a listener the process would end.
    // pg hangs the whole client on its error, so only the words are logged.
    this.#pool.on("error", (error) =>
      logger.warn({ reason: error.message }, "an idle connection to PostgreSQL was lost"),
    );
  }

  query<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<QueryResult<Row>> {
    return withStoreErrors(this.#pool.query<Row>(text, values as unknown[]));
  }

  async transaction<Result>(work: (tx: Sql) => Promise<Result>): Promise<Result> {
    const client = await withStoreErrors(this.#pool.connect());
    // While checked out, the pool's own listener is off; the query under way reports the loss.
    const ignore = () => undefined;
    client.on("error", ignore);
    let failure: Error | undefined;
    try {
      return await inTransaction(client, work);
    } catch (error) {
      const known = asStoreError(error);
      if (known !== error) failure = known as Error;
      throw known;
    } finally {
      client.off("error", ignore);
      client.release(failure);
    }
  }

  async listen(channel: string, onNotify: (payload: string) => void): Promise<() => Promise<void>> {
    const listener = new PgListener(this.#settings, channel, onNotify, this.#logger);
    this.#listeners.add(listener);
    await listener.start();
    return async () => {
      this.#listeners.delete(listener);
      await listener.stop();
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#listeners].map((listener) => listener.stop()));
    this.#listeners.clear();
    if (!this.#pool.ended) await this.#pool.end();
  }
}

async function inTransaction<Result>(client: pg.PoolClient, work: (tx: Sql) => Promise<Result>): Promise<Result> {
  const tx: Sql = { query: (text, values) => withStoreErrors(client.query(text, values as unknown[])) };
  await tx.query("begin");
  try {
    const result = await work(tx);
    await tx.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

async function withStoreErrors<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw asStoreError(error);
  }
}
