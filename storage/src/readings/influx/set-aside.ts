import type { SetAsideList, StoredSetAside } from "../../ports.ts";
import type { Sql } from "../../relational/database.ts";

/** A page of one set-aside list, newest first. */
export async function readSetAside(
  sql: Sql,
  list: SetAsideList,
  limit: number,
  beforeId: number | undefined,
): Promise<StoredSetAside[]> {
  const { rows } = await sql.query<Omit<StoredSetAside, "receivedAtMs"> & { receivedAt: Date }>(
    `select id, list, received_at as "receivedAt", agent, epoch, seq, origin, channel, read_at_ms as "readAtMs", raw,
       reason_code as "reasonCode", reason
     from set_aside where list = $1 and id < $2 order by id desc limit $3`,
    [list, beforeId ?? Number.MAX_SAFE_INTEGER, limit],
  );
  return rows.map(({ receivedAt, ...entry }) => ({ ...entry, receivedAtMs: receivedAt.getTime() }));
}
