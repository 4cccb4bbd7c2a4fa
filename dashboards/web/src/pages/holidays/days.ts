const DAY_MS = 86_400_000;
const MOST_DAYS = 60;

interface Days {
  readonly firstDay: string;
  readonly lastDay: string;
}

/** Days as text, one day as one. */
export function spanText({ firstDay, lastDay }: Days): string {
  return firstDay === lastDay ? firstDay : `${firstDay} – ${lastDay}`;
}

/** How many days a holiday has. */
export function dayCount({ firstDay, lastDay }: Days): number {
  return Math.round((Date.parse(lastDay) - Date.parse(firstDay)) / DAY_MS) + 1;
}

/** The days that two fields mean, an empty last one being the first; undefined while they are no feast. */
export function daysOf(first: string, last: string): Days | undefined {
  const days = { firstDay: first, lastDay: last === "" ? first : last };
  const count = dayCount(days);
  return count >= 1 && count <= MOST_DAYS ? days : undefined;
}
