import { type Clock, newId } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import { type LateReadings, type LateSpan, mergeSpans } from "../pure/late.ts";

/** A meter that is to be replayed, by the register that it is judged by. */
export interface LateMeter {
  /** Id of this batch of late readings: what is written of it is written once. */
  readonly id: string;
  readonly channel: string;
  readonly readings: number;
  readonly spans: readonly LateSpan[];
  /** Business time at which the first of them was noticed. */
  readonly noticedAtMs: number;
}

interface Waiting extends LateMeter {
  /** Real time from which nothing more has come, and of the first. */
  readonly quietSinceMs: number;
  readonly waitingSinceMs: number;
}

/** A batch that goes on growing is replayed after so many times the settling time all the same. */
const LONGEST_TIMES = 60;

/**
 * Meters with late readings, oldest first: in memory, and in PostgreSQL until a snapshot has seen their replay, so that no crash forgets one.
 * One row for each meter, however much comes late.
 */
export class LateQueue {
  readonly #shard: number;
  readonly #clock: Clock;
  readonly #settleMs: number;
  readonly #waiting = new Map<string, Waiting>();
  readonly #unsaved = new Set<string>();
  /** Replayed since the last snapshot, by channel. */
  readonly #done = new Map<string, string>();

  constructor(shard: number, clock: Clock, settleMs: number) {
    this.#shard = shard;
    this.#clock = clock;
    this.#settleMs = settleMs;
  }

  get size(): number {
    return this.#waiting.size;
  }

  get hasUnsaved(): boolean {
    return this.#unsaved.size > 0;
  }

  /** Takes up what waited when the process before ended. */
  async load(db: Sql): Promise<void> {
    const { rows } = await db.query<{
      id: string;
      channel: string;
      readings: number;
      spans: LateSpan[];
      noticed_at: Date;
    }>(
      "select id, channel, readings, spans, noticed_at from late_replay where shard = $1 order by noticed_at, channel",
      [this.#shard],
    );
    for (const { id, channel, readings, spans, noticed_at } of rows)
      if (!this.#waiting.has(channel))
        this.#waiting.set(channel, {
          id,
          channel,
          readings,
          spans,
          noticedAtMs: noticed_at.getTime(),
          quietSinceMs: Number.NEGATIVE_INFINITY,
          waitingSinceMs: Number.NEGATIVE_INFINITY,
        });
  }

  add(late: readonly LateReadings[], nowMs = performance.now()): void {
    for (const { channel, readings, spans, periodMs } of late) {
      const known = this.#waiting.get(channel);
      // Who is quietest stands first; one that goes on growing keeps its place in the end, and comes first by itself.
      if (known && !this.#hasWaitedLong(known, nowMs)) this.#waiting.delete(channel);
      this.#waiting.set(channel, {
        id: known?.id ?? newId(this.#clock.now()),
        channel,
        readings: readings + (known?.readings ?? 0),
        spans: mergeSpans([...(known?.spans ?? []), ...spans], periodMs),
        noticedAtMs: known?.noticedAtMs ?? this.#clock.now(),
        quietSinceMs: nowMs,
        waitingSinceMs: known?.waitingSinceMs ?? nowMs,
      });
      this.#unsaved.add(channel);
    }
  }

  /** Writes what is new of it; to be done before any snapshot that has passed these readings. */
  async save(tx: Sql): Promise<void> {
    const rows = [...this.#unsaved].flatMap((channel) => this.#waiting.get(channel) ?? []);
    await tx.query(
      `insert into late_replay (shard, channel, id, readings, spans, noticed_at)
         select $1, late.channel, late.id, late.readings, late.spans, late.at
         from jsonb_to_recordset($2) as late (channel text, id uuid, readings integer, spans jsonb, at timestamptz)
       on conflict (shard, channel) do update set id = excluded.id, readings = excluded.readings, spans = excluded.spans,
         noticed_at = excluded.noticed_at`,
      [
        this.#shard,
        JSON.stringify(
          rows.map(({ channel, id, readings, spans, noticedAtMs }) => ({
            channel,
            id,
            readings,
            spans,
            at: new Date(noticedAtMs).toISOString(),
          })),
        ),
      ],
    );
  }

  saved(): void {
    this.#unsaved.clear();
  }

  /** The next meter of which nothing more has come for a while, or that has waited for long; any where `isHurried`. */
  next(isHurried: boolean, nowMs = performance.now()): LateMeter | undefined {
    const [first] = this.#waiting.values();
    if (first === undefined) return undefined;
    const isQuiet = nowMs - first.quietSinceMs >= this.#settleMs;
    return isHurried || isQuiet || this.#hasWaitedLong(first, nowMs) ? first : undefined;
  }

  #hasWaitedLong({ waitingSinceMs }: Waiting, nowMs: number): boolean {
    return nowMs - waitingSinceMs >= LONGEST_TIMES * this.#settleMs;
  }

  /** What of a register waits. */
  waitingOf(channel: string): LateMeter | undefined {
    return this.#waiting.get(channel);
  }

  /** A meter has been replayed; its row stays until a snapshot holds what was learnt. */
  done({ channel, id }: LateMeter): void {
    this.#waiting.delete(channel);
    this.#done.set(channel, id);
  }

  /** Forgets, in the database too, what a snapshot holds. */
  async forgetDone(db: Sql): Promise<void> {
    const done = [...this.#done];
    if (done.length === 0) return;
    await db.query(
      `delete from late_replay using unnest($2::text[], $3::uuid[]) as done (channel, id)
        where late_replay.shard = $1 and late_replay.channel = done.channel and late_replay.id = done.id`,
      [this.#shard, done.map(([channel]) => channel), done.map(([, id]) => id)],
    );
    for (const [channel, id] of done) if (this.#done.get(channel) === id) this.#done.delete(channel);
  }

  /** Whether something was replayed that no snapshot holds yet. */
  get hasDone(): boolean {
    return this.#done.size > 0;
  }

  /** Age of the oldest that waits, in s of real time; 0 when none does. */
  oldestSeconds(nowMs = performance.now()): number {
    const [first] = this.#waiting.values();
    return first === undefined || first.waitingSinceMs === Number.NEGATIVE_INFINITY
      ? 0
      : (nowMs - first.waitingSinceMs) / 1000;
  }
}
