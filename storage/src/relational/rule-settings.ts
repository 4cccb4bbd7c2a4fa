import type { Sql } from "./database.ts";

/** Channel on which it is told that a rule was set to other parameters; the payload is its code. */
export const RULE_SETTING_CHANNEL = "rule_setting";

/** What a rule was set to. */
export interface RuleSetting {
  readonly rule: string;
  readonly version: number;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What holds now of every rule that was ever set; others have their defaults. */
export async function loadRuleSettings(sql: Sql): Promise<RuleSetting[]> {
  const { rows } = await sql.query<RuleSetting>(
    "select distinct on (rule) rule, version, parameters from rule_setting order by rule, version desc",
  );
  return rows;
}

/** A new setting of a rule. */
export interface NewRuleSetting extends RuleSetting {
  readonly reason: string;
  readonly restores: number | null;
  readonly madeBy: string;
  readonly atMs: number;
}

/** Adds a setting and tells who listens, once the transaction commits; false when that version is there already. */
export async function addRuleSetting(tx: Sql, setting: NewRuleSetting): Promise<boolean> {
  const { rule, version, parameters, reason, restores, madeBy, atMs } = setting;
  const { rowCount } = await tx.query(
    `insert into rule_setting (rule, version, parameters, reason, restores, made_by, made_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [rule, version, JSON.stringify(parameters), reason, restores, madeBy, new Date(atMs)],
  );
  if (rowCount !== 1) return false;
  await tx.query("select pg_notify($1, $2)", [RULE_SETTING_CHANNEL, rule]);
  return true;
}
