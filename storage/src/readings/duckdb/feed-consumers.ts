import type { DuckDBConnection } from "@duckdb/node-api";
import type { Clock } from "@nightflow/domain";
import type { FeedConsumer } from "../../ports.ts";

/** What is known of the readers without asking the file. */
export interface KnownReaders {
  readonly cursors: ReadonlyMap<string, number>;
  readonly lastCommit: number;
  /** By which commits are dated. */
  readonly clock: Clock;
}

/** Every reader of the feed, by name, with how long the first commit behind it has waited. */
export async function readConsumers(
  connection: DuckDBConnection,
  { cursors, lastCommit, clock }: KnownReaders,
): Promise<FeedConsumer[]> {
  const consumers: FeedConsumer[] = [];
  for (const [name, cursor] of [...cursors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const lagCommits = Math.max(0, lastCommit - cursor);
    const receivedAtMs = lagCommits === 0 ? undefined : await firstReceivedAfter(connection, cursor);
    const lagMs = receivedAtMs === undefined ? 0 : Math.max(0, clock.toRealMs(clock.now() - receivedAtMs));
    consumers.push({ name, cursor, lagCommits, lagMs });
  }
  return consumers;
}

async function firstReceivedAfter(connection: DuckDBConnection, cursor: number): Promise<number | undefined> {
  const rows = await connection.runAndReadAll(
    "SELECT received_at_ms::DOUBLE FROM commit_log WHERE no > $1 ORDER BY no LIMIT 1",
    [BigInt(cursor)],
  );
  return rows.getRows()[0]?.[0] as number | undefined;
}
