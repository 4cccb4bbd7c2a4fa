import { type Database, type Sql, sqlStateOf } from "@nightflow/storage";

// 40P01 deadlock, 40001 serialization failure: PostgreSQL has undone the transaction and asks for it once more.
const WORTH_RETRYING: ReadonlySet<string | undefined> = new Set(["40P01", "40001"]);
const TRIES = 4;

/**
 * Runs `work` in a transaction, again when PostgreSQL undid it because it stood in the way of another one: detection and
 * people change the same findings at the same time. `work` must do nothing that outlives its transaction.
 */
export async function transactionWithRetry<Result>(db: Database, work: (tx: Sql) => Promise<Result>): Promise<Result> {
  for (let tried = 1; ; tried++) {
    try {
      return await db.transaction(work);
    } catch (error) {
      if (tried >= TRIES || !WORTH_RETRYING.has(sqlStateOf(error))) throw error;
    }
  }
}
