import { OPEN_TICKET_QUEUE } from "@nightflow/crm-api";
import {
  type CauseGroup,
  causeGroupOf,
  type Evidence,
  newId,
  type RuleCode,
  type SubjectKind,
} from "@nightflow/domain";
import type { Database, JobQueue, Sql } from "@nightflow/storage";

/** A finding as the detectors write it. */
export interface Finding {
  readonly rule: RuleCode;
  readonly subjectKind: SubjectKind;
  readonly subject: string;
  readonly unitId: string;
  readonly startsAtMs: number;
  readonly openedAtMs: number;
  readonly state?: "open" | "past" | "auto_closed";
  readonly commodity?: "water" | "gas";
  readonly rateM3h: number | null;
  readonly expectedM3h?: number | null;
  readonly floorM3h?: number | null;
  readonly lostM3: number | null;
  readonly moneyPerDay: number;
  readonly confidence?: number;
  readonly estimatedShare?: number;
  readonly dmaId?: string | null;
  readonly accountId?: string | null;
  readonly noTicketReason?: string;
  readonly reason: { readonly zh: string; readonly en: string };
}

function evidenceOf(finding: Finding): Evidence {
  const { rateM3h, expectedM3h = null } = finding;
  const band = expectedM3h === null ? [null, null] : [expectedM3h * 0.7, expectedM3h * 1.4];
  return {
    startAt: finding.startsAtMs,
    knowableAt: finding.openedAtMs,
    actualM3h: rateM3h === null ? null : rateM3h + (expectedM3h ?? 0),
    expectedM3h,
    floorM3h: finding.floorM3h ?? null,
    bandLowM3h: band[0] ?? null,
    bandHighM3h: band[1] ?? null,
    lostM3: finding.lostM3,
    estimatedShare: finding.estimatedShare ?? 0,
    reason: finding.reason,
    clearsWhen: { zh: "连续两次低于预期上限", en: "twice in a row below the upper limit of what is expected" },
    details: { hours: 31, longestBefore: 6 },
  };
}

/** Writes a finding and gives its id. */
export async function insertFinding(sql: Sql, finding: Finding): Promise<string> {
  const id = newId();
  const group: CauseGroup = causeGroupOf(finding.rule);
  const confidence = finding.confidence ?? 0.9;
  await sql.query(
    `insert into anomaly (id, rule, subject_kind, subject, cause_group, direction, state, commodity, starts_at, opened_at,
       last_seen_at, closed_at, evidence, rate_m3h, lost_m3, money_per_day, currency, confidence, rank, no_ticket_reason,
       dma_id, account_id, unit_id)
     values ($1, $2, $3, $4, $5, 'up', $6, $7, $8, $9, $9, $10, $11, $12, $13, $14, 'CNY', $15, $16, $17, $18, $19, $20)`,
    [
      id,
      finding.rule,
      finding.subjectKind,
      finding.subject,
      group,
      finding.state ?? "open",
      finding.commodity ?? "water",
      new Date(finding.startsAtMs),
      new Date(finding.openedAtMs),
      finding.state === "auto_closed" ? new Date(finding.openedAtMs + 3_600_000) : null,
      JSON.stringify(evidenceOf(finding)),
      finding.rateM3h,
      finding.lostM3,
      finding.moneyPerDay,
      confidence,
      finding.moneyPerDay * confidence,
      finding.noTicketReason ?? null,
      finding.dmaId ?? null,
      finding.accountId ?? null,
      finding.unitId,
    ],
  );
  return id;
}

/** Writes a finding and orders its ticket in one transaction, as the runner does. */
export function openFinding(db: Database, jobs: JobQueue, finding: Finding): Promise<string> {
  return db.transaction(async (tx) => {
    const id = await insertFinding(tx, finding);
    if (finding.state === undefined && finding.noTicketReason === undefined)
      await jobs.enqueue(tx, { queue: OPEN_TICKET_QUEUE, payload: { anomalyId: id } });
    return id;
  });
}
