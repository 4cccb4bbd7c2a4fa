import type { NightConditions } from "./detectors/night-conditions.ts";
import { dayOfDate, type ZoneCalendar } from "./local-time.ts";
import type { MeteredChannel } from "./registry.ts";

type Spans = NonNullable<MeteredChannel["holidays"]>;
const daysBySpans = new WeakMap<Spans, ReadonlySet<number>>();

/** Whether a local day is a holiday; never where no holidays are kept. */
export function isHoliday(spans: Spans | undefined, day: number): boolean {
  return spans !== undefined && spans.length > 0 && daysOf(spans).has(day);
}

// One list for all meters of a unit: its days are worked out once.
function daysOf(spans: Spans): ReadonlySet<number> {
  let days = daysBySpans.get(spans);
  if (days === undefined) {
    const all = spans.flatMap(({ first, last }) => {
      const from = dayOfDate(first);
      return Array.from({ length: Math.max(0, dayOfDate(last) - from + 1) }, (_, i) => from + i);
    });
    days = new Set(all);
    daysBySpans.set(spans, days);
  }
  return days;
}

/** Something that tells the outdoor air of a channel. */
export interface AirSource {
  between(channel: string, fromMs: number, toMs: number): { readonly coldestC: number; readonly meanC: number } | null;
}

/** What is known of the night that begins a local day at a meter: from 18:00 before to 05:00, and whether either day is a holiday. */
export function conditionsOf(
  day: number,
  calendar: ZoneCalendar,
  meta: MeteredChannel | undefined,
  air: AirSource,
): NightConditions {
  const weather = meta?.weather ?? null;
  const [fromMs, toMs] = [calendar.instantOf(day - 1, 18), calendar.instantOf(day, 5)];
  const measured = weather === null ? null : air.between(weather, fromMs, toMs);
  return {
    isHoliday: isHoliday(meta?.holidays, day) || isHoliday(meta?.holidays, day - 1),
    coldestC: measured?.coldestC ?? null,
    meanC: measured?.meanC ?? null,
  };
}
