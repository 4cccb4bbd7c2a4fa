/** What was refused; `stay` is a connection that was served and is ended. */
export type RefusedAction = "connect" | "stay" | "publish" | "subscribe" | "packet";

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
  | "too-many-connections"
  | "too-many-takeovers"
  | "too-many-subscriptions"
  | "token-invalid"
  | "token-expired"
  | "certificate-missing"
  | "certificate-unknown"
  | "certificate-expired"
  | "certificate-not-yet-valid"
  | "certificate-revoked"
  | "certificate-without-agent"
  | "certificate-not-for-user"
  | "agent-unknown"
  | "agent-held"
  | "agent-rejected"
  | "agent-revoked"
  | "tls-handshake"
  | "tls-too-old"
  | "origin-not-allowed"
  | "not-a-websocket";

/** One refusal, as an operator sees it. */
export interface Refusal {
  /** Epoch ms, real time. */
  readonly at: number;
  readonly what: RefusedAction;
  readonly reason: RefusalReason;
  /** User name or common name as given; null where none was. */
  readonly identity: string | null;
  readonly remoteAddress: string | null;
  readonly topic: string | null;
  /** What tells two of a kind apart: the serial number of a certificate, the origin of a page. */
  readonly detail: string | null;
}

/** Refusals kept for `recent`; older ones are only counted. */
export const MAX_REFUSALS = 200;

/** What is known of a refusal where it happens. */
export type RefusalNote = Pick<Refusal, "what" | "reason"> & Partial<Refusal>;

/** Counts refusals and keeps the newest. */
export class RefusalLog {
  readonly #onRefusal: (refusal: Refusal) => void;
  readonly #counts: Partial<Record<RefusalReason, number>> = {};
  #recent: Refusal[] = [];

  constructor(onRefusal: (refusal: Refusal) => void) {
    this.#onRefusal = onRefusal;
  }

  add({ what, reason, identity = null, remoteAddress = null, topic = null, detail = null }: RefusalNote): void {
    const refusal = { at: Date.now(), what, reason, identity, remoteAddress, topic, detail };
    this.#counts[reason] = (this.#counts[reason] ?? 0) + 1;
    this.#recent.push(refusal);
    if (this.#recent.length > MAX_REFUSALS) this.#recent.shift();
    this.#onRefusal(refusal);
  }

  /** The newest refusals, oldest first. */
  recent(): readonly Refusal[] {
    return [...this.#recent];
  }

  counts(): Readonly<Partial<Record<RefusalReason, number>>> {
    return { ...this.#counts };
  }
}
