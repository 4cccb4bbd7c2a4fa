/** The flows, L/h, that a meter's hours are held against; the first stands for any movement at all. */
export const LEVELS = [0, 4, 16] as const;
/** The highest of them. */
export const HIGHEST_LEVEL = LEVELS.length - 1;
/** Hours of a local day. */
const HOURS = 24;
/** Cells of a profile: one for each level and hour. */
export const PROFILE_CELLS = LEVELS.length * HOURS;

const HOUR_MS = 3_600_000;
const ALPHA = 0.02;
const LEAST_CHANCE = 0.02;
const FULL = 255;

/** Small numbers that belong to one meter. */
export interface Cells {
  get(index: number): number;
  set(index: number, value: number): void;
}

/** −ln of the chance that a cell stands for, at most −ln 0.02. */
const SURPRISE = Float64Array.from({ length: FULL + 1 }, (_, count) => -Math.log(chanceOfCount(count)));

/** Whether an hour's volume reaches a level. */
export function reaches(litres: number, level: number): boolean {
  return level === 0 ? litres > 0 : litres >= (LEVELS[level] ?? 0);
}

/** What a cell stands for: how likely an hour reaches the level; at least 0.02, as nobody knows better from a few weeks. */
export function chanceOfCount(count: number): number {
  return Math.max(LEAST_CHANCE, count / FULL);
}

/** The count of a cell, 0 to 255: by the meter's own past the share of days on which this hour reaches the level. */
export function countOf(cells: Cells, level: number, localHour: number): number {
  return cells.get(cellOf(level, localHour));
}

/** How surprising it is that an hour of the day reaches a level, in nats: from 0 where it always does to 3.9. */
export function surpriseOf(cells: Cells, level: number, localHour: number): number {
  return SURPRISE[countOf(cells, level, localHour)] ?? 0;
}

/** Step of the profile after so many days: an exponentially weighted share, α = max(0.02, 1/(days + 1)). */
export function lessonOf(days: number): number {
  return Math.max(ALPHA, 1 / (days + 1));
}

/**
 * Teaches a cell one hour.
 *
 * A cell is one byte. What a step leaves below one count is rounded up or down by a hash of the hour (`dither`, ditherOf), so
 * that small steps count in the long run and the same readings always teach the same.
 */
export function teachHour(cells: Cells, at: number, isOn: boolean, alpha: number, dither: number): void {
  const before = cells.get(at);
  if (before === (isOn ? FULL : 0)) return;
  cells.set(at, Math.min(FULL, Math.floor(before + alpha * ((isOn ? FULL : 0) - before) + dither)));
}

/** The cell of a level and an hour of the day. */
export function cellOf(level: number, localHour: number): number {
  return level * HOURS + localHour;
}

/** A number in [0, 1) by the hour that begins at an instant. */
export function ditherOf(startMs: number): number {
  return (Math.imul(Math.floor(startMs / HOUR_MS), 0x9e3779b1) >>> 8) / 0x1000000;
}
