/** The day and the time of day at which a meter keeps its total. */
export interface SettlementRule {
  readonly day: number;
  /** Minutes after midnight of the meter's zone. */
  readonly minute: number;
}

/**
 * The last settlement instants at or before an instant, newest first. A day that a month has not is its last.
 *
 * Shape: times are wall clocks of the meter's zone, as if they were UTC; so are the results.
 */
export function settlementsBefore(localMs: number, { day, minute }: SettlementRule, count: number): number[] {
  const now = new Date(localMs);
  const instants: number[] = [];
  for (let back = 0; instants.length < count; back++) {
    const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
    const days = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
    const at = first.getTime() + ((Math.min(day, days) - 1) * 1440 + minute) * 60_000;
    if (at <= localMs) instants.push(at);
  }
  return instants;
}

/** Minutes after midnight of a time of day such as 02:30. */
export function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

/** Digits of a total that a meter keeps, with how many months ago it says it was; null: it keeps none. */
export interface KeptTotal {
  readonly monthsAgo: number;
  readonly digits: number | null;
}

/**
 * How many settlements back each kept total is: 0 is the newest. Some makes begin their log with the newest settlement
 * day, others with the one before; the total of the newest day, which stands beside the current one, tells which. Totals
 * that rise into the past are none: they, and all that are older, are left out. So is 0, which meters show for months that they
 * have not seen.
 *
 * Shape: null when it cannot be told where the log begins.
 */
export function placesOf(
  kept: readonly KeptTotal[],
  newest: number | null,
): { readonly back: number; readonly digits: number }[] | null {
  const first = kept.find(({ monthsAgo }) => monthsAgo === 1)?.digits ?? null;
  if (newest === null || newest === 0 || first === null) return null;
  const shift = first === newest ? 1 : 0;
  const places = [{ back: 0, digits: newest }];
  let above = newest;
  for (const { monthsAgo, digits } of kept.toSorted((a, b) => a.monthsAgo - b.monthsAgo)) {
    if (digits === null || digits === 0 || digits > above) break;
    above = digits;
    if (monthsAgo > shift) places.push({ back: monthsAgo - shift, digits });
  }
  return places;
}
