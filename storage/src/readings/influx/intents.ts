import type { ReadingColumns } from "../../ports.ts";
import type { Database, Sql } from "../../relational/database.ts";
import { decodeColumns, encodeColumns } from "../columns-codec.ts";
import { pickRows } from "../reading-columns.ts";
import { instantName } from "./point-reader.ts";

/** The advisory lock under which instants are claimed; held for some milliseconds, never while InfluxDB is asked. */
const CLAIM_LOCK = 7_301_993;
/** How long a claim holds without being renewed: a request of 30 s, the server's own 10 s behind it, and twice that. */
export const CLAIM_MS = 90_000;

/**
 * After so long without being renewed a claim stands in nobody's way who brings the very same values: whichever write
 * comes last leaves the same points. Else what a killed process had claimed, which its agents send again to another one,
 * would keep all commits of that one waiting until the claim runs out.
 */
export const SAME_VALUES_MS = 15_000;

/** Readings about to be written, noted so that nobody else writes their instants, and so that none is taken for stored. */
export interface Claim {
  readonly id: number;
  /** The same readings, encoded. */
  readonly bytes: Buffer;
  /** Points of it may be in InfluxDB already, from a commit that failed. */
  readonly hasOlder: boolean;
}

/**
 * What came of claiming: the claim; or `rival`, another process is writing some of the instants just now; or `moved`,
 * one of them was stored since it was looked up.
 */
export type Claiming = Claim | "rival" | "moved";

/**
 * Notes, durably, which points are about to be written. InfluxDB has no transactions: when the commit behind them
 * fails, the points may stay. Without this note the batch that is sent again would look like a repeat of them, and its
 * readings would never reach the feed. The same note keeps two processes from writing two values for one instant: what
 * another holds is waited for, what a failed commit has left is taken over.
 *
 * `seenCommit` is the last commit that was visible before the instants were looked up.
 */
export async function claimInstants(
  db: Database,
  readings: ReadingColumns,
  { owner, seenCommit }: { readonly owner: string; readonly seenCommit: number },
): Promise<Claiming> {
  const names = new Set(instantNames(readings));
  const bytes = await encodeColumns(readings);
  return db.transaction(async (tx) => {
    await tx.query("select pg_advisory_xact_lock($1)", [CLAIM_LOCK]);
    const touching = (await readNotes(tx, owner)).filter((note) => note.names.some((name) => names.has(name)));
    if (touching.some((note) => note.isHeld && (note.isYoung || !holdsSame(note, readings)))) return "rival";
    if (await areStoredSince(tx, seenCommit, names)) return "moved";
    for (const note of touching) await takeOver(tx, note, names);
    return { id: await addNote(tx, owner, bytes), bytes, hasOlder: touching.length > 0 };
  });
}

async function addNote(tx: Sql, owner: string, bytes: Buffer): Promise<number> {
  const { rows } = await tx.query<{ id: number }>(
    `insert into feed_intent (readings, owner, held_until)
       values ($1, $2, clock_timestamp() + $3 * interval '1 millisecond') returning id`,
    [bytes, owner, CLAIM_MS],
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new RangeError("feed_intent gave no id");
  return id;
}

/** Holds a claim for another while. False when it is lost: others may have taken its instants over. */
export async function renewClaim(sql: Sql, id: number, owner: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update feed_intent set held_until = clock_timestamp() + $3 * interval '1 millisecond' where id = $1 and owner = $2`,
    [id, owner, CLAIM_MS],
  );
  return rowCount === 1;
}

/** Lets others take the instants over. Where no point can have been written nothing is left of the note. */
export async function releaseClaim(sql: Sql, { id, hasOlder }: Claim, mayBeWritten: boolean): Promise<void> {
  if (mayBeWritten || hasOlder) await sql.query("update feed_intent set held_until = null where id = $1", [id]);
  else await sql.query("delete from feed_intent where id = $1", [id]);
}

/** Ends a claim with the commit that makes its readings stored. False when it was lost before. */
export async function endClaim(tx: Sql, id: number, owner: string): Promise<boolean> {
  const { rowCount } = await tx.query("delete from feed_intent where id = $1 and owner = $2", [id, owner]);
  return rowCount === 1;
}

/** Instants whose points no commit stands behind (yet), by name. */
export async function uncommittedInstants(sql: Sql): Promise<Set<string>> {
  const { rows } = await sql.query<{ readings: Buffer }>("select readings from feed_intent");
  const names = new Set<string>();
  for (const { readings } of rows) for (const name of instantNames(await decodeColumns(readings))) names.add(name);
  return names;
}

interface Note {
  readonly id: number;
  readonly isHeld: boolean;
  /** Its owner, if there is one still, may be in the middle of writing it for the first time. */
  readonly isYoung: boolean;
  readonly readings: ReadingColumns;
  readonly names: readonly string[];
}

// A store commits one after the other, so that what its own notes hold is of commits that have ended.
async function readNotes(tx: Sql, owner: string): Promise<Note[]> {
  const { rows } = await tx.query<{ id: number; isHeld: boolean; isYoung: boolean; readings: Buffer }>(
    `select id, readings, held_until > clock_timestamp() and owner <> $1 is true as "isHeld",
            held_until > clock_timestamp() + $2 * interval '1 millisecond' is true as "isYoung" from feed_intent order by id`,
    [owner, CLAIM_MS - SAME_VALUES_MS],
  );
  const notes: Note[] = [];
  for (const { id, isHeld, isYoung, readings: bytes } of rows) {
    const readings = await decodeColumns(bytes);
    notes.push({ id, isHeld, isYoung, readings, names: instantNames(readings) });
  }
  return notes;
}

/** Whether every instant that both have has the very same reading in both. */
function holdsSame(note: Note, readings: ReadingColumns): boolean {
  const noted = new Map(note.names.map((name, row) => [name, row]));
  return instantNames(readings).every((name, row) => {
    const other = noted.get(name);
    return (
      other === undefined || COMPARED.every((column) => Object.is(note.readings[column][other], readings[column][row]))
    );
  });
}

const COMPARED = ["counts", "gauges", "isRegister", "qualities", "flags", "origins"] as const;

// Whoever noted it must find that it is lost, and what is left of it stays held from others for as long as it was.
async function takeOver(tx: Sql, { id, readings, names }: Note, taken: ReadonlySet<string>): Promise<void> {
  const open = names.flatMap((name, i) => (taken.has(name) ? [] : [i]));
  if (open.length === 0) await tx.query("delete from feed_intent where id = $1", [id]);
  else {
    const rest = await encodeColumns(pickRows(readings, open));
    await tx.query("update feed_intent set readings = $2, owner = gen_random_uuid() where id = $1", [id, rest]);
  }
}

// Commits that others made in the meantime; where some of them are forgotten already it cannot be told.
async function areStoredSince(tx: Sql, seen: number, names: ReadonlySet<string>): Promise<boolean> {
  const { rows } = await tx.query<{ last: number; readings: Buffer | null }>(
    `select c.value as last, f.readings from counter c left join feed_commit f on f.no > $1 and f.no <= c.value
       where c.name = 'feed_commit'`,
    [seen],
  );
  const commits = rows.flatMap(({ readings }) => readings ?? []);
  if (commits.length < (rows[0]?.last ?? seen) - seen) return true;
  for (const bytes of commits)
    if (instantNames(await decodeColumns(bytes)).some((name) => names.has(name))) return true;
  return false;
}

function instantNames(readings: ReadingColumns): string[] {
  return Array.from({ length: readings.length }, (_, i) =>
    instantName(readings.channels[readings.channelNos[i] ?? -1] ?? "", readings.readAtMs[i] ?? Number.NaN),
  );
}
