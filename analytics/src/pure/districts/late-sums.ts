import { type LateSpan, mergeSpans } from "../late.ts";
import type { MeteredChannel } from "../registry.ts";
import { copyOfDay, type DistrictDay } from "./day.ts";

/** What is kept of it in a snapshot; absent in those of programs that judged no night again. */
export interface LateSumsImage {
  readonly judgedAs?: readonly (readonly [number, DistrictDay])[];
  readonly isStale?: boolean;
  readonly corrected?: readonly (readonly [string, readonly LateSpan[]])[];
}

/** What late readings have done to the sums of a district's days, as long as these are kept. */
export class LateSums {
  /** Whether nights should be judged again. */
  isStale = false;
  #judgedAs = new Map<number, DistrictDay>();
  #corrected = new Map<string, readonly LateSpan[]>();

  /** Days whose sums have changed since their nights were judged, as they were then. */
  get judgedAs(): ReadonlyMap<number, DistrictDay> {
    return this.#judgedAs;
  }

  /** Keeps a day as its night was judged, before its sums change for the first time. */
  keep(number: number, day: DistrictDay): void {
    if (!this.#judgedAs.has(number)) this.#judgedAs.set(number, copyOfDay(day));
  }

  /** Which late readings of a meter are in the sums. */
  correctedOf(meter: MeteredChannel): readonly LateSpan[] {
    return this.#corrected.get(meter.meter) ?? [];
  }

  noteCorrected(meter: MeteredChannel, late: readonly LateSpan[]): void {
    this.#corrected.set(meter.meter, mergeSpans([...this.correctedOf(meter), ...late], meter.periodMs));
  }

  /** The nights have been judged again, or cannot be. */
  settle(): void {
    this.#judgedAs.clear();
    this.isStale = false;
  }

  /** Lets go of what was before a day, which begins at `beforeMs`. */
  forget(day: number, beforeMs: number): void {
    for (const number of this.#judgedAs.keys()) if (number < day) this.#judgedAs.delete(number);
    for (const [meter, spans] of this.#corrected) {
      const kept = spans.filter(([, toMs]) => toMs >= beforeMs);
      if (kept.length > 0) this.#corrected.set(meter, kept);
      else this.#corrected.delete(meter);
    }
  }

  image(): LateSumsImage {
    return { judgedAs: [...this.#judgedAs], isStale: this.isStale, corrected: [...this.#corrected] };
  }

  restore({ judgedAs, isStale, corrected }: LateSumsImage): void {
    this.#judgedAs = new Map(judgedAs);
    this.isStale = isStale ?? false;
    this.#corrected = new Map(corrected);
  }
}
