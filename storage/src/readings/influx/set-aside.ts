import type {
  SetAsideFilter,
  SetAsideGroup,
  SetAsideOutcome,
  SetAsidePageRequest,
  SetAsideReasonCount,
  SetAsideSettlement,
  StoredSetAside,
} from "../../ports.ts";
import type { Sql } from "../../relational/database.ts";
import { conditionOf, type SetAsideDialect } from "../set-aside-filter.ts";

const DIALECT: SetAsideDialect<unknown> = {
  receivedAt: "received_at",
  instant: (atMs) => new Date(atMs),
  integer: (value) => value,
  text: (value) => value,
};

type EntryRow = Omit<StoredSetAside, "receivedAtMs" | "settledAtMs"> & {
  readonly receivedAt: Date;
  readonly settledAt: Date | null;
};

/** Entries that a filter finds, a page of them. */
export async function findSetAside(
  sql: Sql,
  filter: SetAsideFilter,
  { limit, beforeId, byReadTime }: SetAsidePageRequest,
): Promise<StoredSetAside[]> {
  const found = conditionOf(filter, DIALECT);
  const n = found.values.length;
  const { rows } = await sql.query<EntryRow>(
    `select id, list, received_at as "receivedAt", agent, epoch, seq, origin, channel, read_at_ms as "readAtMs", raw,
       reason_code as "reasonCode", reason, outcome, settled_at as "settledAt", decision
     from set_aside where ${found.sql} and id < $${n + 1}
     order by ${byReadTime ? "read_at_ms nulls last, id" : "id desc"} limit $${n + 2}`,
    [...found.values, beforeId ?? Number.MAX_SAFE_INTEGER, limit],
  );
  return rows.map(({ receivedAt, settledAt, ...entry }) => ({
    ...entry,
    receivedAtMs: receivedAt.getTime(),
    settledAtMs: settledAt?.getTime() ?? null,
  }));
}

/** How many entries a filter finds, by reason. */
export async function countSetAside(sql: Sql, filter: SetAsideFilter): Promise<SetAsideReasonCount[]> {
  const found = conditionOf(filter, DIALECT);
  const { rows } = await sql.query<{ reasonCode: string; count: string | number | bigint }>(
    `select reason_code as "reasonCode", count(*) as count from set_aside where ${found.sql}
     group by reason_code order by 2 desc, 1`,
    found.values,
  );
  return rows.map((row) => ({ reasonCode: row.reasonCode, count: Number(row.count) }));
}

type GroupRow = Omit<SetAsideGroup, "firstReceivedAtMs" | "lastReceivedAtMs"> & {
  readonly firstReceivedAt: Date;
  readonly lastReceivedAt: Date;
};

/** The entries that a filter finds, by channel. */
export async function groupSetAside(sql: Sql, filter: SetAsideFilter, limit: number): Promise<SetAsideGroup[]> {
  const found = conditionOf(filter, DIALECT);
  const { rows } = await sql.query<GroupRow>(
    `select channel, count(*) as count, min(received_at) as "firstReceivedAt", max(received_at) as "lastReceivedAt",
       min(read_at_ms) as "firstReadAtMs", max(read_at_ms) as "lastReadAtMs",
       to_jsonb((array_agg(distinct agent))[1:5]) as agents,
       to_jsonb((array_agg(raw order by id desc))[1:5]) as samples, max(id) as "lastId"
     from set_aside where ${found.sql} and channel is not null group by channel order by max(id) desc
     limit $${found.values.length + 1}`,
    [...found.values, limit],
  );
  return rows.map(({ firstReceivedAt, lastReceivedAt, ...row }) => ({
    ...row,
    count: Number(row.count),
    firstReceivedAtMs: firstReceivedAt.getTime(),
    lastReceivedAtMs: lastReceivedAt.getTime(),
  }));
}

/** Settles what a filter finds. Gives how many changed. */
export async function settleFound(
  sql: Sql,
  filter: SetAsideFilter,
  settled: { readonly outcome: SetAsideOutcome | null; readonly decision: string; readonly atMs: number },
): Promise<number> {
  const found = conditionOf(filter, DIALECT);
  const n = found.values.length;
  const { rowCount } = await sql.query(
    `update set_aside set outcome = $${n + 1}, settled_at = $${n + 2}, decision = $${n + 3} where ${found.sql}`,
    [...found.values, settled.outcome, new Date(settled.atMs), settled.decision],
  );
  return rowCount ?? 0;
}

/** Settles the entries that a commit replays, inside its transaction. */
export async function recordSettled(tx: Sql, settled: readonly SetAsideSettlement[], at: Date): Promise<void> {
  if (settled.length === 0) return;
  await tx.query(
    `update set_aside set outcome = s.outcome, decision = s.decision, settled_at = $2
     from jsonb_to_recordset($1) as s (id bigint, outcome text, decision text) where set_aside.id = s.id`,
    [JSON.stringify(settled), at],
  );
}
