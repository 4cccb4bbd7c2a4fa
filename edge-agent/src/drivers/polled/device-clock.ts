import { type Flag, zoneOffsetReader } from "@nightflow/domain";

/** What a reading's time is, and what to say of it. */
export interface ReadingTime {
  readonly readAt: number;
  readonly flags: readonly Flag[];
  /** What is wrong with the meter's clock, in words for people; null when nothing is. */
  readonly fault: string | null;
}

/**
 * Judges the clock of a meter against the agent's: the meter's time is the reading's only where it is plausible.
 * A clock that is wrong, as one of the year 2000 or 2036, marks the reading and leaves it the agent's time.
 */
export class DeviceClock {
  readonly #offsetMs: (utcMs: number) => number;
  readonly #toleranceMs: number;

  /** @throws {RangeError} for an unknown zone. */
  constructor(timeZone: string, toleranceS: number) {
    this.#offsetMs = zoneOffsetReader(timeZone);
    this.#toleranceMs = toleranceS * 1000;
  }

  /** The wall clock of the meters' zone at an instant. */
  localMs(utcMs: number): number {
    return utcMs + this.#offsetMs(utcMs);
  }

  /** The instant of a wall clock of the meters' zone. */
  utcMs(localMs: number): number {
    return localMs - this.#offsetMs(localMs - this.#offsetMs(localMs));
  }

  /**
   * The time of a reading that was taken at `agentMs`.
   *
   * Shape: `localMs` is the meter's wall clock as if it were UTC; null where it shows none, undefined where it has none.
   */
  judge(localMs: number | null | undefined, agentMs: number): ReadingTime {
    if (localMs === undefined) return { readAt: agentMs, flags: [], fault: null };
    if (localMs === null) return this.#wrong(agentMs, "shows no date");
    // The hour that is there twice in autumn is taken as the one that is nearer.
    const candidates = [localMs - this.#offsetMs(agentMs), this.utcMs(localMs)];
    const nearest = candidates.reduce((a, b) => (Math.abs(b - agentMs) < Math.abs(a - agentMs) ? b : a));
    if (Math.abs(nearest - agentMs) <= this.#toleranceMs) return { readAt: nearest, flags: [], fault: null };
    return this.#wrong(agentMs, `shows ${new Date(localMs).toISOString().slice(0, 19).replace("T", " ")}`);
  }

  #wrong(readAt: number, what: string): ReadingTime {
    return { readAt, flags: ["clock_shift"], fault: `the meter's clock ${what}` };
  }
}

/** Whether a text names a zone. */
export function isTimeZone(zone: string): boolean {
  try {
    zoneOffsetReader(zone);
    return true;
  } catch {
    return false;
  }
}
