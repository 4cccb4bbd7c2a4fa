import type { AnomalyState, Clock, OutcomeCode } from "@nightflow/domain";
import type { Database, Sql } from "@nightflow/storage";
import type { Principal } from "../access/principal.ts";
import { inScope, type Scope } from "../access/scope.ts";
import { ConflictProblem, NotFoundProblem } from "../http/problems.ts";
import { SqlFilter } from "../sql/filter.ts";
import { transactionWithRetry } from "../sql/retry.ts";
import { recordAudit, recordEvents } from "../system/record.ts";
import { addStep } from "../tickets/steps.ts";

/** How a person may end a finding without a ticket's help. */
export interface Verdict {
  readonly state: "false_alarm" | "planned";
  readonly outcome: OutcomeCode;
  readonly reason: string;
}

interface JudgedRow {
  id: string;
  state: AnomalyState;
  ticket_id: string | null;
  rule: string;
  subject: string;
  unit_path: string;
}

const JUDGEABLE: ReadonlySet<AnomalyState> = new Set([
  "candidate",
  "open",
  "investigating",
  "field_work",
  "monitoring",
]);

/**
 * Ends a finding as a false alarm or as planned use, with the reason; its ticket, if any, gets a note.
 *
 * @throws {NotFoundProblem} when it does not exist or lies outside the person's scope.
 * @throws {ConflictProblem} when it has ended already.
 */
export async function judgeAnomaly(
  db: Database,
  clock: Clock,
  by: Principal,
  id: string,
  verdict: Verdict,
): Promise<void> {
  await transactionWithRetry(db, async (tx) => {
    const anomaly = await lockAnomaly(tx, by.scope, id);
    if (!JUDGEABLE.has(anomaly.state)) throw endedAlready(anomaly);
    await tx.query(
      `update anomaly set state = $2, outcome = $3, confirmed_cause = $4, closed_at = $5, updated_at = now() where id = $1`,
      [id, verdict.state, verdict.outcome, verdict.reason, new Date(clock.now())],
    );
    await noteOnTicket(tx, clock, by, anomaly, verdict);
    const change = { before: { state: anomaly.state }, after: { state: verdict.state, outcome: verdict.outcome } };
    const action = `anomaly.${verdict.state}`;
    await recordAudit(tx, clock, by, { action, kind: "anomaly", subject: id, ...change, reason: verdict.reason });
    await recordEvents(tx, clock, eventsOf(anomaly));
  });
}

async function lockAnomaly(tx: Sql, scope: Scope, id: string): Promise<JudgedRow> {
  const filter = new SqlFilter();
  filter.and(`a.id = ${filter.value(id)}`).and(inScope(filter, scope, "a.unit_id"));
  const { rows } = await tx.query<JudgedRow>(
    `select a.id, a.state, a.ticket_id, a.rule, a.subject, o.path as unit_path
       from anomaly a join org_unit o on o.id = a.unit_id ${filter.where} for no key update of a`,
    filter.values,
  );
  const row = rows[0];
  if (row === undefined) throw new NotFoundProblem("finding", id);
  return row;
}

function endedAlready(anomaly: JudgedRow): ConflictProblem {
  return new ConflictProblem("ANOMALY_ENDED", `the finding is ${anomaly.state} already`, {
    details: { state: anomaly.state },
    remedy: "load it again to see who ended it and why",
  });
}

async function noteOnTicket(tx: Sql, clock: Clock, by: Principal, anomaly: JudgedRow, verdict: Verdict): Promise<void> {
  if (anomaly.ticket_id === null) return;
  const data = { anomalyId: anomaly.id, rule: anomaly.rule, verdict: verdict.state };
  const note = `${anomaly.rule} ${anomaly.subject}: ${verdict.state}. ${verdict.reason}`;
  await addStep(tx, { ticketId: anomaly.ticket_id, atMs: clock.now(), actor: by, note, data });
}

function eventsOf(anomaly: JudgedRow) {
  const unitPath = anomaly.unit_path;
  const ticket = anomaly.ticket_id === null ? [] : [{ kind: "ticket" as const, subject: anomaly.ticket_id, unitPath }];
  return [{ kind: "anomaly" as const, subject: anomaly.id, unitPath }, ...ticket];
}
