import type { Database, Sql } from "@nightflow/storage";
import { LeaseLostError } from "./retry.ts";

/** A shard held: by whom, and in which epoch. */
export interface Lease {
  readonly shard: number;
  readonly epoch: number;
}

/**
 * Shards held by analytics processes, in PostgreSQL. Time is PostgreSQL's, so that clocks of machines do not matter; and
 * what decides is not time but the epoch: a holder that has been passed over finds another epoch in the transaction of
 * its write, however late it wakes up.
 */
export class Leases {
  readonly #db: Database;
  readonly #holder: string;
  readonly #ttlMs: number;

  constructor(db: Database, holder: string, ttlMs: number) {
    this.#db = db;
    this.#holder = holder;
    this.#ttlMs = ttlMs;
  }

  /** Says that this process lives, and gives how many do. */
  async beat(): Promise<number> {
    await this.#db.query(
      `insert into analytics_runner (name, seen_until) values ($1, clock_timestamp() + $2 * interval '1 millisecond')
       on conflict (name) do update set seen_until = excluded.seen_until`,
      [this.#holder, this.#ttlMs],
    );
    await this.#db.query("delete from analytics_runner where seen_until < clock_timestamp() - interval '1 day'");
    const { rows } = await this.#db.query<{ living: number }>(
      "select count(*)::int as living from analytics_runner where seen_until > clock_timestamp()",
    );
    return rows[0]?.living ?? 1;
  }

  /** Takes up to `most` shards of 0 to `count` - 1 that nobody holds any more; `byForce` those of a living one too. */
  async take(count: number, most: number, byForce = false): Promise<Lease[]> {
    if (most <= 0) return [];
    const { rows } = await this.#db.query<Lease>(
      `insert into analytics_lease as held (shard, epoch, holder, expires_at)
         select shard, 1, $1, clock_timestamp() + $2 * interval '1 millisecond'
         from generate_series(0, $3 - 1) as shard left join analytics_lease as now using (shard)
         where now.shard is null or now.expires_at < clock_timestamp() or $5
         order by random() limit $4
       on conflict (shard) do update set epoch = held.epoch + 1, holder = excluded.holder, expires_at = excluded.expires_at
         where held.expires_at < clock_timestamp() or $5
       returning shard, epoch`,
      [this.#holder, this.#ttlMs, count, most, byForce],
    );
    return rows.map(({ shard, epoch }) => ({ shard, epoch: Number(epoch) }));
  }

  /** Holds on to leases; gives those that are still this process's. */
  async renew(leases: readonly Lease[]): Promise<Lease[]> {
    if (leases.length === 0) return [];
    const { rows } = await this.#db.query<{ shard: number }>(
      `update analytics_lease as held set expires_at = clock_timestamp() + $1 * interval '1 millisecond'
         from unnest($2::int[], $3::bigint[]) as mine (shard, epoch)
         where held.shard = mine.shard and held.epoch = mine.epoch returning held.shard`,
      [this.#ttlMs, leases.map(({ shard }) => shard), leases.map(({ epoch }) => epoch)],
    );
    const kept = new Set(rows.map(({ shard }) => shard));
    return leases.filter(({ shard }) => kept.has(shard));
  }

  /** Lets go of a shard, so that another process need not wait for its time to run out. */
  async release({ shard, epoch }: Lease): Promise<void> {
    await this.#db.query("update analytics_lease set expires_at = '-infinity' where shard = $1 and epoch = $2", [
      shard,
      epoch,
    ]);
  }

  /** Says that this process is gone, so that the others take its part. */
  async leave(): Promise<void> {
    await this.#db.query("delete from analytics_runner where name = $1", [this.#holder]);
  }
}

/**
 * Makes sure, in the caller's transaction and up to its end, that the lease is held.
 *
 * @throws {LeaseLostError} when another process has taken the shard: the transaction must not commit.
 */
export async function requireLease(tx: Sql, { shard, epoch }: Lease): Promise<void> {
  const { rows } = await tx.query("select 1 from analytics_lease where shard = $1 and epoch = $2 for share", [
    shard,
    epoch,
  ]);
  if (rows.length === 0) throw new LeaseLostError(`shard ${shard} has gone to another analytics process`);
}
