import type { Refusal } from "@nightflow/broker";
import type { Clock } from "@nightflow/domain";
import { describeError } from "@nightflow/domain";
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
  "too-many-connections": "the broker has as many connections as it may have",
};

const SAME_AGAIN_AFTER_MS = 60_000;
const MOST_IN_MEMORY = 200;

/** Puts refusals of the broker on the dead letter, where operators look for what did not get in. */
export interface RefusalKeeper {
  take(refusal: Refusal): void;
  close(): Promise<void>;
}

/**
 * Keeps each kind of refusal (identity, topic, reason) once a minute, so that a client that hammers at the door
 * fills no disk; all of them are counted by the broker.
 */
export function keepRefusals(store: ReadingStore, clock: Clock, logger: Logger): RefusalKeeper {
  const lastByKind = new Map<string, number>();
  let waiting: SetAside[] = [];
  const flush = async () => {
    const setAside = waiting;
    waiting = [];
    if (setAside.length === 0) return;
    const nothing = columnsFrom([]);
    await store
      .commit({ receivedAtMs: clock.now(), batches: [], readings: nothing, setAside, repeats: 0 })
      .catch((error: unknown) => logger.warn({ error: describeError(error) }, "refusals could not be kept"));
  };
  const timer = setInterval(() => void flush(), 1000);
  return {
    take(refusal) {
      const kind = `${refusal.identity}|${refusal.topic}|${refusal.reason}`;
      if (
        waiting.length >= MOST_IN_MEMORY ||
        refusal.at - (lastByKind.get(kind) ?? Number.NEGATIVE_INFINITY) < SAME_AGAIN_AFTER_MS
      )
        return;
      if (lastByKind.size > MOST_IN_MEMORY) lastByKind.clear();
      lastByKind.set(kind, refusal.at);
      waiting.push(setAsideOf(refusal));
    },
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}

function setAsideOf(refusal: Refusal): SetAside {
  const where = refusal.remoteAddress === null ? "" : ` (from ${refusal.remoteAddress})`;
  const what = refusal.topic === null ? refusal.what : `${refusal.what} on ${refusal.topic}`;
  return {
    list: "dead_letter",
    agent: refusal.identity ?? "(unknown)",
    epoch: null,
    seq: null,
    origin: "live",
    channel: null,
    readAtMs: null,
    raw: JSON.stringify(refusal),
    reasonCode: `REFUSED_${refusal.reason.toUpperCase().replaceAll("-", "_")}`,
    reason: `${what} refused: ${WORDS[refusal.reason]}${where}`,
  };
}
