import type { CountedIn } from "./counted-in.ts";
import type { CountedDay } from "./hour-changes.ts";
import { MeterDay } from "./meter-day.ts";

/** Days that a register keeps in memory when all is written: that which it is in. */
const MOST_SETTLED = 1;

/** One day of a register in memory. */
export interface HeldDay {
  day: MeterDay;
  in: CountedIn;
  /** The day as the database has it; undefined where it has none. */
  stored: CountedDay | undefined;
  /** Whether it may differ from what is stored. */
  isOpen: boolean;
}

/** The days of one register in memory: those worked on since they were last written, and some that were written. */
export class HeldDays {
  #days: HeldDay[] = [];
  /** Every day from this one on is here, or is nowhere. */
  heldFrom: number;

  /** `heldFrom`: the first day that need not be looked for in the database. */
  constructor(heldFrom: number) {
    this.heldFrom = heldFrom;
  }

  /** A day to write on, counted in `place`; made where there was none. */
  open(utcDay: number, periodMs: number, place: CountedIn): MeterDay {
    const held = this.#days.find((each) => each.day.utcDay === utcDay);
    if (held) return openOf(held);
    const day = new MeterDay(utcDay, periodMs);
    this.#days.push({ day, in: place, stored: undefined, isOpen: true });
    return day;
  }

  /** The days from `utcDay` on, to write on. */
  openFrom(utcDay: number): MeterDay[] {
    return this.#days.filter(({ day }) => day.utcDay >= utcDay).map(openOf);
  }

  /** The day, if there is one here. */
  get(utcDay: number): MeterDay | undefined {
    return this.#days.find((each) => each.day.utcDay === utcDay)?.day;
  }

  /** Takes a day as the database has it, unless it is here. */
  take(day: MeterDay, place: CountedIn): void {
    if (this.get(day.utcDay)) return;
    this.#days.push({ day, in: place, stored: { day, in: place }, isOpen: false });
  }

  /** Counts the days from `utcDay` on in `place`, the same object where it is the same place. */
  moveFrom(utcDay: number, place: CountedIn): void {
    for (const held of this.#days) {
      if (held.day.utcDay < utcDay || held.in === place) continue;
      openOf(held);
      held.in = place;
    }
  }

  /** Days that may differ from what is stored. */
  opened(): HeldDay[] {
    return this.#days.filter(({ isOpen }) => isOpen);
  }

  /** All is written: lets go of what is older than the newest. */
  settle(): void {
    for (const held of this.#days) {
      if (!held.isOpen) continue;
      held.day.settle();
      held.stored = { day: held.day, in: held.in };
      held.isOpen = false;
    }
    if (this.#days.length <= MOST_SETTLED) return;
    this.#days.sort((a, b) => b.day.utcDay - a.day.utcDay);
    this.#days.length = MOST_SETTLED;
    this.heldFrom = Math.max(this.heldFrom, this.#days.at(-1)?.day.utcDay ?? 0);
  }

  /** Lets go of days before `utcDay`, which are no longer in the database either. */
  forgetBefore(utcDay: number): void {
    this.#days = this.#days.filter(({ day }) => day.utcDay >= utcDay);
  }
}

/** From the first change on, what is stored is another object than what is written on. */
function openOf(held: HeldDay): MeterDay {
  if (!held.isOpen && held.stored) {
    held.stored = { day: held.stored.day.copy(), in: held.stored.in };
  }
  held.isOpen = true;
  return held.day;
}
