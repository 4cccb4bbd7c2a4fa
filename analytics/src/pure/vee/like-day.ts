import type { IntervalSeries } from "../intervals.ts";
import { isWeekend, type ZoneCalendar } from "../local-time.ts";

const DAY_MS = 86_400_000;
const WEEKS = 4;
/** A slot needs this many good days of its kind behind it, and a profile this share of its slots. */
const LEAST_DAYS = 2;
const LEAST_SHARE = 0.5;

/** Good volumes of a register by local slot of the day and kind of day, for averages of like days. */
export class LikeDays {
  readonly #calendar: ZoneCalendar;
  readonly #periodMs: number;
  readonly #bySlot = new Map<number, { readonly startMs: number; readonly counts: number }[]>();

  constructor(history: IntervalSeries, calendar: ZoneCalendar) {
    this.#calendar = calendar;
    this.#periodMs = history.periodMs;
    for (const { startMs, counts, quality } of history.rows) {
      if (quality !== 0) continue;
      const slot = this.#slotOf(startMs);
      const kept = this.#bySlot.get(slot);
      if (kept === undefined) this.#bySlot.set(slot, [{ startMs, counts }]);
      else kept.push({ startMs, counts });
    }
  }

  /**
   * What the slots from `firstMs` on usually use: the mean of the same local slot on days of the same kind (working day or
   * weekend) in the four weeks before the gap. A slot without two such days gets the mean of the others; null when fewer than half
   * of the slots have two, or nothing was used in any.
   *
   * Good intervals alone: an estimate never feeds another one.
   *
   * @see LEAKS 4, estimation 2 (AEMO, average like day)
   */
  usualOf(firstMs: number, slots: number): number[] | null {
    const means = Array.from({ length: slots }, (_, i) => this.#meanOf(firstMs + i * this.#periodMs, firstMs));
    const known = means.filter((mean) => mean !== null);
    if (slots === 0 || known.length < LEAST_SHARE * slots) return null;
    const sum = known.reduce((total, mean) => total + mean, 0);
    return sum > 0 ? means.map((mean) => mean ?? sum / known.length) : null;
  }

  #meanOf(startMs: number, gapMs: number): number | null {
    let sum = 0;
    let days = 0;
    for (const past of this.#bySlot.get(this.#slotOf(startMs)) ?? []) {
      if (past.startMs >= gapMs || past.startMs < gapMs - WEEKS * 7 * DAY_MS) continue;
      sum += Math.max(0, past.counts);
      days++;
    }
    return days < LEAST_DAYS ? null : sum / days;
  }

  /** Minute of the local day, those of weekends behind those of working days: on a day of 23 or 25 hours slots keep their hour. */
  #slotOf(startMs: number): number {
    const minute = Math.round(this.#calendar.hourOf(startMs) * 60);
    return isWeekend(this.#calendar.dayOf(startMs)) ? 1440 + minute : minute;
  }
}
