import { NightflowError } from "@nightflow/domain";
import type { ParameterSpec } from "./rules/entry.ts";
import { TUNED_ENTRIES } from "./rules/tuned-entries.ts";
import { DEFAULT_TUNING, isTunedRule, type ParameterValues, type TunedRule } from "./tuning.ts";

/** What is wrong with one parameter. */
export interface ParameterFault {
  readonly parameter: string;
  readonly fault: "unknown" | "not_a_number" | "not_whole" | "too_low" | "too_high";
  readonly least?: number;
  readonly most?: number;
}

/** Parameters that no rule can work with; nothing was changed. */
export class RuleParametersError extends NightflowError {
  readonly code = "RULE_PARAMETERS";
  readonly retriable = false;
  readonly faults: readonly ParameterFault[];

  constructor(rule: string, faults: readonly ParameterFault[]) {
    super(`${rule} cannot work with these parameters: ${faults.map(faultText).join("; ")}`, {
      remedy: "keep every parameter within the range that the rule's page shows",
    });
    this.faults = faults;
  }
}

/**
 * All parameters of a rule: its defaults with some replaced.
 *
 * @throws {RuleParametersError} naming every parameter that is unknown, no number or out of its range.
 */
export function checkedParameters(code: TunedRule, values: Readonly<Record<string, unknown>>): ParameterValues {
  const faults = parameterFaults(code, values);
  if (faults.length > 0) throw new RuleParametersError(code, faults);
  return { ...DEFAULT_TUNING[code], ...(values as ParameterValues) };
}

/** What is wrong with parameters of a rule; empty when nothing is. */
export function parameterFaults(code: TunedRule, values: Readonly<Record<string, unknown>>): ParameterFault[] {
  const specs: Readonly<Record<string, ParameterSpec>> = TUNED_ENTRIES[code].parameters;
  const faults = Object.entries(values).flatMap(([parameter, value]) => faultOf(parameter, value, specs));
  return [...faults, ...faultsTogether(code, values)];
}

function faultOf(parameter: string, value: unknown, specs: Readonly<Record<string, ParameterSpec>>): ParameterFault[] {
  const spec = Object.hasOwn(specs, parameter) ? specs[parameter] : undefined;
  if (spec === undefined) return [{ parameter, fault: "unknown" }];
  const { least, most, isWhole } = spec;
  if (typeof value !== "number" || !Number.isFinite(value)) return [{ parameter, fault: "not_a_number", least, most }];
  if (value < least) return [{ parameter, fault: "too_low", least, most }];
  if (value > most) return [{ parameter, fault: "too_high", least, most }];
  return isWhole === true && !Number.isInteger(value) ? [{ parameter, fault: "not_whole", least, most }] : [];
}

/** What each parameter allows by itself may still contradict another. */
function faultsTogether(code: TunedRule, values: Readonly<Record<string, unknown>>): ParameterFault[] {
  const all: Readonly<Record<string, unknown>> = { ...DEFAULT_TUNING[code], ...values };
  const [low, high] = code === "GAS_P_DROP" ? [all.dropShare, all.overShare] : [all.leastHours, all.capHours];
  if (typeof low !== "number" || typeof high !== "number" || low < high) return [];
  return [{ parameter: code === "GAS_P_DROP" ? "overShare" : "capHours", fault: "too_low", least: low }];
}

function faultText({ parameter, fault, least, most }: ParameterFault): string {
  if (fault === "unknown") return `it has no parameter ${parameter}`;
  const range = most === undefined ? `above ${least}` : `${least} to ${most}`;
  return `${parameter} is ${fault.replaceAll("_", " ")} (${range})`;
}

/**
 * The tuning that kept settings make. What a later release no longer knows, or no longer allows, falls back to the default, so that
 * an old setting never stops the detectors; `onFault` is told.
 */
export function tuningOfSettings(
  settings: readonly { readonly rule: string; readonly parameters: Readonly<Record<string, unknown>> }[],
  onFault: (rule: string, faults: readonly ParameterFault[]) => void = () => undefined,
): Partial<Record<TunedRule, ParameterValues>> {
  const tuned: Partial<Record<TunedRule, ParameterValues>> = {};
  for (const { rule, parameters } of settings) {
    if (!isTunedRule(rule)) continue;
    const faults = parameterFaults(rule, parameters);
    if (faults.length > 0) onFault(rule, faults);
    const wrong = new Set(faults.map(({ parameter }) => parameter));
    tuned[rule] = Object.fromEntries(
      Object.entries(parameters).filter(([name]) => !wrong.has(name)),
    ) as ParameterValues;
  }
  return tuned;
}
