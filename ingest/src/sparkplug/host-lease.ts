import type { Sql } from "@nightflow/storage";

/** Which of several ingest rooms is Sparkplug's host. */
export interface HostLease {
  /** Takes it or holds on to it; whether it is this room's. Rejects when nobody can say. */
  hold(): Promise<boolean>;
  /** Lets go of it, so that another room need not wait for its time to run out. */
  release(): Promise<void>;
}

/** The lease in PostgreSQL, by PostgreSQL's time: clocks of machines do not matter. */
export function createHostLease(sql: Sql, holder: string, host: { readonly id: string; readonly ttlMs: number }) {
  const lease: HostLease = {
    async hold() {
      const { rows } = await sql.query(
        `insert into sparkplug_host as held (id, holder, expires_at)
           values ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
         on conflict (id) do update set holder = excluded.holder, expires_at = excluded.expires_at
           where held.holder = excluded.holder or held.expires_at < clock_timestamp()
         returning holder`,
        [host.id, holder, host.ttlMs],
      );
      return rows.length > 0;
    },
    async release() {
      await sql.query("delete from sparkplug_host where id = $1 and holder = $2", [host.id, holder]);
    },
  };
  return lease;
}
