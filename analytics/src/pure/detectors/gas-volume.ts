import type { BurstState } from "./burst.ts";
import { type DayVolume, wholeDay } from "./day.ts";
import type { DutyState } from "./duty.ts";
import type { Flow, Step } from "./flow.ts";
import type { VolumeParameters, VolumeState } from "./volume-cusum.ts";

/** Heating begins below this mean of a day, °C. */
const HEATING_BELOW_C = 18;
const WINSOR = 4;
const LEAST_DAYS = 21;
const LEAST_GOOD_HOURS = 22;
const LEAST_SD = 0.2;
const ALPHA = 0.02;
const SLOW_ALPHA = 0.004;
/** Weight of no dependence at all, in squared degrees: ten days of five degrees' difference outweigh it. */
const PRIOR_XX = 250;
/** So far below all that it has met a meter is not judged: nobody knows yet what it burns then, degrees. */
const UNKNOWN_COLD = 3;

/** Cells of one gas meter. Those of BURST hold what a water meter needs and gas does not. */
export type GasVolumeState = VolumeState & BurstState & Pick<DutyState, "dutyScore">;

/** Degrees of a day below 18 °C; null where the air is not measured. */
export function heatingDegrees(meanC: number | null | undefined): number | null {
  return meanC === null || meanC === undefined || !Number.isFinite(meanC) ? null : Math.max(0, HEATING_BELOW_C - meanC);
}

/**
 * More gas than this meter burns in such weather, day after day: tabular CUSUM of the residual of ln(20 + litres) over heating degrees
 * (18 °C − mean of the day), a straight line learned by exponentially weighted sums, z winsorised at 4, k 0.75, h 8.
 *
 * A cold snap moves along the line and is no fault. Null case: the first 21 days; days with fewer than 22 good hours or without an outdoor
 * temperature; days more than 3 degrees beyond the coldest that the meter has met, which only teach. Without a thermometer at its unit or
 * above gas has no such rule: peers would tell the weather too, but a shard sees only some of them, and four shards must find what one does.
 * Source: LEAKS 2.3 (degree term, no false alarm on cold days), 3 detector 4 (CUSUM); the line's cells are those of BURST.
 */
export function stepGasVolume(state: GasVolumeState, day: DayVolume, p: VolumeParameters): Step {
  const isOpen = state.volumeIsOpen === 1;
  const degrees = heatingDegrees(day.meanC);
  // The runs go by it until the next day ends.
  state.dutyScore = degrees ?? 0;
  if (degrees === null || day.goodHours < LEAST_GOOD_HOURS) return isOpen ? "hold" : "none";
  const isKnown = state.volumeDays >= LEAST_DAYS && degrees <= coldestOf(state) + UNKNOWN_COLD;
  const residual = Math.log(20 + wholeDay(day)) - expectedLog(state, degrees);
  const z = isKnown ? residual / Math.max(LEAST_SD, Math.sqrt(state.volumeVariance)) : 0;
  const isUsual = isKnown || (state.volumeDays >= LEAST_DAYS / 3 && state.volumeDays < LEAST_DAYS);
  learn(state, day, degrees, isUsual ? residual : null, p);
  if (!isKnown) return isOpen ? "hold" : "none";
  if (state.volumeScore === 0) state.volumeStartMs = day.startMs;
  const clipped = Math.max(-WINSOR, Math.min(WINSOR, z));
  state.volumeScore = Math.min(2 * p.limit, Math.max(0, state.volumeScore + clipped - p.reference));
  return verdict(state, isOpen, p);
}

/** Litres of a day that such weather makes one expect. */
export function expectedGasLitres(state: GasVolumeState, meanC: number | null | undefined): number {
  return Math.max(0, Math.exp(expectedLog(state, heatingDegrees(meanC) ?? state.burstPeak)) - 20);
}

/**
 * More gas than the meter may carry: two intervals in a row over 1.2 × its largest flow. Null case: a meter whose largest flow is not
 * known. Two intervals below end it. Source: LEAKS 2.3, cut-off on total flow over the limit; 1.2 as DOMAIN 3.4 BURST.
 */
export function stepGasRise(state: BurstState, interval: Flow, maxM3h: number | null): Step {
  const isOpen = state.burstOpenMs !== 0;
  if (!interval.isGood || maxM3h === null || !(maxM3h > 0)) return isOpen ? "hold" : "none";
  const now = (interval.litres * 3_600_000) / (interval.endMs - interval.startMs);
  const isOver = now > 1.2 * 1000 * maxM3h;
  const wasOver = state.burstPrevious > 1.2 * 1000 * maxM3h;
  state.burstPrevious = now;
  state.burstQuiet = isOver ? 0 : Math.min(255, state.burstQuiet + 1);
  if (isOpen) {
    if (state.burstQuiet < 2) return "hold";
    state.burstOpenMs = 0;
    return "clear";
  }
  if (!isOver || !wasOver) return "none";
  state.burstOpenMs = 2 * interval.startMs - interval.endMs;
  return "open";
}

/** Mean of ln(20 + litres) at these degrees. burstPeak: mean of degrees; burstRecord, burstBefore: their squares and products. */
function expectedLog(state: GasVolumeState, degrees: number): number {
  const slope = Math.max(0, state.burstBefore / (state.burstRecord + PRIOR_XX));
  return state.volumeMean + slope * (degrees - state.burstPeak);
}

/** The coldest that the meter has met, as degrees. */
function coldestOf(state: GasVolumeState): number {
  return state.volumeWeekend;
}

function learn(
  state: GasVolumeState,
  day: DayVolume,
  degrees: number,
  residual: number | null,
  p: VolumeParameters,
): void {
  state.volumeDays++;
  const isDrifting = state.volumeScore > p.limit / 2;
  const alpha = isDrifting ? SLOW_ALPHA : Math.max(ALPHA, 1 / state.volumeDays);
  const [dx, dy] = [degrees - state.burstPeak, Math.log(20 + wholeDay(day)) - state.volumeMean];
  state.burstPeak += alpha * dx;
  state.volumeMean += alpha * dy;
  const kept = state.volumeDays === 1 ? 0 : 1 - (isDrifting ? SLOW_ALPHA : ALPHA / 4);
  const weight = isDrifting ? 0.2 : 1;
  state.burstRecord = kept * state.burstRecord + weight * dx * dx;
  state.burstBefore = kept * state.burstBefore + weight * dx * dy;
  if (residual !== null)
    state.volumeVariance = (1 - alpha) * (state.volumeVariance + alpha * Math.min(4, residual * residual));
  state.volumeWeekend = Math.max(degrees, state.volumeWeekend);
}

function verdict(state: GasVolumeState, isOpen: boolean, p: VolumeParameters): Step {
  if (isOpen) {
    if (state.volumeScore >= p.limit / 2) return "hold";
    state.volumeIsOpen = 0;
    return "clear";
  }
  if (state.volumeScore <= p.limit) return "none";
  state.volumeIsOpen = 1;
  return "open";
}
