import {
  type FamilyDay,
  type FamilyParameters,
  type FamilyState,
  newFamilyState,
  stepFamily,
} from "../detectors/parent-child.ts";

/** Days kept of a family after they were judged, five numbers each. */
const KEPT_DAYS = 100;

/** What a family had learnt at some moment. */
export interface FamilyLearnt {
  readonly state: FamilyState;
  readonly isPast: boolean;
}

/** A family's judged days gone through again, with what they have taught. */
export interface FamilyLater extends FamilyLearnt {
  readonly days: ReadonlyMap<number, FamilyDay | null>;
}

/** What of it lies in a snapshot. */
export interface FamilyPastImage {
  readonly before: FamilyLearnt;
  readonly days: readonly (readonly [number, FamilyDay | null])[];
  readonly late: readonly number[];
}

/**
 * The days of a family as they were judged (null where they were passed over), what it had learnt before the first of them, and which of
 * them have other readings now: enough to go through them again.
 */
export class FamilyPast {
  readonly #parameters: () => FamilyParameters;
  #before: FamilyLearnt = { state: newFamilyState(), isPast: false };
  #days = new Map<number, FamilyDay | null>();
  #late = new Set<number>();
  /** How often something came late since the program began. */
  notes = 0;

  constructor(parameters: () => FamilyParameters) {
    this.#parameters = parameters;
  }

  get before(): FamilyLearnt {
    return this.#before;
  }

  /** All judged days, ascending. */
  get days(): [number, FamilyDay | null][] {
    return [...this.#days].sort(([a], [b]) => a - b);
  }

  /** Judged days with other readings now, ascending. */
  get staleDays(): number[] {
    return [...this.#late].filter((day) => this.#days.has(day)).sort((a, b) => a - b);
  }

  /** A day was judged; null when too little of it was measured. */
  noteJudged(day: number, judged: FamilyDay | null): void {
    this.#days.set(day, judged);
    for (const [old, was] of this.days) {
      if (day - old < KEPT_DAYS) break;
      this.#days.delete(old);
      const state = { ...this.#before.state };
      if (was !== null) stepFamily(state, was, this.#parameters());
      this.#before = { state, isPast: this.#before.isPast && state.openMs !== 0 };
    }
    for (const late of this.#late) if (day - late >= KEPT_DAYS) this.#late.delete(late);
  }

  /** Late readings changed some days; of those that are yet to be judged too, since they are judged without them. */
  noteLate(first: number, last: number): void {
    this.notes++;
    for (let day = Math.max(first, last - KEPT_DAYS); day <= last; day++) this.#late.add(day);
  }

  /** A member told of a day that has been judged. */
  noteBehind(day: number): void {
    if (!this.#days.has(day)) return;
    this.notes++;
    this.#late.add(day);
  }

  /** The stale days have been judged again, or cannot be; late days that are yet to be judged stay noted. */
  settle(later: FamilyLater | null): void {
    for (const [day, judged] of later?.days ?? []) this.#days.set(day, judged);
    for (const day of this.staleDays) this.#late.delete(day);
  }

  image(): FamilyPastImage {
    return { before: this.#before, days: [...this.#days], late: [...this.#late] };
  }

  /** Takes a kept past; without one the family begins where it stands. */
  restore(image: FamilyPastImage | undefined, now: FamilyLearnt): void {
    const { state, isPast } = image?.before ?? now;
    this.#before = { state: { ...newFamilyState(), ...state }, isPast };
    this.#days = new Map(image?.days);
    this.#late = new Set(image?.late);
  }
}
