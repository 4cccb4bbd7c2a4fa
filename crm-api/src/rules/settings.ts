import {
  DEFAULT_TUNING,
  isTunedRule,
  type ParameterValues,
  parameterFaults,
  RuleParametersError,
  type TunedRule,
} from "@nightflow/analytics/pure";
import { addRuleSetting, type Sql } from "@nightflow/storage";
import type { z } from "zod";
import type { Principal } from "../access/principal.ts";
import type { ApiDeps } from "../deps.ts";
import { BadRequestProblem, ConflictProblem, NotFoundProblem } from "../http/problems.ts";
import { recordAudit } from "../system/record.ts";
import type { RuleRestoreBody, RuleSettingBody, RuleVersions } from "./wire.ts";

/** Parameters that no rule can work with, each named in `details`. */
export class RuleParametersProblem extends BadRequestProblem {
  override readonly code = "RULE_PARAMETERS";
}

/** A rule that has parameters. @throws {ConflictProblem} when it has none. */
export function requireTuned(code: string): TunedRule {
  if (isTunedRule(code)) return code;
  throw new ConflictProblem("RULE_NOT_TUNED", `${code} has no parameters that can be set here`, {
    remedy: "COMMS follows analytics.silentAfterHours of the configuration; other rules have fixed limits",
  });
}

/** Parameters in full. @throws {RuleParametersProblem} naming each that is unknown or out of its range. */
export function fullParameters(rule: TunedRule, values: Readonly<Record<string, number>>): ParameterValues {
  const faults = parameterFaults(rule, values);
  if (faults.length === 0) return { ...DEFAULT_TUNING[rule], ...values };
  const { message, remedy = "" } = new RuleParametersError(rule, faults);
  throw new RuleParametersProblem(message, { details: { faults }, remedy });
}

/**
 * Sets a rule to other parameters from now on.
 *
 * @throws {ConflictProblem} when somebody else has set it since it was seen.
 * @throws {RuleParametersProblem}
 */
export async function setRule(deps: ApiDeps, by: Principal, code: string, body: RuleSettingBody): Promise<void> {
  const rule = requireTuned(code);
  const parameters = fullParameters(rule, body.parameters);
  await deps.db.transaction((tx) => addVersion(tx, deps, by, rule, { ...body, parameters, restores: null }));
}

/** Puts an earlier version back as a new one; 0 stands for the defaults. @throws {NotFoundProblem} when there was none. */
export async function restoreRule(deps: ApiDeps, by: Principal, code: string, body: RuleRestoreBody): Promise<void> {
  const rule = requireTuned(code);
  await deps.db.transaction(async (tx) => {
    const earlier =
      body.version === 0 ? {} : (await versionsOf(tx, rule)).find((v) => v.version === body.version)?.parameters;
    if (earlier === undefined) throw new NotFoundProblem("version", `${rule} ${body.version}`);
    const parameters = fullParameters(rule, earlier);
    await addVersion(tx, deps, by, rule, { ...body, parameters, restores: body.version });
  });
}

/** What a rule was set to, newest first. */
export async function ruleVersions(db: Sql, code: string): Promise<z.infer<typeof RuleVersions>> {
  return { items: await versionsOf(db, code) };
}

interface NewVersion {
  readonly parameters: ParameterValues;
  readonly reason: string;
  readonly basedOn: number;
  readonly restores: number | null;
}

async function addVersion(tx: Sql, { clock }: ApiDeps, by: Principal, rule: TunedRule, wanted: NewVersion) {
  const { parameters, reason, basedOn, restores } = wanted;
  const [latest] = await versionsOf(tx, rule);
  const version = basedOn + 1;
  const isFirst = (latest?.version ?? 0) === basedOn;
  const setting = { rule, version, parameters, reason, restores, madeBy: by.userId, atMs: clock.now() };
  if (!isFirst || !(await addRuleSetting(tx, setting))) throw overtaken(rule, latest?.version ?? basedOn + 1);
  const before = latest?.parameters ?? DEFAULT_TUNING[rule];
  const action = restores === null ? "rule.set" : "rule.restore";
  await recordAudit(tx, clock, by, { action, kind: "rule", subject: rule, before, after: parameters, reason });
}

function overtaken(rule: string, version: number): ConflictProblem {
  return new ConflictProblem("RULE_CHANGED", `${rule} was set by somebody else meanwhile`, {
    details: { version },
    remedy: "load the rule again, look at what was set and why, and decide anew",
  });
}

async function versionsOf(sql: Sql, rule: string) {
  const { rows } = await sql.query<{
    version: number;
    parameters: Record<string, number>;
    reason: string;
    restores: number | null;
    by: string | null;
    at: Date;
  }>(
    `select s.version, s.parameters, s.reason, s.restores, u.display_name as by, s.made_at as at
       from rule_setting s left join app_user u on u.id = s.made_by where s.rule = $1 order by s.version desc limit 200`,
    [rule],
  );
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}
