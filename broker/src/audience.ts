import { TOPIC_ROOT } from "@nightflow/domain";
import type { BoundedEmitter } from "./emitter.ts";
import { covers } from "./topic-filter.ts";

/** Filters of sessions that outlive their connections, as far as readings are concerned. */
export class SessionFilters {
  readonly #filters = new Map<string, Set<string>>();
  #version = 0;

  /** Rises whenever a filter comes or goes. */
  get version(): number {
    return this.#version;
  }

  add(clientId: string, filter: string): void {
    if (!mayCoverReadings(filter)) return;
    const filters = this.#filters.get(clientId) ?? new Set();
    this.#filters.set(clientId, filters.add(filter));
    this.#version++;
  }

  remove(clientId: string, filter: string): void {
    const filters = this.#filters.get(clientId);
    if (!filters?.delete(filter)) return;
    if (filters.size === 0) this.#filters.delete(clientId);
    this.#version++;
  }

  clear(clientId: string): void {
    if (this.#filters.delete(clientId)) this.#version++;
  }

  /** Whether some session is to get the readings published on `topic`. */
  hear(topic: string): boolean {
    for (const filters of this.#filters.values()) for (const filter of filters) if (covers(filter, topic)) return true;
    return false;
  }
}

// Rights grant filters below `nf/v1` only when they name their kind: an agent's own filters, of which there are
// thousands, are none of these.
function mayCoverReadings(filter: string): boolean {
  return !filter.startsWith(`${TOPIC_ROOT}/`) || filter.endsWith("/readings");
}

/** What was found of a topic's audience, and when. */
export interface HeardTopic {
  readonly topic: string;
  readonly version: number;
  readonly isHeard: boolean;
}

/** Tells whether anybody hears a topic on which readings come; almost always nobody does. */
export class Audience {
  readonly #emitter: Pick<BoundedEmitter, "version" | "hears">;
  readonly #sessions: SessionFilters;

  constructor(emitter: Pick<BoundedEmitter, "version" | "hears">, sessions: SessionFilters) {
    this.#emitter = emitter;
    this.#sessions = sessions;
  }

  /** What is found now, or `before` where it still holds. */
  of(topic: string, before: HeardTopic | undefined): HeardTopic {
    const version = this.#emitter.version + this.#sessions.version;
    if (before?.version === version && before.topic === topic) return before;
    return { topic, version, isHeard: this.#emitter.hears(topic) || this.#sessions.hear(topic) };
  }
}
