import { DEFAULT_TUNING, type RuleTuning, tuningOfSettings, tuningWith } from "@nightflow/analytics/pure";
import { DEFAULT_THRESHOLDS, newId, overlappingShifts } from "@nightflow/domain";
import { addAccountTerms, loadAccountTerms, loadRuleSettings, notifyRegistry, type Sql } from "@nightflow/storage";
import type { Principal } from "../access/principal.ts";
import type { ApiDeps } from "../deps.ts";
import { BadRequestProblem, ConflictProblem, NotFoundProblem } from "../http/problems.ts";
import { epochMs } from "../sql/filter.ts";
import { recordAudit } from "../system/record.ts";
import { daysOfCsv, daysOfIcs, type FileDays } from "./calendar-file.ts";
import { loadAccount } from "./queries.ts";
import type {
  AccountDays,
  AccountDaysBody,
  AccountTermsBody,
  AccountTermsView,
  CalendarImport,
  CalendarImportBody,
} from "./terms-wire.ts";

const DAY_MS = 86_400_000;
const SHOWN_DAYS = 366;
const VERSIONS = 20;

/** Shifts of one day that overlap, named in `details`. */
export class ShiftsOverlapProblem extends BadRequestProblem {
  override readonly code = "SHIFTS_OVERLAP";
}

/** What an account of a person's scope is judged by, and when it works. @throws {NotFoundProblem} */
export async function accountTerms({ db, clock }: ApiDeps, by: Principal, id: string): Promise<AccountTermsView> {
  await requireKeyAccount(db, by, id);
  const [terms] = await loadAccountTerms(db, { accounts: [id] });
  const { LOAD_HIGH, LOAD_LOW } = await ruleTuning(db);
  const sinceDate = new Date(clock.now() - SHOWN_DAYS * DAY_MS).toISOString().slice(0, 10);
  return {
    version: terms?.version ?? 0,
    thresholds: terms?.thresholds ?? DEFAULT_THRESHOLDS,
    rules: { deviations: LOAD_HIGH.deviations, aboveHours: LOAD_HIGH.hours, belowHours: LOAD_LOW.hours },
    shifts: [...(terms?.shifts ?? [])],
    days: await daysOf(db, id, sinceDate),
    versions: await versionsOf(db, id),
  };
}

/** What the rules are set to now. */
export async function ruleTuning(db: Sql): Promise<RuleTuning> {
  return tuningWith(tuningOfSettings(await loadRuleSettings(db)), DEFAULT_TUNING);
}

/** @throws {ConflictProblem} when the account is none that is judged by the hour. */
async function requireKeyAccount(db: Sql, by: Principal, id: string): Promise<void> {
  const account = await loadAccount(db, by.scope, id);
  if (account.is_key_account) return;
  throw new ConflictProblem("ACCOUNT_NOT_KEY", `${account.no} is no key account`, {
    remedy: "only key accounts have a calendar and thresholds of their own; mark it as one in the registry",
  });
}

/**
 * Sets thresholds and shifts of an account from now on; what its hours have taught stays.
 *
 * @throws {ConflictProblem} when somebody else has set them since they were seen.
 * @throws {ShiftsOverlapProblem}
 */
export async function setTerms(deps: ApiDeps, by: Principal, id: string, body: AccountTermsBody): Promise<void> {
  const { db, clock } = deps;
  await requireKeyAccount(db, by, id);
  const overlaps = overlappingShifts(body.shifts);
  if (overlaps.length > 0)
    throw new ShiftsOverlapProblem("two shifts of one day overlap", {
      details: { overlaps },
      remedy: "give each shift its own hours; a shift over midnight is two",
    });
  await db.transaction(async (tx) => {
    const [before] = await loadAccountTerms(tx, { accounts: [id] });
    const { thresholds, shifts, reason, basedOn } = body;
    const terms = { account: id, version: basedOn + 1, thresholds, shifts, reason };
    const isAdded =
      (before?.version ?? 0) === basedOn &&
      (await addAccountTerms(tx, { ...terms, madeBy: by.userId, atMs: clock.now() }));
    if (!isAdded) throw changed(before?.version ?? basedOn + 1);
    await recordAudit(tx, clock, by, {
      action: "account.terms",
      kind: "account",
      subject: id,
      before: before && { thresholds: before.thresholds, shifts: before.shifts },
      after: { thresholds, shifts },
      reason,
    });
    await notifyRegistry(tx);
  });
}

function changed(version: number): ConflictProblem {
  return new ConflictProblem("ACCOUNT_TERMS_CHANGED", "somebody else has set the account's terms meanwhile", {
    details: { version },
    remedy: "load them again, look at what was set and why, and decide anew",
  });
}

/** Adds days to an account's calendar. @throws {ConflictProblem} when they overlap others. */
export async function addDays(deps: ApiDeps, by: Principal, id: string, body: AccountDaysBody): Promise<void> {
  const { db, clock } = deps;
  await requireKeyAccount(db, by, id);
  await db.transaction(async (tx) => {
    await lockCalendar(tx, id);
    const [other] = overlapsIn(await daysOf(tx, id, body.from), body);
    if (other !== undefined) throw overlapping(other);
    await insertDays(tx, deps, by, id, [{ ...body, uid: null }], "person");
    await recordAudit(tx, clock, by, { action: "account.calendar", kind: "account", subject: id, after: body });
    await notifyRegistry(tx);
  });
}

/** Takes days out of an account's calendar; they stay in the audit trail. @throws {NotFoundProblem} */
export async function removeDays(deps: ApiDeps, by: Principal, id: string, dayId: string): Promise<void> {
  const { db, clock } = deps;
  await requireKeyAccount(db, by, id);
  await db.transaction(async (tx) => {
    const { rows } = await tx.query(
      `update account_day set removed_at = $3, removed_by = $4 where id = $1 and account_id = $2 and removed_at is null
       returning to_char(from_date, 'YYYY-MM-DD') as "from", to_char(to_date, 'YYYY-MM-DD') as "to", kind, note`,
      [dayId, id, new Date(clock.now()), by.userId],
    );
    if (rows[0] === undefined) throw new NotFoundProblem("day of the calendar", dayId);
    await recordAudit(tx, clock, by, { action: "account.calendar", kind: "account", subject: id, before: rows[0] });
    await notifyRegistry(tx);
  });
}

/** Takes the days of a file into the calendar. The same file read twice changes nothing; what cannot be used is named by its line. */
export async function importCalendar(
  deps: ApiDeps,
  by: Principal,
  id: string,
  { format, text, isTrial }: CalendarImportBody,
): Promise<CalendarImport> {
  const { db, clock } = deps;
  await requireKeyAccount(db, by, id);
  const file = format === "csv" ? daysOfCsv(text) : daysOfIcs(text);
  return db.transaction(async (tx) => {
    await lockCalendar(tx, id);
    const { fresh, unchanged, faults } = sortOut(file.days, await daysOf(tx, id, "0001-01-01"));
    const answer = { added: fresh.length, unchanged, faults: [...file.faults, ...faults] };
    if (isTrial || fresh.length === 0) return answer;
    await insertDays(tx, deps, by, id, fresh, format);
    const after = { format, days: fresh.map(({ from, to, kind }) => ({ from, to, kind })) };
    await recordAudit(tx, clock, by, { action: "account.calendar", kind: "account", subject: id, after });
    await notifyRegistry(tx);
    return answer;
  });
}

/** Which days of a file are new, which are there, and which overlap others. */
function sortOut(days: readonly FileDays[], known: readonly AccountDays[]) {
  const fresh: FileDays[] = [];
  const faults: CalendarImport["faults"] = [];
  let unchanged = 0;
  for (const day of days) {
    const others = overlapsIn([...known, ...fresh], day);
    const isThere = others.some(({ from, to, kind }) => from === day.from && to === day.to && kind === day.kind);
    if (isThere) unchanged++;
    else if (others.length === 0) fresh.push(day);
    else {
      const [other] = others;
      faults.push({ line: day.line, code: "overlap", text: `${day.from} – ${day.to}: ${other?.from} – ${other?.to}` });
    }
  }
  return { fresh, unchanged, faults };
}

interface Span {
  readonly from: string;
  readonly to: string;
}

function overlapsIn<Days extends Span>(known: readonly Days[], { from, to }: Span): Days[] {
  return known.filter((days) => days.from <= to && from <= days.to);
}

function overlapping(other: AccountDays): ConflictProblem {
  return new ConflictProblem(
    "CALENDAR_OVERLAP",
    `the calendar already says something of ${other.from} to ${other.to}`,
    {
      details: { id: other.id, from: other.from, to: other.to, kind: other.kind },
      remedy: "remove those days first, or choose others",
    },
  );
}

async function lockCalendar(tx: Sql, id: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 20))", [id]);
}

interface NewDays extends Span {
  readonly kind: string;
  readonly note: string;
  readonly uid: string | null;
}

async function insertDays(
  tx: Sql,
  { clock }: ApiDeps,
  by: Principal,
  id: string,
  days: readonly NewDays[],
  source: AccountDays["source"],
): Promise<void> {
  for (const { from, to, kind, note, uid } of days)
    await tx.query(
      `insert into account_day (id, account_id, from_date, to_date, kind, note, source, uid, made_by, made_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       on conflict (account_id, uid) where uid is not null and removed_at is null
       do update set from_date = excluded.from_date, to_date = excluded.to_date, kind = excluded.kind, note = excluded.note`,
      [newId(), id, from, to, kind, note, source, uid, by.userId, new Date(clock.now())],
    );
}

async function daysOf(sql: Sql, id: string, sinceDate: string): Promise<AccountDays[]> {
  const { rows } = await sql.query<AccountDays & Record<string, unknown>>(
    `select d.id, to_char(d.from_date, 'YYYY-MM-DD') as "from", to_char(d.to_date, 'YYYY-MM-DD') as "to", d.kind, d.note,
            d.source, u.display_name as by, ${epochMs("d.made_at")} as at
       from account_day d left join app_user u on u.id = d.made_by
      where d.account_id = $1 and d.removed_at is null and d.to_date >= $2 order by d.from_date, d.id`,
    [id, sinceDate],
  );
  return rows;
}

async function versionsOf(sql: Sql, id: string): Promise<AccountTermsView["versions"]> {
  const { rows } = await sql.query<AccountTermsView["versions"][number] & Record<string, unknown>>(
    `select t.version, t.reason, u.display_name as by, ${epochMs("t.made_at")} as at from account_terms t
       left join app_user u on u.id = t.made_by where t.account_id = $1 order by t.version desc limit ${VERSIONS}`,
    [id],
  );
  return rows;
}
