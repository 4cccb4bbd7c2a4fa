import { newId, type RuleCode } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { Principal } from "../access/principal.ts";
import { inScope, type Scope } from "../access/scope.ts";
import type { AlarmDeskDeps } from "../alarms/act.ts";
import { type CursorRow, pageSql, type SortOrder, toPage } from "../http/paging.ts";
import { ConflictProblem, NotFoundProblem } from "../http/problems.ts";
import { containing, epochMs, SqlFilter } from "../sql/filter.ts";
import { transactionWithRetry } from "../sql/retry.ts";
import { recordAudit } from "../system/record.ts";
import { ruleWords } from "../tickets/words.ts";
import { shiftFacts } from "./facts.ts";
import type { ShiftEntry, ShiftFacts, ShiftQuery } from "./wire.ts";

interface EntrySqlRow {
  id: string;
  kind: ShiftEntry["kind"];
  at: number;
  author: string;
  text: string;
  anomaly_id: string | null;
  rule: RuleCode;
  subject: string;
  is_carried: boolean;
  settled_at: number | null;
  settled_by: string | null;
  hand_over_id: string | null;
  accepted_by: string | null;
  facts: ShiftFacts | null;
}

const COLUMNS = `e.id, e.kind, ${epochMs("e.at")} as at, author.display_name as author, e.text, e.anomaly_id, a.rule, a.subject,
  e.is_carried, ${epochMs("e.settled_at")} as settled_at, settler.display_name as settled_by, e.hand_over_id, e.facts,
  (select u.display_name from shift_entry taken join app_user u on u.id = taken.author_id
    where taken.hand_over_id = e.id and taken.kind = 'accept') as accepted_by`;

const FROM = `shift_entry e join app_user author on author.id = e.author_id
  left join app_user settler on settler.id = e.settled_by left join anomaly a on a.id = e.anomaly_id`;

const NEWEST: SortOrder = { expression: "e.at", type: "timestamptz", isDescending: true, id: "e.id" };

/** A page of the log, newest first. */
export async function listEntries(sql: Sql, scope: Scope, query: ShiftQuery) {
  const filter = new SqlFilter();
  filter
    .and(inScope(filter, scope, "e.unit_id"))
    .andIf(query.q && containing(query.q), (value) => `e.text ilike ${value}`);
  if (query.carried) filter.and("e.is_carried and e.settled_at is null");
  const page = pageSql(filter, NEWEST, query);
  const { rows } = await sql.query<EntrySqlRow & CursorRow>(
    `select ${COLUMNS}, ${page.select} from ${FROM} ${filter.where} ${page.tail}`,
    filter.values,
  );
  return toPage(rows, query.limit, toEntry);
}

/** What an entry is made of, beside who and when. */
interface NewEntry {
  readonly kind: ShiftEntry["kind"];
  readonly text: string;
  readonly anomalyId?: string | undefined;
  readonly isCarried?: boolean;
  readonly handOverId?: string;
  readonly facts?: ShiftFacts;
}

/** Writes a note. @throws {NotFoundProblem} when its finding is not one that the person may see. */
export function writeNote(
  deps: AlarmDeskDeps,
  by: Principal,
  note: { readonly text: string; readonly anomalyId?: string | undefined; readonly isCarried: boolean },
): Promise<ShiftEntry> {
  return transactionWithRetry(deps.db, async (tx) => {
    if (note.anomalyId !== undefined) await requireFinding(tx, by.scope, note.anomalyId);
    return addEntry(tx, deps, by, { kind: "note", ...note });
  });
}

/** Hands the shift over, with what stands open at this moment. */
export function handOver(deps: AlarmDeskDeps, by: Principal, text: string): Promise<ShiftEntry> {
  return transactionWithRetry(deps.db, async (tx) => {
    const facts = await shiftFacts(tx, by.scope, deps.clock.now());
    return addEntry(tx, deps, by, { kind: "hand_over", text, facts });
  });
}

/**
 * Takes a shift that was handed over; once, and not by whoever handed it over.
 *
 * @throws {ConflictProblem} when somebody has taken it, or it is one's own.
 */
export function acceptShift(deps: AlarmDeskDeps, by: Principal, id: string, text: string): Promise<ShiftEntry> {
  return transactionWithRetry(deps.db, async (tx) => {
    const entry = await lockEntry(tx, by.scope, id);
    if (entry.kind !== "hand_over") throw new NotFoundProblem("hand-over", id);
    if (entry.author_id === by.userId)
      throw new ConflictProblem("SHIFT_OWN", "you handed this shift over yourself", {
        remedy: "let the person who takes over accept it",
      });
    if (entry.is_accepted)
      throw new ConflictProblem("SHIFT_TAKEN", "somebody has taken this shift already", {
        remedy: "load the log again to see who",
      });
    return addEntry(tx, deps, by, { kind: "accept", text, handOverId: id });
  });
}

/** Settles a carried entry, or carries it again when it was settled by mistake. */
export function settle(deps: AlarmDeskDeps, by: Principal, id: string, isSettled: boolean): Promise<ShiftEntry> {
  return transactionWithRetry(deps.db, async (tx) => {
    const entry = await lockEntry(tx, by.scope, id);
    if (!entry.is_carried) throw new NotFoundProblem("carried entry", id);
    const at = isSettled ? new Date(deps.clock.now()) : null;
    await tx.query("update shift_entry set settled_at = $2, settled_by = $3 where id = $1", [
      id,
      at,
      isSettled ? by.userId : null,
    ]);
    const action = isSettled ? "shift.settle" : "shift.carry_on";
    await recordAudit(tx, deps.clock, by, { action, kind: "shift_entry", subject: id });
    return loadEntry(tx, id);
  });
}

async function addEntry(tx: Sql, deps: AlarmDeskDeps, by: Principal, entry: NewEntry): Promise<ShiftEntry> {
  const id = newId();
  const { kind, text, anomalyId, isCarried, handOverId, facts } = entry;
  await tx.query(
    `insert into shift_entry (id, kind, at, author_id, unit_id, text, anomaly_id, is_carried, hand_over_id, facts)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      id,
      kind,
      new Date(deps.clock.now()),
      by.userId,
      by.unitId,
      text,
      anomalyId ?? null,
      isCarried ?? false,
      handOverId ?? null,
      facts === undefined ? null : JSON.stringify(facts),
    ],
  );
  await recordAudit(tx, deps.clock, by, { action: `shift.${kind}`, kind: "shift_entry", subject: id, after: { text } });
  return loadEntry(tx, id);
}

async function loadEntry(sql: Sql, id: string): Promise<ShiftEntry> {
  const { rows } = await sql.query<EntrySqlRow>(`select ${COLUMNS} from ${FROM} where e.id = $1`, [id]);
  if (rows[0] === undefined) throw new NotFoundProblem("entry of the shift log", id);
  return toEntry(rows[0]);
}

interface LockedEntry {
  kind: ShiftEntry["kind"];
  author_id: string;
  is_carried: boolean;
  is_accepted: boolean;
}

async function lockEntry(tx: Sql, scope: Scope, id: string): Promise<LockedEntry> {
  const filter = new SqlFilter();
  filter.and(`e.id = ${filter.value(id)}`).and(inScope(filter, scope, "e.unit_id"));
  const { rows } = await tx.query<LockedEntry>(
    `select e.kind, e.author_id, e.is_carried,
            exists (select from shift_entry taken where taken.hand_over_id = e.id and taken.kind = 'accept') as is_accepted
       from shift_entry e ${filter.where} for update of e`,
    filter.values,
  );
  if (rows[0] === undefined) throw new NotFoundProblem("entry of the shift log", id);
  return rows[0];
}

async function requireFinding(sql: Sql, scope: Scope, id: string): Promise<void> {
  const filter = new SqlFilter();
  filter.and(`a.id = ${filter.value(id)}`).and(inScope(filter, scope, "a.unit_id"));
  const { rows } = await sql.query(`select a.id from anomaly a ${filter.where}`, filter.values);
  if (rows.length === 0) throw new NotFoundProblem("finding", id);
}

function toEntry(row: EntrySqlRow): ShiftEntry {
  return {
    id: row.id,
    kind: row.kind,
    at: row.at,
    author: row.author,
    text: row.text,
    anomaly:
      row.anomaly_id === null
        ? null
        : { id: row.anomaly_id, rule: row.rule, ruleName: ruleWords(row.rule), subject: row.subject },
    isCarried: row.is_carried,
    settledAt: row.settled_at,
    settledBy: row.settled_by,
    handOverId: row.hand_over_id,
    acceptedBy: row.accepted_by,
    facts: row.facts,
  };
}
