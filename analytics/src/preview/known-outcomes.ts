import { causeGroupOf, OutcomeCode, RuleCode } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";

/** A finding that people have judged. */
export interface KnownOutcome {
  readonly anomalyId: string;
  readonly rule: RuleCode;
  readonly subject: string;
  readonly startMs: number;
  /** Infinity while it lasts. */
  readonly endMs: number;
  readonly outcome: OutcomeCode;
}

const MOST = 5000;

/** The judged findings of a rule's kind (its cause group) that became known in a period, newest first, at most 5,000. */
export async function knownOutcomes(sql: Sql, rule: RuleCode, fromMs: number, toMs: number): Promise<KnownOutcome[]> {
  const { rows } = await sql.query<{
    id: string;
    rule: string;
    subject: string;
    starts: Date;
    ends: Date | null;
    outcome: string;
  }>(
    `select id, rule, subject, starts_at as starts, closed_at as ends, outcome from anomaly
      where outcome is not null and opened_at >= $1 and opened_at < $2 and cause_group = $3
      order by opened_at desc limit ${MOST}`,
    [new Date(fromMs), new Date(toMs), causeGroupOf(rule)],
  );
  return rows.map((row) => ({
    anomalyId: row.id,
    rule: RuleCode.parse(row.rule),
    subject: row.subject,
    startMs: row.starts.getTime(),
    endMs: row.ends?.getTime() ?? Number.POSITIVE_INFINITY,
    outcome: OutcomeCode.parse(row.outcome),
  }));
}
