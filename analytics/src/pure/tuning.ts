import { BUDGET_PARAMETERS, PEAK_PARAMETERS } from "./accounts/limit-rules.ts";
import { HIGH_PARAMETERS, LOW_PARAMETERS, OFF_PARAMETERS } from "./accounts/load-rules.ts";
import { BURST_PARAMETERS } from "./detectors/burst.ts";
import { DUTY_PARAMETERS } from "./detectors/duty.ts";
import { RUN_PARAMETERS } from "./detectors/flow-run.ts";
import { IDLE_PARAMETERS } from "./detectors/idle-use.ts";
import { TOO_LARGE_PARAMETERS, TOO_SMALL_PARAMETERS } from "./detectors/meter-size.ts";
import { NIGHT_STEP, type NightStepParameters } from "./detectors/night-step.ts";
import { FAMILY_PARAMETERS } from "./detectors/parent-child.ts";
import { DROP_PARAMETERS, PRESS_HIGH_PARAMETERS, PRESS_LOW_PARAMETERS } from "./detectors/pressure-limit.ts";
import { REVERSE_PARAMETERS } from "./detectors/reverse-flow.ts";
import { GAS_RUN_PARAMETERS } from "./detectors/run-record.ts";
import { STILL_PARAMETERS } from "./detectors/standstill.ts";
import { UNDER_PARAMETERS } from "./detectors/under-registration.ts";
import { USAGE_PARAMETERS } from "./detectors/usage-change.ts";
import { VOLUME_PARAMETERS } from "./detectors/volume-cusum.ts";

/**
 * What each rule that can be tuned is judged by, by its code: the very objects that the detectors read. Parameters say when learned
 * state becomes a finding; they are not part of that state, so a snapshot holds under any of them.
 */
export const DEFAULT_TUNING = {
  CONT_FLOW: RUN_PARAMETERS,
  FLOOR_RISE: RUN_PARAMETERS,
  BURST: BURST_PARAMETERS,
  INTERMITTENT: DUTY_PARAMETERS,
  NO_USE: STILL_PARAMETERS,
  UNDER_REG: UNDER_PARAMETERS,
  USAGE_CHANGE: { ...VOLUME_PARAMETERS, ...USAGE_PARAMETERS },
  LOAD_HIGH: HIGH_PARAMETERS,
  LOAD_LOW: LOW_PARAMETERS,
  OFF_HOURS_USE: OFF_PARAMETERS,
  PEAK_LIMIT: PEAK_PARAMETERS,
  BUDGET_AHEAD: BUDGET_PARAMETERS,
  REVERSE: REVERSE_PARAMETERS,
  USE_INACTIVE: IDLE_PARAMETERS,
  OVER: TOO_SMALL_PARAMETERS,
  UNDER: TOO_LARGE_PARAMETERS,
  GAS_CONT: GAS_RUN_PARAMETERS,
  GAS_P_DROP: DROP_PARAMETERS,
  PRESS_LOW: PRESS_LOW_PARAMETERS,
  PRESS_HIGH: PRESS_HIGH_PARAMETERS,
  NIGHT_MIN: nightTuning(NIGHT_STEP),
  DMA_LOSS: nightTuning(NIGHT_STEP),
  GAS_UFG: nightTuning(NIGHT_STEP),
  PARENT_CHILD: FAMILY_PARAMETERS,
} as const;

/** Parameters of every rule that can be tuned. */
export type RuleTuning = typeof DEFAULT_TUNING;
/** A rule that can be tuned. */
export type TunedRule = keyof RuleTuning;
/** Parameters of one rule, by name. */
export type ParameterValues = Readonly<Record<string, number>>;

/** Codes of the rules that can be tuned. */
export const TUNED_RULES = Object.keys(DEFAULT_TUNING) as readonly TunedRule[];

/** Whether a rule has parameters. */
export function isTunedRule(code: string): code is TunedRule {
  return Object.hasOwn(DEFAULT_TUNING, code);
}

/** The tuning with some parameters of some rules replaced; names that a rule does not have are left out. */
export function tuningWith(
  changes: Readonly<Partial<Record<TunedRule, ParameterValues>>>,
  base: RuleTuning = DEFAULT_TUNING,
): RuleTuning {
  const rules = TUNED_RULES.map((code) => [code, replaced(base[code], changes[code] ?? {})]);
  return Object.fromEntries(rules) as RuleTuning;
}

/** The parameters of a rule as plain numbers. */
export function parametersOf(tuning: RuleTuning, code: TunedRule): ParameterValues {
  return { ...tuning[code] };
}

function replaced(base: object, changes: ParameterValues): object {
  // In the order of the defaults: objects of one shape keep the detectors fast.
  return Object.fromEntries(Object.entries(base).map(([name, value]) => [name, changes[name] ?? value]));
}

/** What of the night step people may turn; the rest describes how it learns. */
function nightTuning(p: NightStepParameters) {
  const { k, kInflow, h, heat, downShare, largeDeviations, largeShare, demandShare, acceptNights } = p;
  return { k, kInflow, h, heat, downShare, largeDeviations, largeShare, demandShare, acceptNights };
}

/** The night step with a district rule's parameters. */
export function nightStepOf(tuning: RuleTuning, code: "NIGHT_MIN" | "DMA_LOSS" | "GAS_UFG"): NightStepParameters {
  return { ...NIGHT_STEP, ...tuning[code] };
}
