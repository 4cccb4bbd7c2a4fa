import type { Database, Sql } from "../../relational/database.ts";
import { lockCommits } from "./dirty-hours.ts";
import { readLastCommit } from "./feed-ledger.ts";

const DAY_MS = 24 * 3_600_000;
/** How long a run of rebuilding holds without being renewed. */
const RUN_MS = 60_000;

/** Whether and since when the hourly roll-ups of a bucket can be trusted. Kept in PostgreSQL for all processes. */
export class RollUpState {
  readonly #bucket: string | undefined;
  readonly #retentionMs: () => number;

  /** `retentionMs` is how long the bucket of the roll-ups keeps points, 0 for ever. */
  constructor(bucket: string | undefined, retentionMs: () => number) {
    this.#bucket = bucket;
    this.#retentionMs = retentionMs;
  }

  /** Every hour from here on that is not dirty is in the bucket; infinite while that is not so. */
  async keptFromMs(sql: Sql): Promise<number> {
    const { rows } = await sql.query<{ bucket: string | null }>("select bucket from influx_roll_up");
    if (this.#bucket === undefined || rows[0]?.bucket !== this.#bucket) return Number.POSITIVE_INFINITY;
    const retentionMs = this.#retentionMs();
    return retentionMs === 0 ? 0 : Math.ceil((Date.now() - retentionMs) / DAY_MS) * DAY_MS + DAY_MS;
  }

  /** Says that this bucket holds what is not dirty; none where roll-ups are not kept. */
  async adopt(tx: Sql): Promise<void> {
    const bucket = this.#bucket ?? null;
    await tx.query("update influx_roll_up set bucket = $1 where bucket is distinct from $1", [bucket]);
  }

  /** Adopts the bucket of a store without a commit, of which nothing can be missing in it. */
  async adoptWhileEmpty(db: Database): Promise<void> {
    await db.transaction(async (tx) => {
      await lockCommits(tx);
      if ((await readLastCommit(tx)) === 0) await this.adopt(tx);
    });
  }

  /** Begins a run of rebuilding. Its number, or undefined while another process is at it. */
  async beginRun(db: Database): Promise<number | undefined> {
    const { rows } = await db.query<{ run: number }>(
      `update influx_roll_up set run = run + 1, held_until = clock_timestamp() + $1 * interval '1 millisecond'
         where held_until is null or held_until < clock_timestamp() returning run`,
      [RUN_MS],
    );
    return rows[0]?.run;
  }

  /** Holds the run for another while. False when another one has begun. */
  async renewRun(sql: Sql, run: number): Promise<boolean> {
    const { rowCount } = await sql.query(
      "update influx_roll_up set held_until = clock_timestamp() + $2 * interval '1 millisecond' where run = $1",
      [run, RUN_MS],
    );
    return rowCount === 1;
  }

  async endRun(sql: Sql, run: number): Promise<void> {
    await sql.query("update influx_roll_up set held_until = null where run = $1", [run]);
  }
}
