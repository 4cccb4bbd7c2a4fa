import type { Step } from "./flow.ts";
import {
  allowanceOf,
  type ConditionState,
  learnConditions,
  type NightConditions,
  newConditionState,
  ORDINARY_NIGHT,
} from "./night-conditions.ts";

const DAY_MS = 86_400_000;

/** What the night step is tuned by. Shares are of the district's own mean inflow; deviations are of its nights. */
export interface NightStepParameters {
  /** Reference value of the sum, in deviations. */
  readonly k: number;
  /** Half of the smallest step worth finding, as a share of mean inflow, and its limit in deviations. */
  readonly kInflow: number;
  readonly kInflowMost: number;
  /** Decision limit, in deviations, of a district whose nights deviate by `usualDeviation` of its mean inflow. */
  readonly h: number;
  readonly usualDeviation: number;
  /** How much higher the limit of an unsteadier district is: (deviation / usual) to this power. */
  readonly unsteadiness: number;
  /** Each finding raises the limit by this share; it fades over `heatDays`. */
  readonly heat: number;
  readonly heatDays: number;
  /** A step down ends a finding at this share of the limit. */
  readonly downShare: number;
  readonly winsor: number;
  readonly alpha: number;
  /** Least deviation, as a share of the level, and as a share of the deviation of the last hundred nights. */
  readonly leastDeviation: number;
  readonly keptDeviation: number;
  readonly leastStep: number;
  /** Two nights in a row this far above the level, in deviations and as a share of mean inflow, need no sum. */
  readonly largeDeviations: number;
  readonly largeShare: number;
  /** A rise of the busy hours beyond (1 + this) × the night's step is demand. */
  readonly demandShare: number;
  readonly firstNights: number;
  readonly learnNights: number;
  readonly acceptNights: number;
}

/** Set by score on leaks injected into four of leak-bench's five districts, the fifth (DMA9) held out. */
export const NIGHT_STEP: NightStepParameters = {
  k: 0.55,
  kInflow: 0.033,
  kInflowMost: 1.7,
  h: 10,
  usualDeviation: 0.03,
  unsteadiness: 0.25,
  heat: 0.4,
  heatDays: 60,
  downShare: 0.45,
  winsor: 4,
  alpha: 0.025,
  leastDeviation: 0.01,
  keptDeviation: 0.7,
  leastStep: 0.015,
  largeDeviations: 4.5,
  largeShare: 0.08,
  demandShare: 0.5,
  firstNights: 14,
  learnNights: 5,
  acceptNights: 14,
};
const SLOW_ALPHA = 0.03;
const INFLOW_ALPHA = 0.01;
/** How many deviations of the busy hours count as their chance. */
const PEAK_CHANCE = 1.3;
const LEAST_PEAK_DAYS = 7;
/** A sum that the shape of the day held back goes no further than this many limits. */
const HELD_BACK = 1.3;
const LARGE_NIGHTS = 2;
/** A night teaches at most so many times what its conditions allow: a burst in the frost is not what frost brings. */
const LEARNT_TIMES = 2;

/** A district's night, and the day before it. Flows in m³/h; null where too little was measured. */
export interface NightFlows {
  /** Minimum night flow: the least hour from 02 to 05 local time. */
  readonly nightM3h: number;
  /** Mean of the whole day before. */
  readonly dayM3h: number | null;
  /** Mean of that day's busy hours, 07–11 and 18–23. */
  readonly busyM3h: number | null;
  /** Frost, heat and holidays; left out for an ordinary night. */
  readonly conditions?: NightConditions;
}

/** State of one district. Flows in m³/h. */
export interface NightState extends ConditionState {
  /** 1 once a first level was learned; later ones need fewer nights. */
  hasLevel: number;
  nights: number;
  mean: number;
  variance: number;
  up: number;
  down: number;
  upStartMs: number;
  /** Level before the open finding; 0 while nothing is open. */
  levelBefore: number;
  levelNow: number;
  openMs: number;
  /** Nights since the open finding last rose. */
  openNights: number;
  /** Squared deviation over the last hundred nights; it outlives the level. */
  slowVariance: number;
  slowNights: number;
  inflowMean: number;
  inflowDays: number;
  busyMean: number;
  busyVariance: number;
  busyDays: number;
  /** Since the sum last stood at zero: nights, their flow, days with busy hours, their flow. */
  runNights: number;
  runFlow: number;
  runBusyDays: number;
  runBusy: number;
  /** Nights in a row that were far above the level. */
  largeNights: number;
  /** Findings of late, each fading by itself. */
  heat: number;
  lastNightMs: number;
  /** How much of the last night was put down to frost, heat or a holiday. */
  allowed: number;
}

/** A district that nothing is known of. */
export function newNightState(): NightState {
  return {
    hasLevel: 0,
    nights: 0,
    mean: 0,
    variance: 0,
    up: 0,
    down: 0,
    upStartMs: 0,
    levelBefore: 0,
    levelNow: 0,
    openMs: 0,
    openNights: 0,
    slowVariance: 0,
    slowNights: 0,
    inflowMean: 0,
    inflowDays: 0,
    busyMean: 0,
    busyVariance: 0,
    busyDays: 0,
    runNights: 0,
    runFlow: 0,
    runBusyDays: 0,
    runBusy: 0,
    largeNights: 0,
    heat: 0,
    lastNightMs: 0,
    allowed: 0,
    ...newConditionState(),
  };
}

/** The band in which a night's flow is expected, m³/h; null while the level is being learned. */
export function nightBand(
  state: NightState,
  parameters: NightStepParameters = NIGHT_STEP,
): { expected: number; low: number; high: number } | null {
  if (isLearning(state, parameters)) return null;
  const half = 3 * deviationOf(state, parameters);
  return { expected: state.mean, low: Math.max(0, state.mean - half), high: state.mean + half };
}

/**
 * A step in a district's night flow: two-sided tabular CUSUM of the minimum night flow, z winsorised, with a reference value of half
 * the smallest step worth finding, and a limit that follows the district's own unsteadiness and its findings of late (each raises it by
 * 40 %, fading over 60 days: a list that cries wolf is not read). Two nights in a row far above the level need no sum. A step up must add about as much to the busy hours of the day as to
 * the night: a leak runs at all hours, while demand grows in proportion to the day's shape. A step is forgotten as level and learned
 * anew in five nights; the deviation of the last hundred nights outlives it.
 *
 * What frost, heat or a holiday explain of a night (`allowanceOf`) is taken off before it is judged, down to the level and no further.
 *
 * A step up opens a finding or raises the open one; a step down, or 14 nights at the new level, ends it. Null case: the first 14 nights
 * only teach. The caller leaves out nights with less than 90 % measured or more than 5 % estimated; a flow that is no finite number is
 * passed over.
 * Source: LEAKS 3, detector 9 (NightStep); Montgomery, tabular CUSUM with k = δ/2; parameters see `NIGHT_STEP`.
 */
export function stepNight(
  state: NightState,
  flows: NightFlows,
  nightStartMs: number,
  parameters: NightStepParameters = NIGHT_STEP,
): Step {
  if (!Number.isFinite(flows.nightM3h)) return "none";
  fadeHeat(state, nightStartMs, parameters);
  noteInflow(state, flows);
  if (state.openMs !== 0) state.openNights++;
  const plain = withoutConditions(state, flows, parameters);
  state.levelNow = plain.nightM3h;
  const step = judgeNight(state, plain, nightStartMs, parameters);
  if (step !== "hold" || state.openNights < parameters.acceptNights) return step;
  state.openMs = 0;
  return "clear";
}

/** The night as it would have been without frost, heat or holiday. On a holiday the busy hours say nothing. */
function withoutConditions(state: NightState, flows: NightFlows, p: NightStepParameters): NightFlows {
  const { conditions = ORDINARY_NIGHT, nightM3h } = flows;
  const rise = nightM3h - state.mean;
  const isKnown = !isLearning(state, p);
  const most = isKnown ? allowanceOf(state, conditions, state.inflowMean) : 0;
  state.allowed = Math.max(0, Math.min(rise, most));
  if (isKnown && state.openMs === 0) learnConditions(state, conditions, Math.min(rise, LEARNT_TIMES * most));
  const isBusyKnown = flows.busyM3h !== null && !conditions.isHoliday;
  // A tap that runs against the frost runs by day, too.
  const busyM3h = isBusyKnown ? (flows.busyM3h ?? 0) - state.allowed : null;
  return { ...flows, nightM3h: nightM3h - state.allowed, busyM3h };
}

function judgeNight(state: NightState, flows: NightFlows, nightStartMs: number, p: NightStepParameters): Step {
  const held: Step = state.openMs === 0 ? "none" : "hold";
  if (!isLearning(state, p)) {
    state.hasLevel = 1;
    const deviation = deviationOf(state, p);
    const limit = limitOf(state, deviation, p);
    addToSums(state, flows, nightStartMs, deviation, p);
    if (state.up > limit || state.largeNights >= LARGE_NIGHTS) {
      if (isLeakShaped(state, p)) return stepUp(state);
      state.up = Math.min(state.up, limit * HELD_BACK);
    }
    if (state.down > p.h * p.downShare) return stepDown(state);
  }
  learnNight(state, flows, p);
  return held;
}

function addToSums(
  state: NightState,
  flows: NightFlows,
  nightStartMs: number,
  deviation: number,
  p: NightStepParameters,
): void {
  const most = p.winsor * deviation;
  const difference = Math.max(-most, Math.min(most, flows.nightM3h - state.mean));
  state.slowNights++;
  state.slowVariance += Math.max(SLOW_ALPHA, 1 / state.slowNights) * (difference * difference - state.slowVariance);
  const large = Math.max(p.largeDeviations * deviation, p.largeShare * state.inflowMean);
  state.largeNights = flows.nightM3h - state.mean > large ? state.largeNights + 1 : 0;
  const z = difference / deviation;
  const k = Math.max(p.k, Math.min(p.kInflowMost, (p.kInflow * state.inflowMean) / deviation));
  if (state.up === 0) startRun(state, nightStartMs);
  state.up = Math.max(0, state.up + z - k);
  state.down = Math.max(0, state.down - z - k);
  state.runNights++;
  state.runFlow += flows.nightM3h;
  if (flows.busyM3h === null) return;
  state.runBusyDays++;
  state.runBusy += flows.busyM3h;
}

function startRun(state: NightState, nightStartMs: number): void {
  state.upStartMs = nightStartMs;
  state.runNights = 0;
  state.runFlow = 0;
  state.runBusyDays = 0;
  state.runBusy = 0;
}

/** A leak adds the same flow to all hours; what adds more to the busy hours than to the night is demand. */
function isLeakShaped(state: NightState, p: NightStepParameters): boolean {
  const step = state.runFlow / state.runNights - state.mean;
  if (step <= p.leastStep * state.inflowMean) return false;
  if (state.runBusyDays === 0 || state.busyDays <= LEAST_PEAK_DAYS) return true;
  const busyStep = state.runBusy / state.runBusyDays - state.busyMean;
  const chance = PEAK_CHANCE * Math.sqrt(state.busyVariance / state.runBusyDays);
  return busyStep - step <= p.demandShare * step + chance;
}

function isLearning(state: NightState, p: NightStepParameters): boolean {
  return state.nights < (state.hasLevel === 1 ? p.learnNights : p.firstNights);
}

function deviationOf(state: NightState, p: NightStepParameters): number {
  const own = Math.max(Math.sqrt(state.variance), p.keptDeviation * Math.sqrt(state.slowVariance));
  return Math.max(own, p.leastDeviation * Math.abs(state.mean), 1e-6);
}

function limitOf(state: NightState, deviation: number, p: NightStepParameters): number {
  const share = state.inflowMean > 0 ? deviation / state.inflowMean / p.usualDeviation : 1;
  return p.h * Math.max(0.3, Math.min(3, share)) ** p.unsteadiness * (1 + p.heat * state.heat);
}

function fadeHeat(state: NightState, nightStartMs: number, p: NightStepParameters): void {
  const nights = state.lastNightMs === 0 ? 0 : Math.max(0, (nightStartMs - state.lastNightMs) / DAY_MS);
  state.heat *= Math.exp(-nights / p.heatDays);
  state.lastNightMs = nightStartMs;
}

function noteInflow(state: NightState, { dayM3h }: NightFlows): void {
  if (dayM3h === null) return;
  state.inflowDays++;
  state.inflowMean += Math.max(INFLOW_ALPHA, 1 / state.inflowDays) * (dayM3h - state.inflowMean);
}

function learnNight(state: NightState, { nightM3h, busyM3h }: NightFlows, p: NightStepParameters): void {
  state.nights++;
  const alpha = Math.max(p.alpha, 1 / state.nights);
  const difference = nightM3h - state.mean;
  state.mean += alpha * difference;
  state.variance = (1 - alpha) * (state.variance + alpha * difference * difference);
  if (busyM3h === null) return;
  state.busyDays++;
  const busyAlpha = Math.max(p.alpha, 1 / state.busyDays);
  const busyDifference = busyM3h - state.busyMean;
  state.busyMean += busyAlpha * busyDifference;
  state.busyVariance = (1 - busyAlpha) * (state.busyVariance + busyAlpha * busyDifference * busyDifference);
}

function forgetLevel(state: NightState): void {
  state.nights = 0;
  state.variance = 0;
  state.busyDays = 0;
  state.largeNights = 0;
  state.up = 0;
  state.down = 0;
}

function stepUp(state: NightState): Step {
  const wasOpen = state.openMs !== 0;
  if (!wasOpen) {
    state.openMs = state.upStartMs;
    state.levelBefore = state.mean;
    state.heat += 1;
  }
  state.openNights = 0;
  forgetLevel(state);
  return wasOpen ? "hold" : "open";
}

function stepDown(state: NightState): Step {
  const wasOpen = state.openMs !== 0;
  state.openMs = 0;
  forgetLevel(state);
  return wasOpen ? "clear" : "none";
}
