import type { RuleCode } from "@nightflow/domain";
import { burstLimit, burstNow } from "./detectors/burst.ts";
import { dutyLimit } from "./detectors/duty.ts";
import { WARM_UP_HOURS } from "./detectors/flow.ts";
import { surpriseLimit } from "./detectors/flow-run.ts";
import { LEVELS } from "./detectors/hour-profile.ts";
import { BLOCK_DAYS, isSized, lowShareOf } from "./detectors/meter-size.ts";
import { litresADay } from "./detectors/reverse-flow.ts";
import { stillLimit } from "./detectors/standstill.ts";
import { expectedLitres, isVolumeKnown } from "./detectors/volume-cusum.ts";
import { gasViews } from "./gas-explain.ts";
import type { MeterState } from "./meter-table.ts";
import type { RuleContext } from "./rules.ts";
import type { SideContext } from "./side-rules.ts";
import type { SideState } from "./side-table.ts";

/** What a rule sees of a meter at one moment, and why that is or is no finding. */
export interface RuleView {
  readonly rule: RuleCode;
  readonly isOpen: boolean;
  /** Why it cannot raise anything yet; null when it can. */
  readonly nullCase: string | null;
  /** How near it is: what it has seen beside what it needs. */
  readonly saw: string;
}

/** What the rules of a customer's meter see, in English; `atMs` is the end of the hour last judged. */
export function viewsOf(state: MeterState, context: RuleContext, atMs: number): RuleView[] {
  if (context.meter.commodity === "gas") return gasViews(state, context, atMs);
  return [
    runView("CONT_FLOW", 0, state, context, atMs),
    runView("FLOOR_RISE", 1, state, context, atMs),
    runView("FLOOR_RISE", 2, state, context, atMs),
    burstView(state, context),
    dutyView(state, context),
    stillView(state, context),
    underView(state, context),
    volumeView(state, context),
  ];
}

/** What the rules of the side table see of a meter that has a place there. */
export function sideViewsOf(side: SideState, context: SideContext): RuleView[] {
  return [reverseView(side, context), idleView(side, context), ...sizeViews(side, context)];
}

function reverseView(side: SideState, { tuning, usualLitres, hasReverseRegister }: SideContext): RuleView {
  const { leastLitres, leastShare } = tuning.REVERSE;
  const register = hasReverseRegister ? "its reverse register" : "falls of its register";
  return {
    rule: "REVERSE",
    isOpen: side.backIsOpen === 1,
    nullCase: null,
    saw: `${text(side.backLitres)} L back by ${register} of ${leastLitres}, ${text(litresADay(side))} L a day of ${text(leastShare * usualLitres)}`,
  };
}

function idleView(side: SideState, { meter, tuning }: SideContext): RuleView {
  return {
    rule: "USE_INACTIVE",
    isOpen: side.idleIsOpen === 1,
    nullCase: typeof meter.inactiveSinceMs === "number" ? null : "its account and service point are active",
    saw: `${text(side.idleLitres)} L of ${tuning.USE_INACTIVE.leastLitres}`,
  };
}

function sizeViews(side: SideState, { meter, tuning }: SideContext): RuleView[] {
  const q3 = (meter.q3M3h ?? 0) * 1000;
  const nullCase = isSized(meter) ? null : "Q3 not known or under 4 m³/h, or intervals over an hour";
  const days = `${side.sizeDays} of ${BLOCK_DAYS} judged days`;
  const { leastHours, overloadHours } = tuning.OVER;
  return [
    {
      rule: "OVER",
      isOpen: side.overOpenMs !== 0,
      nullCase,
      saw: `${text(side.overHours)} h above Q3 of ${leastHours}, ${text(side.overloadHours)} h above Q4 of ${overloadHours}, ${days}`,
    },
    {
      rule: "UNDER",
      isOpen: side.underOpenMs !== 0,
      nullCase,
      saw: `highest ${text(side.sizePeak)} L/h of ${text(tuning.UNDER.peakShare * q3)}, ${text(100 * lowShareOf(side))} % below Q1, ${days}`,
    },
  ];
}

function learning(state: MeterState, hours: number): string | null {
  return state.hoursSeen <= hours ? `learning: ${state.hoursSeen} of ${hours} good hours` : null;
}

function runView(rule: RuleCode, level: number, state: MeterState, context: RuleContext, atMs: number): RuleView {
  const { runs, tuning } = context;
  const { leastHours } = level === 0 ? tuning.CONT_FLOW : tuning.FLOOR_RISE;
  const startMs = runs.startMs.get(level);
  const hours = startMs === 0 ? 0 : (atMs - startMs) / 3_600_000;
  const above = level === 0 ? "any flow" : `${LEVELS[level]} L/h and more`;
  const run = `run of ${above} ${hours} h (needs ${leastHours}), floor ${text(runs.floor.get(level))} L/h`;
  const score = `surprise ${text(runs.score.get(level))} of ${text(surpriseLimit(context, level))}`;
  const record = `own record ${text(runs.record.get(level))}`;
  return {
    rule,
    isOpen: runs.isOpen.get(level) === 1,
    nullCase: learning(state, WARM_UP_HOURS),
    saw: startMs === 0 ? `no run of ${above}; ${record}` : `${run}, ${score}, ${record}`,
  };
}

function burstView(state: MeterState, { meter, tuning }: RuleContext): RuleView {
  const limit = burstLimit(state, meter.q3M3h, tuning.BURST);
  const own = `own record ${text(state.burstRecord)}, own peak ${text(state.burstPeak)} L/h`;
  return {
    rule: "BURST",
    isOpen: state.burstOpenMs !== 0,
    nullCase: learning(state, WARM_UP_HOURS),
    saw: `${text(burstNow(state))} L/h held by the last intervals, limit for three ${text(limit)} L/h, ${own}`,
  };
}

function dutyView(state: MeterState, { tuning }: RuleContext): RuleView {
  const limit = dutyLimit(state, tuning.INTERMITTENT);
  return {
    rule: "INTERMITTENT",
    isOpen: state.dutyIsOpen === 1,
    nullCase: learning(state, 21 * 24),
    saw: `evidence ${text(state.dutyScore)} of ${text(limit)}, own record ${text(state.dutyRecord)}`,
  };
}

function stillView(state: MeterState, context: RuleContext): RuleView {
  const { tuning } = context;
  const usual = `usual day ${text(expectedLitres(state))} L`;
  return {
    rule: "NO_USE",
    isOpen: state.stillIsOpen === 1,
    nullCase: unknownVolume(state) ?? heldStill(state, context),
    saw: `${state.stillDays} still days of ${text(stillLimit(state, tuning.NO_USE))}, own record ${text(state.stillRecord)}, ${usual}`,
  };
}

/** Why a standstill that is long enough is no finding. */
function heldStill(state: MeterState, { meter, tuning }: RuleContext): string | null {
  if (typeof meter.inactiveSinceMs === "number") return "its account or service point is not active";
  const isLong = state.stillIsOpen === 0 && state.stillDays >= stillLimit(state, tuning.NO_USE);
  return isLong ? "many meters of its agent or district stand still since the same day" : null;
}

function underView(state: MeterState, { tuning }: RuleContext): RuleView {
  const { limit } = tuning.UNDER_REG;
  return {
    rule: "UNDER_REG",
    isOpen: state.underIsOpen === 1,
    nullCase: state.underDays < 21 ? `learning: ${state.underDays} of 21 judged days` : null,
    saw: `fall ${text(state.underScore)} of ${text(limit)}`,
  };
}

function volumeView(state: MeterState, { tuning }: RuleContext): RuleView {
  const { limit } = tuning.USAGE_CHANGE;
  return {
    rule: "USAGE_CHANGE",
    isOpen: state.volumeIsOpen === 1,
    nullCase: unknownVolume(state),
    saw: `sum ${text(state.volumeScore)} of ${text(limit)}, usual day ${text(expectedLitres(state))} L`,
  };
}

function unknownVolume(state: MeterState): string | null {
  return isVolumeKnown(state) ? null : `learning: ${state.volumeDays} of 14 judged days`;
}

function text(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 10) / 10) : "-";
}
