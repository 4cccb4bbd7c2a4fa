import type { ModbusProfile } from "@nightflow/domain";
import { type PlannedRequest, planRequests, splitRequest } from "../../profiles/plan.ts";

/** A register that the meter refused is asked again after so many polls. */
const BAD_POLLS = 32;
/** Registers that the meter gives alone and not together are asked together again after so many polls. */
const APART_POLLS = 96;

/** What one poll asks. */
export interface PollPlan {
  readonly requests: readonly PlannedRequest[];
  /** Registers that the meter refused of late. */
  readonly leftOut: readonly string[];
}

/** The requests of one group of registers, which learns what the meter refuses: one bad register must not void the rest. */
export class ReadPlan {
  readonly names: readonly string[];
  readonly #profile: ModbusProfile;
  readonly #badUntil = new Map<string, number>();
  readonly #apartUntil = new Map<string, number>();
  #whole: PollPlan;
  #polls = 0;

  constructor(profile: ModbusProfile, names: readonly string[]) {
    this.#profile = profile;
    this.names = names;
    this.#whole = { requests: planRequests(profile, names), leftOut: [] };
  }

  /** The shortest request: what asks whether the meter is there. */
  get shortest(): PlannedRequest | undefined {
    return [...this.#whole.requests].sort((a, b) => a.words - b.words)[0];
  }

  /** Begins a poll. */
  next(): PollPlan {
    this.#polls++;
    if (this.#badUntil.size === 0 && this.#apartUntil.size === 0) return this.#whole;
    for (const [name, until] of this.#apartUntil) if (until <= this.#polls) this.#apartUntil.delete(name);
    const isBad = (name: string) => this.#badUntil.has(name);
    const leftOut = this.names.filter((name) => (this.#badUntil.get(name) ?? 0) > this.#polls);
    const alone = this.names.filter((name) => !leftOut.includes(name) && (isBad(name) || this.#apartUntil.has(name)));
    const together = this.names.filter((name) => !leftOut.includes(name) && !alone.includes(name));
    const requests = [
      ...planRequests(this.#profile, together),
      ...alone.flatMap((name) => planRequests(this.#profile, [name])),
    ];
    return { requests, leftOut };
  }

  /** Each register of a request by itself: what is asked when the whole was refused. */
  split(request: PlannedRequest): readonly PlannedRequest[] {
    for (const name of request.registers) this.#apartUntil.set(name, this.#polls + APART_POLLS);
    return splitRequest(this.#profile, request);
  }

  /** A register was refused although it was asked alone; its neighbours may be asked together again. */
  refused(name: string, neighbours: readonly string[]): void {
    this.#badUntil.set(name, this.#polls + BAD_POLLS);
    for (const each of neighbours) this.#apartUntil.delete(each);
  }

  /** A register was given. */
  given(name: string): void {
    this.#badUntil.delete(name);
  }
}
