import { agentTopics, isId } from "@nightflow/domain";
import type { Publisher } from "./ports.ts";

/** A publisher in ingest's words. */
export interface Caller {
  /** `site/agent`. */
  readonly agent: string;
  /** The one topic on which it may publish readings; undefined when there is none. */
  readonly readings: string | undefined;
}

/** What each publisher is called, worked out once for as long as its connection lives. */
export class Callers {
  readonly #callers = new WeakMap<Publisher, Caller>();

  of(publisher: Publisher): Caller {
    const known = this.#callers.get(publisher);
    if (known !== undefined) return known;
    const caller = callerOf(publisher);
    this.#callers.set(publisher, caller);
    return caller;
  }
}

function callerOf({ name, role, site }: Publisher): Caller {
  const isAgent = role === "agent" && isId(site) && isId(name);
  return { agent: `${site ?? role}/${name}`, readings: isAgent ? agentTopics(site, name).readings : undefined };
}
