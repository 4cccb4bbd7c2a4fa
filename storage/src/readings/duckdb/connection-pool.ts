import type { DuckDBConnection } from "@duckdb/node-api";
import { StoreUnavailableError } from "@nightflow/domain";

/** Lends connections one caller at a time, so that a long query holds up none but those behind the last free one. */
export class ConnectionPool {
  readonly #free: DuckDBConnection[];
  readonly #waiting: ((connection: DuckDBConnection) => void)[] = [];
  #lent = 0;
  #whenAllBack: (() => void) | undefined;

  constructor(connections: readonly DuckDBConnection[]) {
    this.#free = [...connections];
  }

  /** @throws {StoreUnavailableError} once the pool is drained. */
  async with<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    if (this.#whenAllBack) throw new StoreUnavailableError("the store file is being closed");
    this.#lent++;
    const connection = await this.#take();
    try {
      return await work(connection);
    } finally {
      this.#giveBack(connection);
    }
  }

  /** Lends nothing more; resolves when nobody holds or waits for a connection. */
  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenAllBack = resolve;
      if (this.#lent === 0) resolve();
    });
  }

  #take(): Promise<DuckDBConnection> | DuckDBConnection {
    return (
      this.#free.pop() ??
      new Promise((lend) => {
        this.#waiting.push(lend);
      })
    );
  }

  #giveBack(connection: DuckDBConnection): void {
    this.#lent--;
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(connection);
    else next(connection);
    if (this.#lent === 0) this.#whenAllBack?.();
  }
}
