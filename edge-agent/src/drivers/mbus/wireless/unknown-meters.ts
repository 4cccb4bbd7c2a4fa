import type { Clock } from "@nightflow/domain";

/** A meter that a gateway hears and that no unit of the bus is. */
export interface UnknownMeter {
  readonly address: string;
  readonly version: number;
  readonly medium: number;
  readonly telegrams: number;
  readonly lastAt: number;
}

/** A radio hears a whole quarter; the list is for people who look for one meter. */
const MAX_LISTED = 200;

/** Meters that are heard and not configured: the neighbour's, or the one whose number was mistyped. */
export class UnknownMeters {
  readonly #clock: Clock;
  readonly #listed = new Map<string, UnknownMeter>();
  #telegrams = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Telegrams of such meters since the start. */
  get telegrams(): number {
    return this.#telegrams;
  }

  /** The latest heard, newest first. */
  list(): UnknownMeter[] {
    return [...this.#listed.values()].reverse();
  }

  /** Notes one telegram; whether the meter is new. Once the list is full nobody can tell, and none is. */
  note(address: string, { version, medium }: { readonly version: number; readonly medium: number }): boolean {
    this.#telegrams++;
    const known = this.#listed.get(address);
    this.#listed.delete(address);
    const telegrams = (known?.telegrams ?? 0) + 1;
    this.#listed.set(address, { address, version, medium, telegrams, lastAt: this.#clock.now() });
    const isFull = this.#listed.size > MAX_LISTED;
    const [oldest] = this.#listed.keys();
    if (isFull && oldest !== undefined) this.#listed.delete(oldest);
    return known === undefined && !isFull;
  }
}
