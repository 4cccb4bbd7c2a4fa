import { type Clock, type ClockStanding, decodeTimeAnswer, encodeTimeQuestion, offsetOf } from "@nightflow/domain";

export interface HeadEndClockDeps {
  /** Business time, for the instant of the measurement. */
  readonly clock: Clock;
  /** The machine's own clock, epoch milliseconds with fractions. */
  readonly wallNow?: () => number;
  /** Offset that is an alarm, ms. */
  readonly alarmMs: number;
}

interface Sample {
  readonly offsetMs: number;
  readonly roundTripMs: number;
  readonly measuredAt: number;
}

/** Of so many measurements the one with the shortest way counts: what a way takes longer, the offset errs by. */
const SAMPLES = 8;

/** Measures how far the agent's clock is from the head-end's, by questions over MQTT. */
export class HeadEndClock {
  readonly #deps: HeadEndClockDeps;
  readonly #wallNow: () => number;
  readonly #samples: Sample[] = [];
  #asked: string | undefined;
  #no = 0;

  constructor(deps: HeadEndClockDeps) {
    this.#deps = deps;
    this.#wallNow = deps.wallNow ?? Date.now;
  }

  /** The payload of a new question; the one before is forgotten. */
  ask(): string {
    this.#asked = `q${++this.#no}`;
    return encodeTimeQuestion({ id: this.#asked, askedAt: this.#wallNow() });
  }

  /** Takes an answer; one to another question, or of another run, counts for nothing. @throws {WireError} */
  hear(payload: Uint8Array): void {
    const receivedAt = this.#wallNow();
    const answer = decodeTimeAnswer(payload);
    if (answer.id !== this.#asked) return;
    this.#asked = undefined;
    const { offsetMs, roundTripMs } = offsetOf(answer, receivedAt);
    // A clock that was set: what was measured before is about another one.
    if (this.#samples.some((one) => Math.abs(one.offsetMs - offsetMs) > 1000 + one.roundTripMs + roundTripMs))
      this.#samples.length = 0;
    this.#samples.push({ offsetMs, roundTripMs, measuredAt: this.#deps.clock.now() });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  /** How the clocks stand; null before the first answer. */
  standing(): ClockStanding | null {
    const best = this.#samples.toSorted((a, b) => a.roundTripMs - b.roundTripMs)[0];
    if (best === undefined) return null;
    const certain = Math.abs(best.offsetMs) - best.roundTripMs / 2;
    return { ...best, alarm: certain > this.#deps.alarmMs };
  }
}
