import {
  type CauseGroup,
  causeGroupOf,
  DEFAULT_PRICE_PER_M3,
  type Evidence,
  newId,
  type RuleCode,
  rankOf,
} from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import { companyOf } from "../access/company.ts";
import type { Principal } from "../access/principal.ts";
import { inScope, type Scope } from "../access/scope.ts";
import type { ApiDeps } from "../deps.ts";
import { BadRequestProblem, ConflictProblem, NotFoundProblem } from "../http/problems.ts";
import { SqlFilter } from "../sql/filter.ts";
import { transactionWithRetry } from "../sql/retry.ts";
import { recordAudit, recordEvents } from "../system/record.ts";
import { addStep } from "../tickets/steps.ts";
import { OPEN_TICKET_QUEUE } from "../workers/open-ticket.ts";
import type { ReportedEvent } from "./report-wire.ts";

type Deps = Pick<ApiDeps, "db" | "clock" | "jobs">;

/** How far a person's clock may be ahead of ours. */
const CLOCK_SLACK_MS = 5 * 60_000;
const OLDEST_MS = 366 * 86_400_000;
/** How sure a person's report is until the meters tell more. */
const CONFIDENCE = 0.7;
const DOWNWARD: ReadonlySet<RuleCode> = new Set(["NO_USE", "FROZEN", "UNDER", "UNDER_REG", "PRESS_LOW", "GAS_P_DROP"]);

interface Subject {
  readonly unit_id: string;
  readonly unit_path: string;
  readonly commodity: "water" | "gas";
  readonly dma_id: string | null;
  readonly account_id: string | null;
  readonly price: number | null;
}

/**
 * Writes down what a person saw. Where a finding of the same rule, or of the same cause, is live at the subject the report
 * joins it, as a note to it and to its ticket; else it is a finding of its own with a ticket. Detection that later finds
 * the same (rule, subject) goes on with this finding.
 *
 * @throws {NotFoundProblem} when the scope has no such meter or district.
 * @throws {BadRequestProblem} when it began in the future or more than a year ago.
 */
export function reportEvent(
  deps: Deps,
  by: Principal,
  report: ReportedEvent,
): Promise<{ id: string; hasJoined: boolean }> {
  const nowMs = deps.clock.now();
  if (report.startsAt > nowMs + CLOCK_SLACK_MS) throw new BadRequestProblem("an event cannot have begun in the future");
  if (report.startsAt < nowMs - OLDEST_MS) throw new BadRequestProblem("an event can have begun a year ago at most");
  return transactionWithRetry(deps.db, async (tx) => {
    const told = { ...report, startsAt: Math.min(report.startsAt, nowMs) };
    const subject = await subjectOf(tx, by.scope, told);
    // Reports of one subject wait for each other, so that two people who call at once make one finding.
    await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 4))", [
      `${report.subjectKind}:${report.subject}`,
    ]);
    const live = await liveAlike(tx, report);
    return live === undefined ? makeFinding(tx, deps, by, told, subject) : join(tx, deps, by, told, live);
  });
}

async function subjectOf(tx: Sql, scope: Scope, { subjectKind, subject }: ReportedEvent): Promise<Subject> {
  const filter = new SqlFilter();
  const id = filter.value(subject);
  const from =
    subjectKind === "meter"
      ? `select s.unit_id, s.commodity, coalesce(sp.dma_id, (select min(dm.dma_id) from dma_meter dm where dm.meter_id = s.id)) as dma_id,
                sp.account_id, t.price_per_m3::float8 as price
           from meter s left join service_point sp on sp.id = s.service_point_id
           left join account ac on ac.id = sp.account_id left join tariff t on t.id = ac.tariff_id where s.id = ${id}`
      : `select s.unit_id, coalesce((select m.commodity from dma_meter dm join meter m on m.id = dm.meter_id
                  where dm.dma_id = s.id order by dm.meter_id limit 1), 'water') as commodity,
                s.id as dma_id, null::uuid as account_id, null::float8 as price
           from dma s where s.id = ${id}`;
  filter.and(inScope(filter, scope, "f.unit_id"));
  const { rows } = await tx.query<Subject>(
    `select f.*, o.path as unit_path from (${from}) f join org_unit o on o.id = f.unit_id ${filter.where}`,
    filter.values,
  );
  if (rows[0] === undefined) throw new NotFoundProblem(subjectKind === "dma" ? "district" : "meter", subject);
  return rows[0];
}

interface LiveFinding {
  readonly id: string;
  readonly rule: RuleCode;
  readonly ticket_id: string | null;
  readonly path: string;
}

/** A live finding of the same rule, else of the same cause group, at the subject. */
async function liveAlike(tx: Sql, report: ReportedEvent): Promise<LiveFinding | undefined> {
  const { rows } = await tx.query<LiveFinding>(
    `select a.id, a.rule, a.ticket_id, o.path from anomaly a join org_unit o on o.id = a.unit_id
      where a.subject_kind = $1 and a.subject = $2 and (a.rule = $3 or a.cause_group = $4)
        and a.state in ('candidate', 'open', 'investigating', 'field_work', 'monitoring', 'past')
        and (a.state <> 'past' or a.rule = $3)
      order by (a.rule = $3) desc, a.rank desc limit 1 for no key update of a`,
    [report.subjectKind, report.subject, report.rule, causeGroupOf(report.rule)],
  );
  return rows[0];
}

async function join(tx: Sql, deps: Deps, by: Principal, report: ReportedEvent, live: LiveFinding) {
  const { clock, jobs } = deps;
  // Somebody sees it now: what was only history, or too little for a ticket, is a case.
  const { rows } = await tx.query<{ needs_ticket: boolean }>(
    `update anomaly set state = case when state in ('past', 'candidate') then 'open' else state end, updated_at = now(),
            no_ticket_reason = case when no_ticket_reason in ('past', 'below_threshold') then null else no_ticket_reason end
      where id = $1 returning ticket_id is null and no_ticket_reason is null as needs_ticket`,
    [live.id],
  );
  if (rows[0]?.needs_ticket) await askForTicket(tx, jobs, live.id);
  if (live.ticket_id !== null)
    await addStep(tx, {
      ticketId: live.ticket_id,
      atMs: clock.now(),
      actor: by,
      note: report.note,
      data: { anomalyId: live.id, report },
    });
  await recordAudit(tx, clock, by, reportAudit(live.id, report));
  const ticket =
    live.ticket_id === null ? [] : [{ kind: "ticket" as const, subject: live.ticket_id, unitPath: live.path }];
  await recordEvents(tx, clock, [{ kind: "anomaly", subject: live.id, unitPath: live.path }, ...ticket]);
  return { id: live.id, hasJoined: true };
}

async function makeFinding(tx: Sql, { clock, jobs }: Deps, by: Principal, report: ReportedEvent, subject: Subject) {
  const { currency } = await companyOf(tx, subject.unit_path);
  const nowMs = clock.now();
  const moneyPerDay = (report.rateM3h ?? 0) * 24 * (subject.price ?? DEFAULT_PRICE_PER_M3);
  const group: CauseGroup = causeGroupOf(report.rule);
  const id = newId();
  const { rows } = await tx.query(
    `insert into anomaly (id, rule, subject_kind, subject, cause_group, direction, state, commodity, starts_at, opened_at,
       last_seen_at, evidence, rate_m3h, money_per_day, currency, confidence, rank, dma_id, account_id, unit_id)
     values ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
     on conflict do nothing returning id`,
    [
      ...[id, report.rule, report.subjectKind, report.subject, group, DOWNWARD.has(report.rule) ? "down" : "up"],
      ...[subject.commodity, new Date(report.startsAt), new Date(nowMs), JSON.stringify(evidenceOf(report, by, nowMs))],
      ...[report.rateM3h ?? null, moneyPerDay, currency, CONFIDENCE, rankOf(moneyPerDay, CONFIDENCE)],
      ...[subject.dma_id, subject.account_id, subject.unit_id],
    ],
  );
  if (rows.length === 0) throw sameEpisode();
  await askForTicket(tx, jobs, id);
  await recordAudit(tx, clock, by, reportAudit(id, report));
  await recordEvents(tx, clock, [{ kind: "anomaly", subject: id, unitPath: subject.unit_path }]);
  return { id, hasJoined: false };
}

/** An episode of the same rule that began at the same instant has ended already, or detection found it this moment. */
function sameEpisode(): ConflictProblem {
  return new ConflictProblem("EVENT_KNOWN", "an event of this kind that began at this instant is known already", {
    remedy: "look for it among all states, or give the time at which it began again",
  });
}

function askForTicket(tx: Sql, jobs: Deps["jobs"], anomalyId: string) {
  return jobs.enqueue(tx, { queue: OPEN_TICKET_QUEUE, payload: { anomalyId }, dedupeKey: `anomaly:${anomalyId}` });
}

function reportAudit(id: string, report: ReportedEvent) {
  return { action: "anomaly.report", kind: "anomaly", subject: id, after: report, reason: report.note };
}

function evidenceOf(report: ReportedEvent, by: Principal, nowMs: number): Evidence {
  return {
    startAt: report.startsAt,
    knowableAt: nowMs,
    actualM3h: report.rateM3h ?? null,
    expectedM3h: null,
    floorM3h: null,
    bandLowM3h: null,
    bandHighM3h: null,
    lostM3: null,
    estimatedShare: 0,
    reason: { zh: `${by.displayName} 报告：${report.note}`, en: `${by.displayName} reports: ${report.note}` },
    clearsWhen: { zh: "由人员判定或工单闭环", en: "somebody judges it, or its ticket is closed" },
    details: { source: "person", note: report.note, by: by.login },
  };
}
