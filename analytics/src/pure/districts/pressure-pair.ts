const K = 0.5;
const H = 12;
const WINSOR = 4;
/** Hours of the night that are judged, from midnight: by day a few large users move one gauge and not the other for days on end. */
const NIGHT_UNTIL = 6;
/** Hours that teach a pair before it is judged, and how slowly it learns after. */
const LEARN_HOURS = 7 * 24;
const ALPHA = 1 / (14 * 24);
/** The level of an hour of the day learns as slowly, from a fourteenth of the readings. */
const HOUR_ALPHA = 1 / 14;
const LEAST_DEVIATION_KPA = 0.2;
/** A residual that stays this long is the pair's normal: a valve was moved. */
const ACCEPT_HOURS = 14 * 24;

/** State of two gauges of one district: plain numbers; the residual's level and square by hour of the day are 24 each. */
export interface PressurePairState {
  hours: number;
  meanX: number;
  meanY: number;
  varianceX: number;
  covariance: number;
  residualVariance: number;
  /** Sum of the residuals by which y stands too low beside x, and of those by which it stands too high. */
  low: number;
  high: number;
  /** Hour in which the sum that grows left zero, epoch ms. */
  sinceMs: number;
  heldHours: number;
  readonly hourLevels: number[];
  readonly hourVariances: number[];
}

/** Two gauges that nothing is known of. */
export function newPressurePair(): PressurePairState {
  return {
    hours: 0,
    meanX: 0,
    meanY: 0,
    varianceX: 0,
    covariance: 0,
    residualVariance: 0,
    low: 0,
    high: 0,
    sinceMs: 0,
    heldHours: 0,
    hourLevels: new Array<number>(24).fill(0),
    hourVariances: new Array<number>(24).fill(0),
  };
}

/** Which of two gauges stands too low beside the other; null while neither does. */
export type LowGauge = "x" | "y" | null;

/**
 * Which of two pressure gauges of a district stands too low beside the other: linear regression of y on x over hourly means, less the
 * pair's own level of that hour of the day, then a two-sided tabular CUSUM of the residual of the hours from midnight to six, k 0.5, h 12
 * in deviations of that hour, z winsorised at 4: a burst needs four of them. Demand moves both gauges together; a leak lowers the one that is nearer. O(1) per
 * pair and hour.
 *
 * Learning stands still while a sum is above half its limit; after 14 days there the pair is learned anew: a valve was moved.
 * Null case: the first 7 days; hours without a mean of both. Source: LILA (BattLeDIM 2020), pairwise regression with CUSUM after
 * Montgomery, LEAKS 2.1; online baseline, level and
 * deviation by hour of day, and k and h (set on networks solved by EPANET) are ours.
 */
export function stepPressurePair(
  state: PressurePairState,
  xKPa: number,
  yKPa: number,
  hourOfDay: number,
  hourMs: number,
): LowGauge {
  if (!Number.isFinite(xKPa) || !Number.isFinite(yKPa)) return lowGaugeOf(state);
  const residual = residualOf(state, xKPa, yKPa, hourOfDay);
  if (state.hours >= LEARN_HOURS && hourOfDay < NIGHT_UNTIL) addResidual(state, residual, hourOfDay, hourMs);
  const isCalm = Math.max(state.low, state.high) <= H / 2;
  state.heldHours = isCalm ? 0 : state.heldHours + 1;
  if (state.heldHours >= ACCEPT_HOURS) Object.assign(state, newPressurePair());
  else if (isCalm) learn(state, xKPa, yKPa, residual, hourOfDay);
  return lowGaugeOf(state);
}

function residualOf(state: PressurePairState, x: number, y: number, hourOfDay: number): number {
  const slope = state.varianceX > 1e-9 ? state.covariance / state.varianceX : 0;
  return y - state.meanY - slope * (x - state.meanX) - (state.hourLevels[hourOfDay] ?? 0);
}

function addResidual(state: PressurePairState, residual: number, hourOfDay: number, hourMs: number): void {
  // Between the hour's own and all hours': fourteen days are few to know a deviation by.
  const variance = 0.75 * (state.hourVariances[hourOfDay] ?? 0) + 0.25 * state.residualVariance;
  const deviation = Math.max(LEAST_DEVIATION_KPA, Math.sqrt(variance));
  const z = Math.max(-WINSOR, Math.min(WINSOR, residual / deviation));
  if (state.low === 0 && state.high === 0) state.sinceMs = hourMs;
  state.low = Math.min(2 * H, Math.max(0, state.low - z - K));
  state.high = Math.min(2 * H, Math.max(0, state.high + z - K));
}

/** Which of two gauges stands too low beside the other, by what was taken so far. */
export function lowGaugeOf(state: PressurePairState): LowGauge {
  if (state.low > H) return "y";
  return state.high > H ? "x" : null;
}

function learn(state: PressurePairState, x: number, y: number, residual: number, hourOfDay: number): void {
  state.hours++;
  const alpha = Math.max(ALPHA, 1 / state.hours);
  const [dx, dy] = [x - state.meanX, y - state.meanY];
  state.meanX += alpha * dx;
  state.meanY += alpha * dy;
  state.varianceX = (1 - alpha) * (state.varianceX + alpha * dx * dx);
  state.covariance = (1 - alpha) * (state.covariance + alpha * dx * dy);
  // The first two days the line still turns.
  if (state.hours <= 48) return;
  const days = Math.floor(state.hours / 24) - 1;
  const level = state.hourLevels[hourOfDay] ?? 0;
  state.hourLevels[hourOfDay] = level + Math.max(HOUR_ALPHA, 1 / days) * residual;
  const before = state.hourVariances[hourOfDay] ?? 0;
  state.hourVariances[hourOfDay] = before + Math.max(HOUR_ALPHA, 1 / days) * (residual * residual - before);
  const kept = Math.max(ALPHA, 1 / (state.hours - 48));
  state.residualVariance = (1 - kept) * (state.residualVariance + kept * residual * residual);
}
