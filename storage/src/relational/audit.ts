import { createHash } from "node:crypto";
import { takeNumber } from "./counters.ts";
import type { Sql } from "./database.ts";

/** Who did what to whom, when and why. `before` and `after` are JSON values, without secrets. */
export interface AuditEntry {
  /** Business time, epoch ms. */
  readonly at: number;
  /** Null for the system itself. */
  readonly actorId: string | null;
  readonly actor: string;
  /** For example `ticket.accept`, `registry.import`. */
  readonly action: string;
  readonly subjectKind: string;
  readonly subject: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly reason?: string | null;
  readonly remoteAddress?: string | null;
}

/** What a check of the whole chain found. */
export interface AuditVerdict {
  readonly entries: number;
  /** Number of the first entry that is missing, changed or follows a changed one; undefined when the chain is whole. */
  readonly firstFault: number | undefined;
}

const PAGE = 1000;
const NO_HASH = Buffer.alloc(0);

/** Adds an entry to the caller's transaction and gives its number. Entries form a chain: each hash covers the hash before it. */
export async function appendAudit(tx: Sql, entry: AuditEntry): Promise<number> {
  const no = await takeNumber(tx, "audit");
  const { rows } = await tx.query<{ hash: Buffer }>("select hash from audit_entry where no = $1", [no - 1]);
  const kept = rowOf(no, entry);
  await tx.query(
    `insert into audit_entry (no, at, actor_id, actor, action, subject_kind, subject, before, after, reason,
       remote_address, hash) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [...kept, hashOf(kept, rows[0]?.hash ?? NO_HASH)],
  );
  return no;
}

/** Walks the whole chain and tells where it is broken; a missing tail shows by the counter. */
export async function verifyAudit(db: Sql): Promise<AuditVerdict> {
  let before: Uint8Array = NO_HASH;
  let no = 0;
  for (let page = await readPage(db, no); page.length > 0; page = await readPage(db, no))
    for (const row of page) {
      const expected = hashOf(rowOf(row.no, { ...row, at: row.at.getTime() }), before);
      if (row.no !== no + 1 || !row.hash.equals(expected)) return { entries: no, firstFault: no + 1 };
      before = row.hash;
      no = row.no;
    }
  const { rows } = await db.query<{ value: number }>("select value from counter where name = 'audit'");
  return { entries: no, firstFault: (rows[0]?.value ?? 0) === no ? undefined : no + 1 };
}

type Row = readonly (string | number | null)[];

// The columns in the order of the table, `before` and `after` as canonical JSON: jsonb does not keep the order of keys.
function rowOf(no: number, entry: AuditEntry): Row {
  const { actorId, actor, action, subjectKind, subject, reason, remoteAddress } = entry;
  const [before, after] = [canonicalJson(entry.before), canonicalJson(entry.after)];
  const at = new Date(entry.at).toISOString();
  return [no, at, actorId, actor, action, subjectKind, subject, before, after, reason ?? null, remoteAddress ?? null];
}

function hashOf(row: Row, before: Uint8Array): Buffer {
  return createHash("sha256").update(before).update(JSON.stringify(row)).digest();
}

function canonicalJson(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return JSON.stringify(sorted(JSON.parse(JSON.stringify(value))));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

interface AuditRow extends Omit<AuditEntry, "at"> {
  readonly no: number;
  readonly at: Date;
  readonly hash: Buffer;
}

async function readPage(db: Sql, afterNo: number): Promise<AuditRow[]> {
  const { rows } = await db.query<AuditRow>(
    `select no, at, actor_id as "actorId", actor, action, subject_kind as "subjectKind", subject, before, after, reason,
       remote_address as "remoteAddress", hash from audit_entry where no > $1 order by no limit $2`,
    [afterNo, PAGE],
  );
  return rows;
}
