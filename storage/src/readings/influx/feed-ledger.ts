import { EMPTY_MARK, type Mark, markWith } from "@nightflow/domain";
import type {
  BatchMark,
  CommitRequest,
  LastValue,
  SetAside,
  SetAsideList,
  StoreCounts,
  StoredMark,
} from "../../ports.ts";
import type { Sql } from "../../relational/database.ts";
import { lastValuesOf } from "../last-values.ts";
import { refuseStored } from "../stored-batches.ts";
import { recordSettled } from "./set-aside.ts";

/** Set-aside entries keep at most this much of what came. */
const MAX_RAW_CHARACTERS = 4000;

/** A commit's accepted readings as they are kept for the feed. */
export interface LedgerEntry {
  readonly request: CommitRequest;
  /** `request.readings`, encoded. */
  readonly bytes: Buffer;
}

/**
 * Makes a commit whose points are stored known to PostgreSQL, inside one transaction: its number, marks, feed row,
 * set-aside entries, totals and newest readings. The counter's row stays locked to the end of the transaction, so that
 * numbers become visible in order (trap 15).
 *
 * @throws {BatchStoredError} when a batch of it is stored already, be it since a moment ago.
 */
export async function recordCommit(tx: Sql, entry: LedgerEntry): Promise<number> {
  const { request, bytes } = entry;
  const no = await takeCommitNumber(tx);
  const receivedAt = new Date(request.receivedAtMs);
  await tx.query("insert into feed_commit (no, received_at, rows, readings) values ($1, $2, $3, $4)", [
    no,
    receivedAt,
    request.readings.length,
    bytes,
  ]);
  await recordMarks(tx, request.batches);
  await recordSetAside(tx, request.setAside, receivedAt);
  await recordSettled(tx, request.settled ?? [], receivedAt);
  await recordTotals(tx, request);
  await recordNewest(tx, [...lastValuesOf(request.readings, () => undefined).values()]);
  return no;
}

async function takeCommitNumber(tx: Sql): Promise<number> {
  const { rows } = await tx.query<{ value: number }>(
    "update counter set value = value + 1 where name = 'feed_commit' returning value",
  );
  const no = rows[0]?.value;
  if (no === undefined) throw new RangeError("the counter feed_commit is missing from the database");
  return Number(no);
}

async function recordMarks(tx: Sql, batches: readonly BatchMark[]): Promise<void> {
  if (batches.length === 0) return;
  const agents = batches.map((batch) => batch.agent);
  const stored = await readMarks(tx, [...new Set(agents)]);
  refuseStored(batches, (agent, epoch) => stored.find((mark) => mark.agent === agent && mark.epoch === epoch));
  const marks = new Map<string, StoredMark>(stored.map((mark) => [`${mark.agent} ${mark.epoch}`, mark]));
  const changed = new Map<string, StoredMark>();
  for (const { agent, epoch, seq } of batches) {
    const key = `${agent} ${epoch}`;
    const before: Mark = changed.get(key) ?? marks.get(key) ?? EMPTY_MARK;
    changed.set(key, { agent, epoch, ...markWith(before, seq) });
  }
  await tx.query(
    `insert into agent_mark (agent, epoch, seq, above, updated_at)
       select agent, epoch, seq, above, clock_timestamp() from (
         select * from jsonb_to_recordset($1) as m (agent text, epoch text, seq bigint, above jsonb, place bigint)
         order by place) as marks
     on conflict (agent, epoch) do update set
       seq = excluded.seq, above = excluded.above, updated_at = excluded.updated_at`,
    [JSON.stringify([...changed.values()].map((mark, place) => ({ ...mark, place })))],
  );
}

/** Marks of some agents, or of all; those stored last at the end. */
export async function readMarks(sql: Sql, agents?: readonly string[]): Promise<StoredMark[]> {
  const { rows } = await sql.query<{ agent: string; epoch: string; seq: number; above: number[] }>(
    `select agent, epoch, seq, above from agent_mark where $1::text[] is null or agent = any($1)
       order by updated_at, agent, epoch`,
    [agents ?? null],
  );
  return rows;
}

async function recordSetAside(tx: Sql, entries: readonly SetAside[], receivedAt: Date): Promise<void> {
  if (entries.length === 0) return;
  await tx.query(
    `insert into set_aside (list, received_at, agent, epoch, seq, origin, channel, read_at_ms, raw, reason_code, reason)
       select list, $2, agent, epoch, seq, origin, channel, "readAtMs", raw, "reasonCode", reason
       from jsonb_to_recordset($1) as s (list text, agent text, epoch text, seq bigint, origin text,
         channel text, "readAtMs" bigint, raw text, "reasonCode" text, reason text, place bigint) order by place`,
    [JSON.stringify(entries.map((entry, place) => ({ ...storableEntry(entry), place }))), receivedAt],
  );
}

// PostgreSQL refuses NUL in text, and a dead letter's time may be any number that came.
function storableEntry(entry: SetAside): SetAside {
  const { readAtMs } = entry;
  return {
    ...entry,
    readAtMs: readAtMs !== null && Number.isSafeInteger(readAtMs) ? readAtMs : null,
    raw: entry.raw.slice(0, MAX_RAW_CHARACTERS).replaceAll("\u0000", "\u2400").toWellFormed(),
    reason: entry.reason.replaceAll("\u0000", "\u2400").toWellFormed(),
  };
}

async function recordTotals(tx: Sql, { readings, repeats, setAside, unlisted = 0 }: CommitRequest): Promise<void> {
  const onList = (list: SetAsideList) => setAside.filter((entry) => entry.list === list).length;
  await tx.query(
    `update feed_totals set stored = stored + $1, repeats = repeats + $2, dead_letters = dead_letters + $3,
       quarantined = quarantined + $4, conflicts = conflicts + $5`,
    [readings.length, repeats, onList("dead_letter"), onList("quarantine") + unlisted, onList("conflict")],
  );
}

// A later commit may bring earlier readings; the newer of the two stays, and a value covers a gap of its own instant.
async function recordNewest(tx: Sql, values: readonly LastValue[]): Promise<void> {
  if (values.length === 0) return;
  const column = <Value>(pick: (value: LastValue) => Value) => values.map(pick);
  await tx.query(
    `insert into channel_newest as kept (channel, read_at_ms, quality, counts, gauge, flags, value_at_ms)
       select * from unnest($1::text[], $2::bigint[], $3::smallint[], $4::bigint[], $5::double precision[], $6::bigint[], $7::bigint[])
     on conflict (channel) do update set
       (read_at_ms, quality, counts, gauge, flags) = (
         select newest.read_at_ms, newest.quality, newest.counts, newest.gauge, newest.flags from (values
           (excluded.read_at_ms, excluded.quality, excluded.counts, excluded.gauge, excluded.flags, 1),
           (kept.read_at_ms, kept.quality, kept.counts, kept.gauge, kept.flags, 0)
         ) as newest (read_at_ms, quality, counts, gauge, flags, is_new)
         order by newest.read_at_ms desc, newest.quality = 2, newest.is_new limit 1),
       value_at_ms = greatest(kept.value_at_ms, excluded.value_at_ms)`,
    [
      column((value) => value.channel),
      column((value) => value.readAtMs),
      column((value) => value.quality),
      column((value) => value.counts?.toString() ?? null),
      column((value) => value.gauge),
      column((value) => value.flags),
      column((value) => value.lastValueAtMs),
    ],
  );
}

/** Newest readings of some channels, or of all; in no order. */
export async function readNewest(sql: Sql, channels?: readonly string[]): Promise<Map<string, LastValue>> {
  const { rows } = await sql.query<{
    channel: string;
    read_at_ms: number;
    quality: number;
    counts: number | bigint | null;
    gauge: number | null;
    flags: number;
    value_at_ms: number | null;
  }>("select * from channel_newest where $1::text[] is null or channel = any($1)", [channels ?? null]);
  return new Map(
    rows.map(({ channel, read_at_ms, quality, counts, gauge, flags, value_at_ms }) => {
      const value = { quality, counts: counts === null ? null : BigInt(counts), gauge, flags };
      return [channel, { channel, readAtMs: read_at_ms, ...value, lastValueAtMs: value_at_ms }];
    }),
  );
}

/** The totals, and the number of the last commit that is visible. */
export async function readCounts(sql: Sql): Promise<StoreCounts> {
  const { rows } = await sql.query<StoreCounts>(
    `select stored, dead_letters as "deadLetters", quarantined, conflicts, repeats,
       (select value from counter where name = 'feed_commit') as "lastCommit" from feed_totals`,
  );
  const [counts] = rows;
  if (counts === undefined) throw new RangeError("feed_totals has no row");
  return counts;
}

/** The number of the last commit that is visible. */
export async function readLastCommit(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ value: number }>("select value from counter where name = 'feed_commit'");
  return Number(rows[0]?.value ?? 0);
}
