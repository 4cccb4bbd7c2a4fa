import type { Refusal } from "@nightflow/broker";
import type { Clock } from "@nightflow/domain";
import { describeError, NightflowError } from "@nightflow/domain";
import { columnsFrom, type ReadingStore, type SetAside } from "@nightflow/storage";
import type { Logger } from "pino";

const WORDS: Readonly<Record<Refusal["reason"], string>> = {
  "wrong-password": "the user name or the password is wrong",
  "no-credentials": "no user name and password were given",
  "bad-name": "the user name is not a valid id",
  "login-failed": "the sign-in could not be checked",
  "empty-client-id": "an empty client id needs a clean session",
  "will-without-right": "the last will is for a topic that this identity may not publish on",
  "topic-without-right": "this identity has no right to the topic",
  "shared-subscription": "shared subscriptions are not offered",
  "too-large": "the packet is larger than allowed",
  "not-mqtt": "the bytes are not MQTT 3.1.1",
  "too-many-connections": "the broker, or this identity, has as many connections as it may have",
  "too-many-takeovers": "newer connections took over this client id too often: two devices use the same identity",
  "too-many-subscriptions": "the connection has as many subscriptions as it may have",
  "token-invalid": "the token is not one of ours, or is for another user name",
  "token-expired": "the token has expired",
  "certificate-missing": "no client certificate was shown",
  "certificate-unknown": "the client certificate comes from no authority that is trusted here",
  "certificate-expired": "the client certificate has expired",
  "certificate-not-yet-valid": "the client certificate is not valid yet: one of the clocks is wrong",
  "certificate-revoked": "the client certificate was revoked",
  "certificate-without-agent": "the client certificate names no agent and site",
  "certificate-not-for-user": "the client certificate is for another agent than the user name",
  "agent-unknown": "the agent was not announced",
  "agent-held": "the agent waits for approval",
  "agent-rejected": "the agent was rejected",
  "agent-revoked": "the agent was revoked",
  "tls-handshake": "the TLS handshake failed",
  "tls-too-old": "the client offers no TLS version from 1.2 on",
  "origin-not-allowed": "the page's origin may not connect",
  "not-a-websocket": "the request is not for MQTT over WebSocket",
};

const MINUTE_MS = 60_000;
const MOST_A_MINUTE = 20;
const MOST_IN_MEMORY = 200;
const LONGEST_NAME = 200;

/** Puts refusals of the broker on the dead letter, where operators look for what did not get in. */
export interface RefusalKeeper {
  take(refusal: Refusal): void;
  close(): Promise<void>;
}

/**
 * Keeps each kind of refusal (identity, topic, reason) once a minute and twenty in all, so that neither a client that
 * hammers at the door nor one that makes up names fills the disk; all of them are counted by the broker.
 */
export function keepRefusals(store: Pick<ReadingStore, "commit">, clock: Clock, logger: Logger): RefusalKeeper {
  const recent = new Recent();
  let waiting: SetAside[] = [];
  let flushing: Promise<void> | undefined;
  const flush = async () => {
    const setAside = waiting;
    waiting = [];
    const request = { receivedAtMs: clock.now(), batches: [], readings: columnsFrom([]), setAside, repeats: 0 };
    await store.commit(request).catch((error: unknown) => {
      logger.warn({ error: describeError(error) }, "refusals could not be kept yet");
      if (isRetriable(error)) waiting = [...setAside, ...waiting].slice(0, MOST_IN_MEMORY);
    });
  };
  const timer = setInterval(() => {
    // One at a time: behind a store that hangs, commits would pile up.
    if (waiting.length > 0 && flushing === undefined)
      flushing = flush().finally(() => {
        flushing = undefined;
      });
  }, 1000);
  return {
    take(refusal) {
      if (waiting.length < MOST_IN_MEMORY && recent.admits(refusal)) waiting.push(setAsideOf(refusal));
    },
    async close() {
      clearInterval(timer);
      await flushing;
      if (waiting.length > 0) await flush();
    },
  };
}

/** What was kept within the last minute. */
class Recent {
  readonly #keptAtByKind = new Map<string, number>();

  /** Whether a refusal is worth keeping; counts it as kept. */
  admits({ at, identity, topic, reason }: Refusal): boolean {
    for (const [kind, keptAt] of this.#keptAtByKind)
      if (Math.abs(at - keptAt) >= MINUTE_MS) this.#keptAtByKind.delete(kind);
    const kind = `${identity}|${topic}|${reason}`;
    if (this.#keptAtByKind.has(kind) || this.#keptAtByKind.size >= MOST_A_MINUTE) return false;
    this.#keptAtByKind.set(kind, at);
    return true;
  }
}

function isRetriable(error: unknown): boolean {
  return error instanceof NightflowError && error.retriable;
}

function setAsideOf(refusal: Refusal): SetAside {
  const identity = shown(refusal.identity);
  const topic = shown(refusal.topic);
  const where = refusal.remoteAddress === null ? "" : ` (from ${refusal.remoteAddress})`;
  const what = topic === null ? refusal.what : `${refusal.what} on ${topic}`;
  return {
    list: "dead_letter",
    agent: identity ?? "(unknown)",
    epoch: null,
    seq: null,
    origin: "live",
    channel: null,
    readAtMs: null,
    raw: JSON.stringify({ ...refusal, identity, topic }),
    reasonCode: `REFUSED_${refusal.reason.toUpperCase().replaceAll("-", "_")}`,
    reason: `${what} refused: ${WORDS[refusal.reason]}${where}`,
  };
}

/** A name that a stranger chose, short and without characters that a database refuses or a terminal obeys. */
function shown(name: string | null): string | null {
  return name === null ? null : name.slice(0, LONGEST_NAME).replaceAll(/\p{C}/gu, "\uFFFD");
}
