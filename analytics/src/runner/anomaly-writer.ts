import {
  type AnomalyState,
  alwaysOpensTicket,
  causeGroupOf,
  LIVE_ANOMALY_STATES,
  newId,
  rankOf,
} from "@nightflow/domain";
import type { JobQueue, Sql } from "@nightflow/storage";
import type { FindingEvent } from "../pure/finding.ts";

/** Queue of findings that need a ticket; payload `{anomalyId}`, at most one job for each. */
export const OPEN_TICKET_QUEUE = "open-ticket";
/** Queue of findings that ended by themselves while somebody works on them; payload `{anomalyId}`. */
export const ANOMALY_CLEARED_QUEUE = "anomaly-cleared";

/** Why a finding has no ticket; `anomaly.no_ticket_reason`. */
export type NoTicketReason = "past" | "below_threshold" | "over";

/** Reasons of ours; another one, given with a cancelled ticket, stays. */
const WAITING_REASONS: ReadonlySet<string | null> = new Set<NoTicketReason>(["past", "below_threshold"]);

interface LiveRow extends Record<string, unknown> {
  readonly id: string;
  readonly state: string;
  readonly starts_at: Date;
  readonly no_ticket_reason: string | null;
  readonly path: string;
  /** A person entered it; when it began is his guess. */
  readonly is_reported: boolean;
}

/** A change of an anomaly that people should see at once. */
export interface Announcement {
  readonly anomalyId: string;
  readonly atMs: number;
  readonly unitPath: string;
}

/** Writes findings as anomalies, each step once however often it is told, within the caller's transaction. */
export class AnomalyWriter {
  readonly #jobs: Pick<JobQueue, "enqueue">;
  readonly #thresholdPerDay: number;

  constructor(jobs: Pick<JobQueue, "enqueue">, thresholdPerDay: number) {
    this.#jobs = jobs;
    this.#thresholdPerDay = thresholdPerDay;
  }

  /** What people should be told of, once the rows are locked: the caller announces it at the end of the transaction. */
  async write(tx: Sql, event: FindingEvent): Promise<Announcement | null> {
    const live = await liveRow(tx, event);
    if (event.type === "clear") return await this.#clear(tx, event, live);
    if (live) return await this.#refresh(tx, event, live);
    return event.type === "open" ? await this.#insert(tx, event) : null;
  }

  /** A finding that was over before its readings came: listed, without a ticket. */
  async writeEnded(tx: Sql, event: FindingEvent, clearedAtMs: number): Promise<Announcement | null> {
    const over: NoTicketReason = "over";
    const { rows } = await tx.query<{ id: string; path: string }>(INSERT, insertValues(event, "auto_closed", over));
    const [row] = rows;
    if (!row) return null;
    await tx.query("update anomaly set closed_at = $2, last_seen_at = greatest(last_seen_at, $2) where id = $1", [
      row.id,
      new Date(clearedAtMs),
    ]);
    return { anomalyId: row.id, atMs: event.atMs, unitPath: row.path };
  }

  /** A new anomaly. The same episode told again, after somebody closed it, changes nothing. */
  async #insert(tx: Sql, event: FindingEvent): Promise<Announcement | null> {
    const reason = this.#noTicketReason(event);
    const values = insertValues(event, event.isPast ? "past" : "open", reason);
    const { rows } = await tx.query<{ id: string; path: string }>(INSERT, values);
    const [row] = rows;
    if (!row) return null;
    if (reason === null) await this.#openTicket(tx, row.id, event.traceparent);
    return { anomalyId: row.id, atMs: event.atMs, unitPath: row.path };
  }

  /** Newer evidence of a live anomaly; one from before its episode is older news and is left out. */
  async #refresh(tx: Sql, event: FindingEvent, live: LiveRow): Promise<Announcement | null> {
    if (isOlderNews(live, event)) return null;
    const isConfirmed = live.state === "past" && !event.isPast;
    const isPast = live.state === "past" && event.isPast;
    const isWaiting = WAITING_REASONS.has(live.no_ticket_reason);
    const reason = isWaiting ? this.#noTicketReason({ ...event, isPast }) : live.no_ticket_reason;
    const state = isConfirmed ? "open" : live.state;
    await tx.query(REFRESH, [live.id, new Date(event.atMs), ...figuresOf(event), event.confidence, reason, state]);
    if (isWaiting && reason === null) await this.#openTicket(tx, live.id, event.traceparent);
    const isNews = isConfirmed || (isWaiting && reason === null);
    return isNews ? { anomalyId: live.id, atMs: event.atMs, unitPath: live.path } : null;
  }

  /** The condition is gone: closes what nobody has taken up; who works on it is told by a job. */
  async #clear(tx: Sql, event: FindingEvent, live: LiveRow | undefined): Promise<Announcement | null> {
    if (!live || isOlderNews(live, event)) return null;
    await tx.query(CLEAR, [live.id, new Date(event.atMs)]);
    if (live.no_ticket_reason === null)
      await this.#jobs.enqueue(tx, {
        queue: ANOMALY_CLEARED_QUEUE,
        payload: { anomalyId: live.id },
        dedupeKey: `anomaly-cleared:${live.id}`,
      });
    return { anomalyId: live.id, atMs: event.atMs, unitPath: live.path };
  }

  async #openTicket(tx: Sql, anomalyId: string, traceparent: string | undefined): Promise<void> {
    await this.#jobs.enqueue(tx, {
      queue: OPEN_TICKET_QUEUE,
      payload: traceparent === undefined ? { anomalyId } : { anomalyId, traceparent },
      dedupeKey: `anomaly:${anomalyId}`,
    });
  }

  /** Null when the finding gets a ticket: its rank passes the threshold, or its group always does (use changes of key accounts only). */
  #noTicketReason(event: FindingEvent): NoTicketReason | null {
    if (event.isPast) return "past";
    const group = causeGroupOf(event.rule);
    if (alwaysOpensTicket(group) && (group !== "usage_change" || event.isKeyAccount)) return null;
    return rankOf(event.moneyPerDay, event.confidence) >= this.#thresholdPerDay ? null : "below_threshold";
  }
}

const LIVE = LIVE_ANOMALY_STATES.map((state) => `'${state}'`).join(", ");

/** Whether an event is of an episode before the live one. What a person entered is gone on with, whenever he says it began. */
function isOlderNews(live: LiveRow, event: FindingEvent): boolean {
  return !live.is_reported && live.starts_at.getTime() > event.startMs;
}

// A district's finding belongs to the unit of the district, not to that of its inlet's meter.
const INSERT = `
  insert into anomaly (id, rule, subject_kind, subject, cause_group, direction, state, commodity, starts_at, opened_at,
    last_seen_at, evidence, rate_m3h, lost_m3, money_per_day, rank, currency, confidence, no_ticket_reason, dma_id, account_id, unit_id)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, $13, $14, $15, $16, $17, $18,
    (select id from dma where id = $19), (select id from account where id = $20::uuid),
    coalesce((select unit_id from dma where $3 = 'dma' and id = $4), $21::uuid))
  on conflict (rule, subject_kind, subject, starts_at) do nothing
  returning id, (select path from org_unit where org_unit.id = anomaly.unit_id) as path`;

function insertValues(event: FindingEvent, state: AnomalyState, reason: NoTicketReason | null): unknown[] {
  return [
    newId(event.atMs),
    event.rule,
    event.subjectKind,
    event.subject,
    causeGroupOf(event.rule),
    event.direction,
    state,
    event.commodity,
    new Date(event.startMs),
    new Date(event.atMs),
    ...figuresOf(event),
    event.currency,
    event.confidence,
    reason,
    event.dma,
    event.account,
    event.unitId,
  ];
}

// Who reported an event, and what he said, stays beside what detection finds of it.
const REFRESH = `
  update anomaly set last_seen_at = greatest(last_seen_at, $2), rate_m3h = $4, lost_m3 = $5, money_per_day = $6,
    rank = $7, confidence = $8, no_ticket_reason = $9, state = $10, updated_at = now(),
    evidence = case when evidence #>> '{details,source}' = 'person'
      then $3::jsonb || jsonb_build_object('details', coalesce($3::jsonb -> 'details', '{}') || (evidence -> 'details'))
      else $3::jsonb end
  where id = $1`;

const CLEAR = `
  update anomaly set last_seen_at = greatest(last_seen_at, $2),
    state = case when state in ('open', 'candidate', 'past') then 'auto_closed' else state end,
    closed_at = case when state in ('open', 'candidate', 'past') then $2 else closed_at end,
    updated_at = now()
  where id = $1`;

async function liveRow(tx: Sql, event: FindingEvent): Promise<LiveRow | undefined> {
  const { rows } = await tx.query<LiveRow>(
    `select a.id, a.state, a.starts_at, a.no_ticket_reason, u.path,
       coalesce(a.evidence #>> '{details,source}' = 'person', false) as is_reported
     from anomaly a join org_unit u on u.id = a.unit_id
     where a.rule = $1 and a.subject_kind = $2 and a.subject = $3 and a.state in (${LIVE}) for update of a`,
    [event.rule, event.subjectKind, event.subject],
  );
  return rows[0];
}

/** evidence, rate, lost, money, rank, in the order of the statements. */
function figuresOf(event: FindingEvent): unknown[] {
  const { evidence } = event;
  const rateM3h = evidence?.floorM3h ?? evidence?.actualM3h ?? null;
  const rank = rankOf(event.moneyPerDay, event.confidence);
  return [JSON.stringify(evidence ?? {}), rateM3h, evidence?.lostM3 ?? null, event.moneyPerDay, rank];
}
