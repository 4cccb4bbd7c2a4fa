import { useSyncExternalStore } from "react";
import { queryClient } from "../api/query-client.ts";

/** Kinds of live events. */
export const LIVE_KINDS = ["anomaly", "ticket", "report", "collection"] as const;
export type LiveKind = (typeof LIVE_KINDS)[number];

/** First parts of the query keys whose answers an event of a kind makes old. */
const OUTDATED: Readonly<Record<LiveKind, readonly string[]>> = {
  anomaly: ["overview", "dma", "anomalies", "anomaly", "accounts", "account"],
  ticket: ["overview", "tickets", "ticket", "anomalies", "anomaly", "accounts", "account"],
  report: ["reports"],
  collection: ["collection", "agents", "meters", "meter", "set-aside", "enrolment", "operations", "fleet", "commands"],
};

/** First parts of the query keys that are old after events of some kinds. */
export function outdatedBy(kinds: Iterable<LiveKind>): ReadonlySet<string> {
  return new Set([...kinds].flatMap((kind) => OUTDATED[kind]));
}

// On a scaled clock hundreds of events come in a second; what they concern is asked for at most this often.
const GATHER_MS = 1_000;
const TRY_AGAIN_MS = 3_000;

type Listener = () => void;

/** The stream of live events: asks again for what an event made old, and knows since when it is lost. */
class LiveConnection {
  #source: EventSource | null = null;
  #lostSinceMs: number | null = null;
  #pending = new Set<LiveKind>();
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #trying: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<Listener>();

  /** Since when (real time) nothing comes; null while connected. */
  readonly lostSinceMs = (): number | null => this.#lostSinceMs;

  readonly subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  open(): void {
    if (this.#source !== null) return;
    const source = new EventSource("/api/events");
    this.#source = source;
    source.onopen = () => this.#connected();
    source.onerror = () => this.#failed(source);
    for (const kind of LIVE_KINDS) source.addEventListener(kind, () => this.#heard(kind));
  }

  close(): void {
    clearTimeout(this.#gathering);
    clearTimeout(this.#trying);
    this.#gathering = undefined;
    this.#source?.close();
    this.#source = null;
    this.#setLost(null);
  }

  #connected(): void {
    const wasLost = this.#lostSinceMs !== null;
    this.#setLost(null);
    if (wasLost) void queryClient.invalidateQueries();
  }

  #failed(source: EventSource): void {
    this.#setLost(this.#lostSinceMs ?? Date.now());
    // The browser tries again by itself after a broken line, but not after a refusal.
    if (source.readyState !== EventSource.CLOSED || this.#source !== source) return;
    this.#source = null;
    this.#trying = setTimeout(() => this.open(), TRY_AGAIN_MS);
  }

  #heard(kind: LiveKind): void {
    this.#pending.add(kind);
    this.#gathering ??= setTimeout(() => this.#askAgain(), GATHER_MS);
  }

  #askAgain(): void {
    const outdated = outdatedBy(this.#pending);
    this.#pending = new Set();
    this.#gathering = undefined;
    void queryClient.invalidateQueries({ predicate: ({ queryKey }) => outdated.has(String(queryKey[0])) });
  }

  #setLost(sinceMs: number | null): void {
    if (this.#lostSinceMs === sinceMs) return;
    this.#lostSinceMs = sinceMs;
    for (const listener of this.#listeners) listener();
  }
}

/** The one stream of this window. */
export const liveConnection = new LiveConnection();

/** Since when the live connection is lost; null while it stands. */
export function useLostSince(): number | null {
  return useSyncExternalStore(liveConnection.subscribe, liveConnection.lostSinceMs);
}
