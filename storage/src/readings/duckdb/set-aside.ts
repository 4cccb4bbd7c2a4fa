import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import type {
  SetAsideFilter,
  SetAsideGroup,
  SetAsideOutcome,
  SetAsidePageRequest,
  SetAsideReasonCount,
  SetAsideSettlement,
  StoredSetAside,
} from "../../ports.ts";
import { conditionOf, type SetAsideDialect } from "../set-aside-filter.ts";
import { rowsOfResult } from "./vectors.ts";

const DIALECT: SetAsideDialect<DuckDBValue> = {
  receivedAt: "received_at_ms",
  instant: (atMs) => BigInt(Math.trunc(atMs)),
  integer: (value) => BigInt(value),
  text: (value) => value,
};

const COLUMNS = `id::DOUBLE AS id, list, received_at_ms::DOUBLE AS "receivedAtMs", agent, epoch, seq::DOUBLE AS seq,
  origin, channel, read_at_ms::DOUBLE AS "readAtMs", raw, reason_code AS "reasonCode", reason, outcome,
  settled_at_ms::DOUBLE AS "settledAtMs", decision`;

/** Entries that a filter finds, a page of them. */
export async function findSetAside(
  connection: DuckDBConnection,
  filter: SetAsideFilter,
  { limit, beforeId, byReadTime }: SetAsidePageRequest,
): Promise<StoredSetAside[]> {
  const { sql, values } = conditionOf(filter, DIALECT);
  const before = `id < $${values.length + 1}`;
  const order = byReadTime ? "set_aside.read_at_ms NULLS LAST, set_aside.id" : "set_aside.id DESC";
  const result = await connection.run(
    `SELECT ${COLUMNS} FROM set_aside WHERE ${sql} AND ${before} ORDER BY ${order} LIMIT $${values.length + 2}`,
    [...values, BigInt(beforeId ?? Number.MAX_SAFE_INTEGER), BigInt(limit)],
  );
  return (await rowsOfResult<StoredSetAside>(result)).map((row) => ({ ...row }));
}

/** How many entries a filter finds, by reason. */
export async function countSetAside(
  connection: DuckDBConnection,
  filter: SetAsideFilter,
): Promise<SetAsideReasonCount[]> {
  const { sql, values } = conditionOf(filter, DIALECT);
  const result = await connection.run(
    `SELECT reason_code AS "reasonCode", count(*)::DOUBLE AS count FROM set_aside WHERE ${sql}
     GROUP BY reason_code ORDER BY 2 DESC, 1`,
    values,
  );
  return (await rowsOfResult<SetAsideReasonCount>(result)).map((row) => ({ ...row }));
}

type GroupRow = Omit<SetAsideGroup, "agents" | "samples"> & { readonly agents: string; readonly samples: string };

/** The entries that a filter finds, by channel. */
export async function groupSetAside(
  connection: DuckDBConnection,
  filter: SetAsideFilter,
  limit: number,
): Promise<SetAsideGroup[]> {
  const { sql, values } = conditionOf(filter, DIALECT);
  const result = await connection.run(
    `SELECT channel, count(*)::DOUBLE AS count, min(received_at_ms)::DOUBLE AS "firstReceivedAtMs",
       max(received_at_ms)::DOUBLE AS "lastReceivedAtMs", min(read_at_ms)::DOUBLE AS "firstReadAtMs",
       max(read_at_ms)::DOUBLE AS "lastReadAtMs", to_json(list_sort(list(DISTINCT agent))[1:5])::VARCHAR AS agents,
       to_json(list(raw ORDER BY id DESC)[1:5])::VARCHAR AS samples, max(id)::DOUBLE AS "lastId"
     FROM set_aside WHERE ${sql} AND channel IS NOT NULL GROUP BY channel ORDER BY max(id) DESC
     LIMIT $${values.length + 1}`,
    [...values, BigInt(limit)],
  );
  return (await rowsOfResult<GroupRow>(result)).map((row) => ({
    ...row,
    agents: JSON.parse(row.agents) as string[],
    samples: JSON.parse(row.samples) as string[],
  }));
}

/** Settles what a filter finds; inside the connection's transaction. Gives how many changed. */
export async function settleFound(
  connection: DuckDBConnection,
  filter: SetAsideFilter,
  settled: { readonly outcome: SetAsideOutcome | null; readonly decision: string; readonly atMs: number },
): Promise<number> {
  const { sql, values } = conditionOf(filter, DIALECT);
  const n = values.length;
  const result = await connection.run(
    `UPDATE set_aside SET outcome = $${n + 1}, settled_at_ms = $${n + 2}, decision = $${n + 3} WHERE ${sql}`,
    [...values, settled.outcome, BigInt(Math.trunc(settled.atMs)), settled.decision],
  );
  return result.rowsChanged;
}

/** Settles the entries that a commit replays, inside its transaction. */
export async function writeSettled(
  connection: DuckDBConnection,
  settled: readonly SetAsideSettlement[],
  atMs: number,
): Promise<void> {
  const groups = Map.groupBy(settled, ({ outcome, decision }) => `${outcome} ${decision}`);
  for (const group of groups.values()) {
    const [first] = group;
    if (first === undefined) continue;
    await connection.run(
      `UPDATE set_aside SET outcome = $1, settled_at_ms = $2, decision = $3
       WHERE id IN (${group.map(({ id }) => Math.trunc(id)).join(", ")})`,
      [first.outcome, BigInt(Math.trunc(atMs)), first.decision],
    );
  }
}
