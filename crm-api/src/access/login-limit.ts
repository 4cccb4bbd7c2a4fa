import type { Clock } from "@nightflow/domain";
import { realClock } from "@nightflow/domain";
import { TooManyAttemptsProblem } from "../http/problems.ts";

interface Failures {
  count: number;
  readonly untilMs: number;
}

const WINDOW_MS = 15 * 60_000;
const MOST_KEYS = 20_000;
const PER_ADDRESS = 10;

/**
 * Counts failed sign-ins per login and per address in windows of 15 real minutes and refuses further tries beyond the
 * limit, before a password is looked at. Held in memory of this process and bounded: the oldest windows go first.
 */
export class LoginLimit {
  readonly #failuresAllowed: number;
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failures>();

  constructor(failuresAllowed: number, clock: Clock = realClock) {
    this.#failuresAllowed = failuresAllowed;
    this.#clock = clock;
  }

  /** @throws {TooManyAttemptsProblem} when login or address have failed too often. */
  check(login: string, address: string): void {
    for (const [key, allowed] of this.#keys(login, address)) {
      const failures = this.#current(key);
      if (failures !== undefined && failures.count >= allowed)
        throw new TooManyAttemptsProblem((failures.untilMs - this.#clock.now()) / 1000);
    }
  }

  /** Counts a try; `succeeded` takes it back. */
  failed(login: string, address: string): void {
    for (const [key] of this.#keys(login, address)) {
      const failures = this.#current(key);
      if (failures !== undefined) failures.count++;
      else this.#open(key);
    }
  }

  /** Forgets the failures of a login that has now signed in, and takes back the one counted for the address. */
  succeeded(login: string, address: string): void {
    this.#failures.delete(loginKey(login));
    const failures = this.#current(addressKey(address));
    if (failures !== undefined) failures.count--;
  }

  #keys(login: string, address: string): [string, number][] {
    return [
      [loginKey(login), this.#failuresAllowed],
      [addressKey(address), this.#failuresAllowed * PER_ADDRESS],
    ];
  }

  #current(key: string): Failures | undefined {
    const failures = this.#failures.get(key);
    if (failures === undefined || failures.untilMs > this.#clock.now()) return failures;
    this.#failures.delete(key);
    return undefined;
  }

  #open(key: string): void {
    const oldest = this.#failures.keys().next();
    if (this.#failures.size >= MOST_KEYS && !oldest.done) this.#failures.delete(oldest.value);
    this.#failures.set(key, { count: 1, untilMs: this.#clock.now() + WINDOW_MS });
  }
}

function loginKey(login: string): string {
  return `login ${login.toLowerCase()}`;
}

function addressKey(address: string): string {
  return `address ${address}`;
}
