import {
  type AnomalyState,
  type CauseGroup,
  type Clock,
  newId,
  type RuleCode,
  type SubjectKind,
  type TicketState,
  ticketKeyOf,
} from "@nightflow/domain";
import { type Database, type Sql, takeNumber } from "@nightflow/storage";
import { z } from "zod";
import { companyOf } from "../access/company.ts";
import { coveringWork } from "../alarms/sql.ts";
import { ANOMALY_PLACE } from "../anomalies/queries.ts";
import { localDateOf } from "../http/zone-time.ts";
import { epochMs } from "../sql/filter.ts";
import { transactionWithRetry } from "../sql/retry.ts";
import { recordAudit, recordEvents, SYSTEM } from "../system/record.ts";
import { OPEN_TICKET } from "../tickets/open.ts";
import { anomalyStateOf, ticketKindOf, ticketLimitsOf, ticketNumber, ticketPriorityOf } from "../tickets/policy.ts";
import { reopenTicket } from "../tickets/reopen.ts";
import { addStep } from "../tickets/steps.ts";
import { findingWords, ticketTitle } from "../tickets/words.ts";

/** Queue of findings that need a ticket; payload `{anomalyId}`. */
export const OPEN_TICKET_QUEUE = "open-ticket";

/** Payload of jobs about one finding. */
export const AnomalyJob = z.object({ anomalyId: z.uuid(), traceparent: z.string().optional() });

/** What opening tickets depends on. */
export interface TicketDeskDeps {
  readonly db: Database;
  readonly clock: Clock;
  /** Money per day from which a leak is P2. */
  readonly leakP2PerDay: number;
}

/** What came of a finding: a new ticket, a place in an open one, or nothing because it needs none any more. */
export type OpenedTicket =
  | { readonly kind: "opened" | "joined"; readonly ticketId: string; readonly no: string }
  | { readonly kind: "none"; readonly why: string };

interface Finding {
  id: string;
  rule: RuleCode;
  subject_kind: SubjectKind;
  subject: string;
  cause_group: CauseGroup;
  state: AnomalyState;
  opened_at: number;
  money_per_day: number;
  ticket_id: string | null;
  account_id: string | null;
  is_key_account: boolean;
  manager_id: string | null;
  unit_id: string;
  unit_path: string;
  place: string | null;
  place_en: string | null;
  /** The account's number where it is about an account, else the subject. */
  label: string;
  reason_zh: string | null;
  reason_en: string | null;
}

/** Days after its end in which the same finding again is the same case. */
const RETURNS_WITHIN_DAYS = 7;
const DAY_MS = 86_400_000;

const NEEDS_TICKET: ReadonlySet<AnomalyState> = new Set(["open", "investigating", "field_work", "monitoring"]);

/**
 * Gives a finding its ticket: the open one of its key, else a new one. `complete` runs in the same transaction, so that the
 * job is done if and only if the ticket is there. Running it again changes nothing.
 */
export function openTicket(
  deps: TicketDeskDeps,
  anomalyId: string,
  complete: (tx: Sql) => Promise<void>,
): Promise<OpenedTicket> {
  return transactionWithRetry(deps.db, async (tx) => {
    const opened = await openIn(tx, deps, anomalyId);
    await complete(tx);
    return opened;
  });
}

async function openIn(tx: Sql, deps: TicketDeskDeps, anomalyId: string): Promise<OpenedTicket> {
  const finding = await lockFinding(tx, anomalyId);
  if (finding === undefined) return { kind: "none", why: "the finding is gone" };
  if (finding.ticket_id !== null) return { kind: "none", why: "it has a ticket" };
  if (!NEEDS_TICKET.has(finding.state)) return { kind: "none", why: `it is ${finding.state}` };
  if (await isSuppressed(tx, deps.clock, anomalyId)) return { kind: "none", why: "it began during planned work" };
  const key = ticketKeyOf(`${finding.subject_kind}:${finding.subject}`, keyGroupOf(finding));
  // Findings of one key wait for each other here; the unique index on open keys is what would refuse a second ticket.
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 3))", [key]);
  const open = (await openTicketOf(tx, key)) ?? (await reopenedTicketOf(tx, deps, finding, key));
  return open === undefined ? createTicket(tx, deps, finding, key) : joinTicket(tx, deps, finding, open);
}

/** A home that uses more than it does is what a leak looks like too: one ticket for both. A key account's manager has his own. */
function keyGroupOf({ cause_group, is_key_account }: Finding): CauseGroup {
  return cause_group === "usage_change" && !is_key_account ? "leak" : cause_group;
}

/** Whether planned work covers the finding; if so it says why it has no ticket, and is asked for again when the work is over. */
async function isSuppressed(tx: Sql, clock: Clock, anomalyId: string): Promise<boolean> {
  const { rows } = await tx.query(
    `update anomaly a set no_ticket_reason = 'planned_work', updated_at = now()
      where a.id = $1 and exists (${coveringWork("$2::timestamptz")}) returning a.id`,
    [anomalyId, new Date(clock.now())],
  );
  return rows.length > 0;
}

async function lockFinding(tx: Sql, id: string): Promise<Finding | undefined> {
  const { rows } = await tx.query<Finding>(
    `select a.id, a.rule, a.subject_kind, a.subject, a.cause_group, a.state, ${epochMs("a.opened_at")} as opened_at,
            a.money_per_day, a.ticket_id, a.account_id, coalesce(ac.is_key_account, false) as is_key_account, ac.manager_id,
            a.unit_id, o.path as unit_path, place.text as place, coalesce(place.text_en, place.text) as place_en, a.evidence #>> '{reason,zh}' as reason_zh,
            a.evidence #>> '{reason,en}' as reason_en,
            case a.subject_kind when 'account' then coalesce(ac.no, a.subject) else a.subject end as label
       from anomaly a join org_unit o on o.id = a.unit_id left join account ac on ac.id = a.account_id ${ANOMALY_PLACE}
      where a.id = $1 for no key update of a`,
    [id],
  );
  return rows[0];
}

interface OpenTicketRow {
  id: string;
  no: string;
  state: TicketState;
}

async function openTicketOf(tx: Sql, key: string): Promise<OpenTicketRow | undefined> {
  const { rows } = await tx.query<OpenTicketRow>(
    `select t.id, t.no, t.state from ticket t where t.key = $1 and ${OPEN_TICKET} for no key update`,
    [key],
  );
  return rows[0];
}

/** The ticket of the same finding that was closed in the last days, opened again; undefined where there is none. */
async function reopenedTicketOf(
  tx: Sql,
  { clock }: TicketDeskDeps,
  finding: Finding,
  key: string,
): Promise<OpenTicketRow | undefined> {
  const { rows } = await tx.query<OpenTicketRow>(
    `select t.id, t.no, t.state from ticket t
      where t.key = $1 and t.state = 'closed' and t.closed_at >= $2
        and exists (select 1 from anomaly a where a.ticket_id = t.id and a.rule = $3)
      order by t.closed_at desc limit 1 for no key update`,
    [key, new Date(clock.now() - RETURNS_WITHIN_DAYS * DAY_MS), finding.rule],
  );
  const [closed] = rows;
  if (closed === undefined) return undefined;
  const what = {
    zh: `关闭后 ${RETURNS_WITHIN_DAYS} 天内再次出现`,
    en: `it came back within ${RETURNS_WITHIN_DAYS} days`,
  };
  const words = findingWords(finding.rule, finding.label, what);
  const why = { words, data: { anomalyId: finding.id, rule: finding.rule } };
  await reopenTicket(tx, clock, { ...closed, unitPath: finding.unit_path }, why);
  return { ...closed, state: "reopened" };
}

async function createTicket(tx: Sql, deps: TicketDeskDeps, finding: Finding, key: string): Promise<OpenedTicket> {
  const { clock } = deps;
  const nowMs = clock.now();
  const occasion = {
    rule: finding.rule,
    group: finding.cause_group,
    moneyPerDay: finding.money_per_day,
    isKeyAccount: finding.is_key_account,
  };
  const kind = ticketKindOf(occasion);
  const priority = ticketPriorityOf(occasion, deps.leakP2PerDay);
  const limits = ticketLimitsOf(occasion, priority);
  const title = ticketTitle(finding.rule, finding.label, { zh: finding.place ?? "", en: finding.place_en ?? "" });
  const { year } = localDateOf(nowMs, (await companyOf(tx, finding.unit_path)).zone);
  const ticketId = newId();
  const no = ticketNumber(year, await takeNumber(tx, "ticket"));
  await tx.query(
    `insert into ticket (id, no, key, kind, priority, source, state, title_zh, title_en, subject_kind, subject, cause_group,
       account_id, assignee_id, unit_id, opened_at, respond_by, resolve_by)
     values ($1, $2, $3, $4, $5, 'anomaly', 'new', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
      ticketId,
      no,
      key,
      kind,
      priority,
      title.zh,
      title.en,
      finding.subject_kind,
      finding.subject,
      finding.cause_group,
      finding.account_id,
      kind === "contact" ? finding.manager_id : null,
      finding.unit_id,
      new Date(nowMs),
      new Date(nowMs + limits.respondMs),
      new Date(nowMs + limits.resolveMs),
    ],
  );
  await link(tx, clock, finding, { id: ticketId, no, state: "new" }, "new");
  return { kind: "opened", ticketId, no };
}

async function joinTicket(
  tx: Sql,
  deps: TicketDeskDeps,
  finding: Finding,
  ticket: OpenTicketRow,
): Promise<OpenedTicket> {
  await tx.query("update ticket set version = version + 1 where id = $1", [ticket.id]);
  await link(tx, deps.clock, finding, ticket, undefined);
  return { kind: "joined", ticketId: ticket.id, no: ticket.no };
}

/** Ties a finding to its ticket: state, step, audit entry, live events. */
async function link(
  tx: Sql,
  clock: Clock,
  finding: Finding,
  ticket: OpenTicketRow,
  toState: TicketState | undefined,
): Promise<void> {
  // A finding that comes after the repair speaks against it, so it stays open and is not taken for monitored.
  const isAfterRepair = ticket.state === "resolved" || ticket.state === "follow_up";
  await tx.query(
    "update anomaly set ticket_id = $2, state = $3, no_ticket_reason = null, updated_at = now() where id = $1",
    [finding.id, ticket.id, isAfterRepair ? "open" : anomalyStateOf(ticket.state)],
  );
  const words = findingWords(finding.rule, finding.label, { zh: finding.reason_zh ?? "", en: finding.reason_en ?? "" });
  const data = { anomalyId: finding.id, rule: finding.rule, moneyPerDay: finding.money_per_day, words };
  const atMs = clock.now();
  await addStep(tx, { ticketId: ticket.id, atMs, actor: SYSTEM, note: words.zh, data, ...(toState && { toState }) });
  const action = toState === undefined ? "ticket.join" : "ticket.open";
  await recordAudit(tx, clock, SYSTEM, {
    action,
    kind: "ticket",
    subject: ticket.id,
    after: { no: ticket.no, ...data },
  });
  const unitPath = finding.unit_path;
  await recordEvents(tx, clock, [
    { kind: "ticket", subject: ticket.id, unitPath },
    { kind: "anomaly", subject: finding.id, unitPath },
  ]);
}
