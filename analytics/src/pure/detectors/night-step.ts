import type { Step } from "./flow.ts";

const K = 0.75;
const H = 7;
/** Nights that teach a level before it is used. */
const LEARN_NIGHTS = 5;
const FIRST_NIGHTS = 14;
const ALPHA = 0.03;
const LEAST_SD_SHARE = 0.02;
/** Of the deviation before a step, this share is the least that is taken after it: five nights alone would say too little. */
const KEPT_SD_SHARE = 0.7;
/** A new level that holds this long without another step is the district's normal. */
const ACCEPT_NIGHTS = 14;
const WINSOR = 4;

/** State of one district. Flows in m³/h. */
export interface NightState {
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
  /** Deviation before the last step, m³/h. */
  deviationBefore: number;
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
    deviationBefore: 0,
  };
}

/** The band in which a night's flow is expected, m³/h; null while the level is being learned. */
export function nightBand(state: NightState): { expected: number; low: number; high: number } | null {
  if (isLearning(state)) return null;
  const half = 3 * deviationOf(state);
  return { expected: state.mean, low: Math.max(0, state.mean - half), high: state.mean + half };
}

/**
 * A step in a district's night flow: two-sided tabular CUSUM of the minimum night flow (least hour from 02 to 05 local time), k 0.75,
 * h 7 deviations, deviation at least 2 % of the level, z winsorised at 4. After a step the level is forgotten and learned anew in five nights.
 *
 * A step up opens a finding or raises the open one; a step down, or 14 nights at the new level, ends it. Null case: the first 14 nights
 * only teach. The caller leaves out nights with less than 90 % measured or more than 5 % estimated.
 * Source: LEAKS 3, detector 9 (NightStep); k, h and the kept deviation set on four of leak-bench's districts.
 */
export function stepNight(state: NightState, flowM3h: number, nightStartMs: number): Step {
  state.levelNow = flowM3h;
  if (state.openMs !== 0 && ++state.openNights >= ACCEPT_NIGHTS) {
    state.openMs = 0;
    judgeNight(state, flowM3h, nightStartMs);
    return "clear";
  }
  return judgeNight(state, flowM3h, nightStartMs);
}

function judgeNight(state: NightState, flowM3h: number, nightStartMs: number): Step {
  const held: Step = state.openMs === 0 ? "none" : "hold";
  if (!isLearning(state)) {
    state.hasLevel = 1;
    const z = Math.max(-WINSOR, Math.min(WINSOR, (flowM3h - state.mean) / deviationOf(state)));
    if (state.up === 0) state.upStartMs = nightStartMs;
    state.up = Math.max(0, state.up + z - K);
    state.down = Math.max(0, state.down - z - K);
    if (state.up > H) return stepUp(state);
    if (state.down > H) return stepDown(state);
  }
  learnNight(state, flowM3h);
  return held;
}

function isLearning(state: NightState): boolean {
  return state.nights < (state.hasLevel === 1 ? LEARN_NIGHTS : FIRST_NIGHTS);
}

function deviationOf(state: NightState): number {
  const own = Math.max(Math.sqrt(state.variance), KEPT_SD_SHARE * state.deviationBefore);
  return Math.max(own, LEAST_SD_SHARE * state.mean, 1e-6);
}

function learnNight(state: NightState, flowM3h: number): void {
  state.nights++;
  const alpha = Math.max(ALPHA, 1 / state.nights);
  const difference = flowM3h - state.mean;
  state.mean += alpha * difference;
  state.variance = (1 - alpha) * (state.variance + alpha * difference * difference);
}

function forgetLevel(state: NightState): void {
  state.deviationBefore = Math.sqrt(state.variance);
  state.nights = 0;
  state.variance = 0;
  state.up = 0;
  state.down = 0;
}

function stepUp(state: NightState): Step {
  const wasOpen = state.openMs !== 0;
  if (!wasOpen) {
    state.openMs = state.upStartMs;
    state.levelBefore = state.mean;
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
