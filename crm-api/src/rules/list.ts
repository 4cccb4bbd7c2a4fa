import {
  DEFAULT_TUNING,
  isConfirmed,
  isTunedRule,
  type Precision,
  precisionOf,
  RULE_CATALOGUE,
  type RuleEntry,
  tuningOfSettings,
} from "@nightflow/analytics/pure";
import { OutcomeCode } from "@nightflow/domain";
import { loadRuleSettings, type Sql } from "@nightflow/storage";
import type { RuleRow } from "./wire.ts";

/** Days whose findings a rule's precision and its number of findings are counted in. */
export const PRECISION_DAYS = 180;
const DAY_MS = 86_400_000;
const MONTH_DAYS = 30;

interface OutcomeRow {
  rule: string;
  class: string | null;
  outcome: string;
  count: number;
}

/** All rules with what they are set to, how often they were right in the last 180 days, and how much they find. */
export async function listRules(db: Sql, nowMs: number): Promise<RuleRow[]> {
  const since = new Date(nowMs - PRECISION_DAYS * DAY_MS);
  const [settings, outcomes, found, subjects] = await Promise.all([
    loadRuleSettings(db),
    outcomesSince(db, since),
    findingsSince(db, since),
    subjectCounts(db),
  ]);
  const versions = new Map(settings.map(({ rule, version }) => [rule, version]));
  const tuned = tuningOfSettings(settings);
  return RULE_CATALOGUE.map((entry) => {
    const judged = outcomes.filter(({ rule }) => rule === entry.code);
    const findings = found.get(entry.code) ?? 0;
    const months = ((subjects[countedAs(entry)] / 1000) * PRECISION_DAYS) / MONTH_DAYS;
    const { parameters: _, ...words } = entry;
    return {
      ...words,
      version: versions.get(entry.code) ?? 0,
      parameters: parametersOf(entry, isTunedRule(entry.code) ? tuned[entry.code] : undefined),
      precision: precisionIn(judged),
      classes: classesOf(judged),
      findings,
      perThousandMonths: months > 0 ? findings / months : null,
    };
  });
}

function parametersOf(entry: RuleEntry, set: Readonly<Record<string, number>> = {}): RuleRow["parameters"] {
  const defaults: Readonly<Record<string, number>> = isTunedRule(entry.code) ? { ...DEFAULT_TUNING[entry.code] } : {};
  return Object.entries(entry.parameters).map(([name, { unit, least, most, isWhole = false, meaning }]) => {
    const byDefault = defaults[name] ?? 0;
    return { name, value: set[name] ?? byDefault, default: byDefault, least, most, isWhole, unit, meaning };
  });
}

function precisionIn(rows: readonly OutcomeRow[]): Precision {
  let [confirmed, judged] = [0, 0];
  for (const { outcome, count } of rows) {
    const isTrue = isConfirmed(OutcomeCode.parse(outcome));
    if (isTrue !== null) judged += count;
    if (isTrue === true) confirmed += count;
  }
  return precisionOf(confirmed, judged);
}

function classesOf(rows: readonly OutcomeRow[]): RuleRow["classes"] {
  const classes = Map.groupBy(
    rows.filter((row) => row.class !== null),
    (row) => row.class ?? "",
  );
  return [...classes].map(([name, of]) => ({ class: name, precision: precisionIn(of) }));
}

async function outcomesSince(db: Sql, since: Date): Promise<OutcomeRow[]> {
  const { rows } = await db.query<OutcomeRow>(
    `select a.rule, c.category as class, a.outcome, count(*)::int as count
       from anomaly a
       left join meter m on a.subject_kind = 'meter' and m.id = a.subject
       left join service_point s on s.id = m.service_point_id
       left join account c on c.id = coalesce(a.account_id, s.account_id)
      where a.outcome is not null and coalesce(a.closed_at, a.opened_at) >= $1 group by 1, 2, 3`,
    [since],
  );
  return rows;
}

async function findingsSince(db: Sql, since: Date): Promise<Map<string, number>> {
  const { rows } = await db.query<{ rule: string; count: number }>(
    "select rule, count(*)::int as count from anomaly where opened_at >= $1 and state <> 'withdrawn' group by rule",
    [since],
  );
  return new Map(rows.map(({ rule, count }) => [rule, count]));
}

type SubjectCounts = Readonly<Record<"meter" | "dma" | "account", number>>;

/** What a rule's findings are counted by; a change of use is one of homes more than of key accounts. */
function countedAs({ subject, code }: RuleEntry): keyof SubjectCounts {
  return subject === "agent" || code === "USAGE_CHANGE" ? "meter" : subject;
}

async function subjectCounts(db: Sql): Promise<SubjectCounts> {
  const { rows } = await db.query<Record<keyof SubjectCounts, number>>(
    `select (select count(*)::int from meter) as meter, (select count(*)::int from dma) as dma,
            (select count(*)::int from account where is_key_account) as account`,
  );
  return rows[0] ?? { meter: 0, dma: 0, account: 0 };
}
