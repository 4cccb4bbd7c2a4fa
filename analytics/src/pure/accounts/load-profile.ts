import type { SlotRing } from "../slot-cells.ts";
import { WEEK_HOURS } from "./work-plan.ts";

/** Weeks that a cell must have seen before it says what is usual. */
export const LEAST_WEEKS = 4;
const MOST_WEEKS = 15;
/** A new week counts at least so much: after eight weeks two thirds of what was are forgotten. */
const LEAST_STEP = 1 / 8;
/** A week is taken as at most so many spreads away. */
const WINSOR = 3;
/** The spread of a cell is taken as at least this, in logarithms: 6 %. */
const LEAST_SPREAD = 0.06;
/** A mean absolute deviation as a standard deviation, where values are normal. */
const DEVIATION = 1.2533;
/** Litres an hour that are nothing. */
const NOTHING = 10;
const SPREAD_STEPS = 1024;
const WEEKS_BITS = 16;

/** Cells of the profile: level and spread of each hour of the week, 672 bytes. */
export const PROFILE_SCHEMA = { loadLevel: ["q12", WEEK_HOURS], loadSpread: ["u16", WEEK_HOURS] } as const;

/** The cells of whichever account is judged. */
export interface LoadCells {
  /** ln(1 + litres an hour ÷ 10). */
  readonly level: SlotRing;
  /** Spread in steps of 1/1024 in the upper twelve bits, weeks seen in the lower four. */
  readonly spread: SlotRing;
}

/** What is usual in an hour of the week, litres an hour. */
export interface LoadBand {
  readonly usual: number;
  readonly low: number;
  readonly high: number;
}

/**
 * What an hour of the week usually holds: level ± `deviations` × spread, in logarithms, the spread at least 6 %.
 *
 * Null case: fewer than four weeks.
 */
export function bandOf(cells: LoadCells, weekHour: number, deviations: number): LoadBand | null {
  const packed = cells.spread.get(weekHour);
  if (packed % WEEKS_BITS < LEAST_WEEKS) return null;
  const level = cells.level.get(weekHour);
  const away = deviations * Math.max(DEVIATION * spreadIn(packed), LEAST_SPREAD);
  return { usual: litresOf(level), low: litresOf(Math.max(0, level - away)), high: litresOf(level + away) };
}

/** Weeks that have told of an hour of the week, up to fifteen. */
export function weeksOf(cells: LoadCells, weekHour: number): number {
  return cells.spread.get(weekHour) % WEEKS_BITS;
}

/** What an hour of the week usually holds, litres; null where fewer than four weeks have told. */
export function usualOf(cells: LoadCells, weekHour: number): number | null {
  return cells.spread.get(weekHour) % WEEKS_BITS < LEAST_WEEKS ? null : litresOf(cells.level.get(weekHour));
}

/**
 * Teaches a good hour of a usual week: an exponentially weighted level and mean absolute deviation of the logarithm, the step
 * winsorised at three spreads so that one odd day does not move them. The first weeks count alike, later ones an eighth.
 *
 * Source: LEAKS 3 #8.
 */
export function teachLoad(cells: LoadCells, weekHour: number, litres: number): void {
  const packed = cells.spread.get(weekHour);
  const [weeks, spread] = [packed % WEEKS_BITS, spreadIn(packed)];
  const level = cells.level.get(weekHour);
  const away = weeks === 0 ? 0 : Math.log1p(Math.max(0, litres) / NOTHING) - level;
  const limit = weeks < LEAST_WEEKS - 1 ? Number.POSITIVE_INFINITY : WINSOR * Math.max(spread, LEAST_SPREAD);
  const held = Math.max(-limit, Math.min(limit, away));
  const step = Math.max(1 / (weeks + 1), LEAST_STEP);
  cells.level.set(weekHour, weeks === 0 ? Math.log1p(Math.max(0, litres) / NOTHING) : level + step * held);
  const nextSpread = weeks === 0 ? 0 : spread + Math.max(1 / weeks, LEAST_STEP) * (Math.abs(held) - spread);
  cells.spread.set(weekHour, packedOf(nextSpread, Math.min(MOST_WEEKS, weeks + 1)));
}

/** Flow that is there even when little happens: what a tenth of the hours of the week stay below, litres an hour; and the mean. */
export function floorOf(cells: LoadCells): { readonly floor: number; readonly mean: number } | null {
  const known: number[] = [];
  for (let hour = 0; hour < WEEK_HOURS; hour++) {
    const usual = usualOf(cells, hour);
    if (usual !== null) known.push(usual);
  }
  if (known.length < WEEK_HOURS / 2) return null;
  known.sort((a, b) => a - b);
  const mean = known.reduce((sum, litres) => sum + litres, 0) / known.length;
  return { floor: known[Math.floor(known.length / 10)] ?? 0, mean };
}

function litresOf(level: number): number {
  return NOTHING * Math.expm1(level);
}

function spreadIn(packed: number): number {
  return Math.floor(packed / WEEKS_BITS) / SPREAD_STEPS;
}

function packedOf(spread: number, weeks: number): number {
  const steps = Math.min(4095, Math.round(spread * SPREAD_STEPS));
  return steps * WEEKS_BITS + weeks;
}
