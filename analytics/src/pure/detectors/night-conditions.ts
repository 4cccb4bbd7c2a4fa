/** What is known of a night besides its flow. */
export interface NightConditions {
  /** Whether it is a night of a holiday: its morning or the evening before it. */
  readonly isHoliday: boolean;
  /** Coldest hour and mean of the outdoor air from the evening before to the end of the night, °C; null where it is not measured. */
  readonly coldestC: number | null;
  readonly meanC: number | null;
  /** Flow that the district's own demand of that day explains, m³/h: of gas, what its meters may be wrong by. */
  readonly demandM3h?: number;
}

/** A night that nothing is known of. */
export const ORDINARY_NIGHT: NightConditions = { isHoliday: false, coldestC: null, meanC: null };

/** State of what conditions have brought so far; sums of a ridge regression through the origin, flows in m³/h. */
export interface ConditionState {
  frostXX: number;
  frostXY: number;
  heatXX: number;
  heatXY: number;
  holidayNights: number;
  holidayLift: number;
}

/** A district that has seen neither frost nor festival. */
export function newConditionState(): ConditionState {
  return { frostXX: 0, frostXY: 0, heatXX: 0, heatXY: 0, holidayNights: 0, holidayLift: 0 };
}

/** Flow below which a rise is put down to the weather until a district has shown its own, as shares of its mean inflow for each degree. */
const FROST_SHARE = 0.02;
const HEAT_SHARE = 0.005;
/** A night is warm from this mean on, °C. */
const WARM_C = 24;
/** Weight of what is assumed, in squared degrees: three nights of five degrees outweigh it. */
const PRIOR_XX = 75;
/** Until a district has had this many holiday nights, a rise of this share of mean inflow is put down to them. */
const LEAST_HOLIDAY_NIGHTS = 3;
const HOLIDAY_SHARE = 0.1;
/** Nights differ: so many times the usual rise is still no finding. */
const MARGIN = 1.5;
/** Sums fade to half within two winters. */
const FADE = 0.998;
/** More than this share of mean inflow is never explained: a main may burst in the frost, too. */
const MOST_SHARE = 0.35;

/**
 * How far a night may lie above a district's level for a reason that is no leak, m³/h: frost (taps left running against freezing,
 * degrees of the coldest hour below 0 °C), heat (watering, degrees of the mean above 24 °C), a holiday.
 *
 * Degrees and rise are joined by a ridge regression through the origin, learned from nights without a finding; before that 2 % of mean
 * inflow for a degree of frost, 0.5 % for one of heat, 10 % for a holiday. Never more than 35 % of mean inflow, so that a burst
 * is found in a frost as well, and what stays after the frost is found then.
 *
 * Null case: 0 for an ordinary night, and where the air is not measured. Source: DOMAIN 3.4 (night use by season); shares are ours.
 */
export function allowanceOf(state: ConditionState, conditions: NightConditions, inflowM3h: number): number {
  const { isHoliday, demandM3h = 0 } = conditions;
  const [frost, heat] = [frostDegrees(conditions), heatDegrees(conditions)];
  const frostSlope = slopeOf(state.frostXX, state.frostXY, FROST_SHARE * inflowM3h);
  const heatSlope = slopeOf(state.heatXX, state.heatXY, HEAT_SHARE * inflowM3h);
  const weather = MARGIN * (frost * frostSlope + heat * heatSlope);
  const festival = isHoliday ? holidayAllowance(state, inflowM3h) : 0;
  return Math.min(weather + festival + demandM3h, MOST_SHARE * inflowM3h);
}

/** Learns from a night without a finding what its conditions brought: `riseM3h` above the district's level. */
export function learnConditions(state: ConditionState, conditions: NightConditions, riseM3h: number): void {
  const [frost, heat] = [frostDegrees(conditions), heatDegrees(conditions)];
  if (conditions.isHoliday) {
    state.holidayNights++;
    state.holidayLift += Math.max(0.1, 1 / state.holidayNights) * (Math.max(0, riseM3h) - state.holidayLift);
    return;
  }
  if (frost > 0) {
    state.frostXX = FADE * state.frostXX + frost * frost;
    state.frostXY = FADE * state.frostXY + frost * riseM3h;
  }
  if (heat > 0) {
    state.heatXX = FADE * state.heatXX + heat * heat;
    state.heatXY = FADE * state.heatXY + heat * riseM3h;
  }
}

/** Degrees of the coldest hour below freezing. */
export function frostDegrees({ coldestC }: NightConditions): number {
  return coldestC === null || !Number.isFinite(coldestC) ? 0 : Math.max(0, -coldestC);
}

function heatDegrees({ meanC }: NightConditions): number {
  return meanC === null || !Number.isFinite(meanC) ? 0 : Math.max(0, meanC - WARM_C);
}

/** Never below zero: cold that saves water excuses no leak. */
function slopeOf(xx: number, xy: number, prior: number): number {
  return Math.max(0, (xy + PRIOR_XX * prior) / (xx + PRIOR_XX));
}

function holidayAllowance({ holidayNights, holidayLift }: ConditionState, inflowM3h: number): number {
  const usual = MARGIN * holidayLift;
  return holidayNights < LEAST_HOLIDAY_NIGHTS ? Math.max(usual, HOLIDAY_SHARE * inflowM3h) : usual;
}
