import { Evidence, type RuleCode } from "@nightflow/domain";
import { ruleWords } from "../tickets/words.ts";

/** What of a finding its evidence is made up from when none was kept. */
export interface EvidenceSource {
  readonly rule: RuleCode;
  readonly starts_at: number;
  readonly opened_at: number;
  readonly lost_m3: number | null;
  readonly evidence: unknown;
}

/** The evidence of a stored finding; where it is missing or not readable, what the row itself says and nothing more. */
export function evidenceOf(row: EvidenceSource): Evidence {
  const stored = Evidence.safeParse(row.evidence);
  if (stored.success) return stored.data;
  return {
    startAt: row.starts_at,
    knowableAt: row.opened_at,
    actualM3h: null,
    expectedM3h: null,
    floorM3h: null,
    bandLowM3h: null,
    bandHighM3h: null,
    lostM3: row.lost_m3,
    estimatedShare: 0,
    reason: { ...ruleWords(row.rule) },
    clearsWhen: { zh: "", en: "" },
    details: {},
  };
}
