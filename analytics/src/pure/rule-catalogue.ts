import type { RuleEntry } from "./rules/entry.ts";
import { TUNED_ENTRIES } from "./rules/tuned-entries.ts";
import { UNTUNED_RULES } from "./rules/untuned-rules.ts";
import type { TunedRule } from "./tuning.ts";

export * from "./rule-parameters.ts";
export type { ParameterSpec, RuleEntry, Words } from "./rules/entry.ts";

/** Every rule that the detectors judge by, in the order of a list for people. */
export const RULE_CATALOGUE: readonly RuleEntry[] = [
  ...Object.entries(TUNED_ENTRIES).map(([code, entry]) => ({ ...entry, code: code as TunedRule }) satisfies RuleEntry),
  ...UNTUNED_RULES,
];

/** The entry of a rule; undefined when there is none. */
export function ruleEntryOf(code: string): RuleEntry | undefined {
  return RULE_CATALOGUE.find((entry) => entry.code === code);
}
