/** What was refused. */
export type RefusedAction = "connect" | "publish" | "subscribe" | "packet";

/** Why; stable words to count and translate by. */
export type RefusalReason =
  | "wrong-password"
  | "no-credentials"
  | "bad-name"
  | "login-failed"
  | "empty-client-id"
  | "will-without-right"
  | "topic-without-right"
  | "shared-subscription"
  | "too-large"
  | "not-mqtt"
  | "too-many-connections";

/** One refusal, as an operator sees it. */
export interface Refusal {
  /** Epoch ms, real time. */
  readonly at: number;
  readonly what: RefusedAction;
  readonly reason: RefusalReason;
  /** User name as given; null where none was. */
  readonly identity: string | null;
  readonly remoteAddress: string | null;
  readonly topic: string | null;
}

/** Refusals kept for `recent`; older ones are only counted. */
export const MAX_REFUSALS = 200;

/** Counts refusals and keeps the newest. */
export class RefusalLog {
  readonly #onRefusal: (refusal: Refusal) => void;
  readonly #counts: Partial<Record<RefusalReason, number>> = {};
  #recent: Refusal[] = [];

  constructor(onRefusal: (refusal: Refusal) => void) {
    this.#onRefusal = onRefusal;
  }

  add(refusal: Omit<Refusal, "at">): void {
    const dated = { at: Date.now(), ...refusal };
    this.#counts[refusal.reason] = (this.#counts[refusal.reason] ?? 0) + 1;
    this.#recent.push(dated);
    if (this.#recent.length > MAX_REFUSALS) this.#recent.shift();
    this.#onRefusal(dated);
  }

  /** The newest refusals, oldest first. */
  recent(): readonly Refusal[] {
    return [...this.#recent];
  }

  counts(): Readonly<Partial<Record<RefusalReason, number>>> {
    return { ...this.#counts };
  }
}
