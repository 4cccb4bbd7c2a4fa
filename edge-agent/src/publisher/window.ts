import { type Ack, isAcked } from "@nightflow/domain";
import type { Due } from "../outbox/ledger.ts";

/** Most time-outs that pass between two sendings of one batch. */
const LONGEST_WAIT = 32;

interface Flight extends Due {
  readonly sentAtMs: number;
  /** Times it was sent on this connection. */
  readonly sendings: number;
  /** The broker has it. Only then is sending it again on the same connection of any use. */
  isReceived: boolean;
}

/** The batches that are on their way: sent, and not acknowledged end to end. */
export class FlightWindow {
  readonly #size: number;
  readonly #flights = new Map<string, Flight>();

  constructor(size: number) {
    this.#size = size;
  }

  get inFlight(): number {
    return this.#flights.size;
  }

  get hasRoom(): boolean {
    return this.#flights.size < this.#size;
  }

  /** Whether a batch is on its way. */
  holds(due: Due): boolean {
    return this.#flights.has(keyOf(due));
  }

  sent(due: Due, nowMs: number): void {
    const sendings = (this.#flights.get(keyOf(due))?.sendings ?? 0) + 1;
    this.#flights.set(keyOf(due), { ...due, sentAtMs: nowMs, sendings, isReceived: false });
  }

  /** Forgets a batch, as when it turned out to be acknowledged already. */
  forget(due: Due): void {
    this.#flights.delete(keyOf(due));
  }

  acknowledge(ack: Ack): void {
    for (const [key, { epoch, seq }] of this.#flights) if (isAcked(ack, epoch, seq)) this.#flights.delete(key);
  }

  /** The broker's PUBACK for a batch. */
  received(due: Due): void {
    const flight = this.#flights.get(keyOf(due));
    if (flight !== undefined) flight.isReceived = true;
  }

  /**
   * Batches that the broker took longer ago than `timeoutMs` and the head-end has not acknowledged, oldest first. The
   * wait doubles with every sending: while a head-end is away, its broker must not fill with copies.
   */
  overdue(nowMs: number, timeoutMs: number): Due[] {
    return [...this.#flights.values()].filter(
      ({ sentAtMs, sendings, isReceived }) =>
        isReceived && nowMs - sentAtMs >= timeoutMs * Math.min(2 ** (sendings - 1), LONGEST_WAIT),
    );
  }

  /** Whether the broker has left a batch without its PUBACK for longer than `timeoutMs`. */
  isStuck(nowMs: number, timeoutMs: number): boolean {
    return [...this.#flights.values()].some(({ sentAtMs, isReceived }) => !isReceived && nowMs - sentAtMs >= timeoutMs);
  }

  clear(): void {
    this.#flights.clear();
  }
}

function keyOf({ epoch, seq }: Due): string {
  return `${epoch}/${seq}`;
}
