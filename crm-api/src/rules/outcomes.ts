import { isConfirmed } from "@nightflow/analytics/pure";
import { OutcomeCode, type RuleCode } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { z } from "zod";
import { epochMs } from "../sql/filter.ts";
import { PRECISION_DAYS } from "./list.ts";
import type { RuleOutcome, RuleOutcomes } from "./wire.ts";

const MOST = 200;
const DAY_MS = 86_400_000;

type OutcomeRow = Omit<RuleOutcome, "isConfirmed"> & Record<string, unknown>;

/** The judged findings that a rule's measured precision is made of, with the tickets that say so. */
export async function ruleOutcomes(db: Sql, rule: RuleCode, nowMs: number): Promise<z.infer<typeof RuleOutcomes>> {
  const since = new Date(nowMs - PRECISION_DAYS * DAY_MS);
  const { rows } = await db.query<OutcomeRow & { total: number }>(
    `select a.id as "anomalyId", a.subject_kind as "subjectKind", a.subject, c.category as class,
            case a.subject_kind when 'account' then coalesce(c.no, a.subject) else a.subject end as label,
            ${epochMs("a.starts_at")} as "startAt", ${epochMs("a.closed_at")} as "closedAt", a.outcome,
            a.confirmed_cause as "confirmedCause", t.id as "ticketId", t.no as "ticketNo", count(*) over ()::int as total
       from anomaly a
       left join ticket t on t.id = a.ticket_id
       left join meter m on a.subject_kind = 'meter' and m.id = a.subject
       left join service_point s on s.id = m.service_point_id
       left join account c on c.id = coalesce(a.account_id, s.account_id)
      where a.rule = $1 and a.outcome is not null and coalesce(a.closed_at, a.opened_at) >= $2
      order by coalesce(a.closed_at, a.opened_at) desc, a.id limit ${MOST}`,
    [rule, since],
  );
  const items = rows.map(({ total: _, outcome, ...row }) => {
    const code = OutcomeCode.parse(outcome);
    return { ...row, outcome: code, isConfirmed: isConfirmed(code) } as RuleOutcome;
  });
  return { days: PRECISION_DAYS, total: rows[0]?.total ?? 0, items };
}
