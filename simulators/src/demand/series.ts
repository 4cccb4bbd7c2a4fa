import { DAY_MS, SLOT_MS, SLOTS_PER_DAY, type TownCalendar } from "./calendar.ts";
import type { Demand } from "./demand.ts";

interface DayTotals {
  readonly day: number;
  /** Counts before each slot of the day since its start; element 96 is the whole day. */
  readonly before: Float64Array;
}

/**
 * The running total of one demand since a first UTC day, in whole counts.
 *
 * A day is computed once, on first use, from nothing but the demand's seed; totals of passed days are kept as one
 * number each, the slots of the last two days as an array, so that a poll costs one addition.
 */
export class DemandSeries {
  readonly #demand: Demand;
  readonly #calendar: TownCalendar;
  readonly #firstDay: number;
  readonly #dayStarts: number[] = [0];
  #recent: DayTotals | undefined;
  #previous: DayTotals | undefined;

  constructor(demand: Demand, calendar: TownCalendar, firstDayMs: number) {
    this.#demand = demand;
    this.#calendar = calendar;
    this.#firstDay = Math.floor(firstDayMs / DAY_MS);
  }

  /**
   * Counts drawn from the first day until `atMs`; within a slot the volume runs evenly.
   *
   * @throws {RangeError} when `atMs` is before the first day.
   */
  countsUntil(atMs: number): number {
    const day = Math.floor(atMs / DAY_MS);
    const { before } = this.#totalsOf(day);
    const position = (atMs - day * DAY_MS) / SLOT_MS;
    const slot = Math.floor(position);
    const from = before[slot] ?? 0;
    const to = before[slot + 1] ?? from;
    return (this.#dayStarts[day - this.#firstDay] ?? 0) + from + Math.floor((to - from) * (position - slot));
  }

  /** Counts of the whole slot that holds `atMs`. */
  slotCountsAt(atMs: number): number {
    const day = Math.floor(atMs / DAY_MS);
    const { before } = this.#totalsOf(day);
    const slot = Math.floor((atMs - day * DAY_MS) / SLOT_MS);
    return (before[slot + 1] ?? 0) - (before[slot] ?? 0);
  }

  #totalsOf(day: number): DayTotals {
    if (this.#recent?.day === day) return this.#recent;
    if (this.#previous?.day === day) return this.#previous;
    if (day < this.#firstDay) throw new RangeError(`the town has no demand before day ${this.#firstDay} since 1970`);
    for (let known = this.#firstDay + this.#dayStarts.length - 1; known < day; known++) this.#compute(known);
    this.#previous = this.#recent;
    this.#recent = this.#compute(day);
    return this.#recent;
  }

  #compute(day: number): DayTotals {
    const before = new Float64Array(SLOTS_PER_DAY + 1);
    let total = 0;
    this.#calendar.slotsOf(day).forEach((time, i) => {
      total += this.#demand.slotCounts(time);
      before[i + 1] = total;
    });
    const at = day - this.#firstDay;
    if (at + 1 === this.#dayStarts.length) this.#dayStarts.push((this.#dayStarts[at] ?? 0) + total);
    return { day, before };
  }
}
