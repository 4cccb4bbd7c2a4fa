import { NightflowError } from "@nightflow/domain";
import type { Database, Sql } from "@nightflow/storage";
import { copySnapshot, dropSnapshots } from "./snapshot-store.ts";

/** The database has the detectors' state for another number of shards than is asked for. */
export class ShardPlanError extends NightflowError {
  readonly code = "SHARD_PLAN";
  readonly retriable = false;
}

/**
 * Makes sure that the state kept in the database is for that number of shards. From one shard to several every shard
 * goes on from the state of the one; any other change needs `resplit`.
 *
 * @throws {ShardPlanError} when the state is for another number, or a process still works with the old one.
 */
export async function settleShards(db: Database, shards: number): Promise<void> {
  if ((await plannedShards(db)) === shards) return;
  await db.transaction(async (tx) => {
    const now = await plannedShards(tx, "for update");
    if (now === shards) return;
    if (now !== 1) throw otherPlan(now, shards);
    await requireNobody(tx, shards);
    await copySnapshot(tx, shards);
    await tx.query(
      `insert into late_replay (shard, channel, id, readings, spans, noticed_at)
         select part, channel, id, readings, spans, noticed_at from late_replay, generate_series(1, $1 - 1) as part where shard = 0
       on conflict (shard, channel) do nothing`,
      [shards],
    );
    await tx.query("update analytics_plan set shards = $1", [shards]);
  });
}

/**
 * Splits anew: the detectors forget what they have learnt, and learn it again from what the feed still holds. Findings
 * that are open stay, and the same finding told again changes nothing.
 *
 * @throws {ShardPlanError} when a process still works with the old number.
 */
export async function resplit(db: Database, shards: number): Promise<void> {
  await db.transaction(async (tx) => {
    await plannedShards(tx, "for update");
    await requireNobody(tx, shards);
    await dropSnapshots(tx);
    await tx.query("delete from late_replay");
    await tx.query("update analytics_plan set shards = $1", [shards]);
  });
}

/** For how many shards the state kept in the database is. */
export async function plannedShards(sql: Sql, lock = ""): Promise<number> {
  const { rows } = await sql.query<{ shards: number }>(`select shards from analytics_plan ${lock}`);
  return rows[0]?.shards ?? 1;
}

async function requireNobody(tx: Sql, shards: number): Promise<void> {
  const { rows } = await tx.query<{ holder: string }>(
    "select holder from analytics_lease where expires_at > clock_timestamp() limit 1",
  );
  const [row] = rows;
  if (row === undefined) return;
  throw new ShardPlanError(`${row.holder} still works with another number of shards than ${shards}`, {
    remedy: "stop all analytics processes, then start them with one number of shards",
  });
}

function otherPlan(now: number, shards: number): ShardPlanError {
  return new ShardPlanError(`the detectors' state is for ${now} shards, and analytics.shards is ${shards}`, {
    remedy: `set analytics.shards to ${now}, or stop all analytics processes and run nightflow analytics --resplit once`,
  });
}
