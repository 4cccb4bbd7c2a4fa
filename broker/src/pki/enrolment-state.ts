import type { EnrolmentEvent, EventOf } from "./enrolment-events.ts";

/** A one-time token as it stands. */
export interface TokenState extends Omit<EventOf<"token-made">, "kind"> {
  readonly used?: Omit<EventOf<"token-used">, "kind" | "id">;
  readonly isWithdrawn: boolean;
}

/** A request of an agent that nobody had announced. */
export interface HeldState extends Omit<EventOf<"held">, "kind"> {
  readonly verdict?: EventOf<"approved"> | EventOf<"rejected">;
}

/** An agent that belongs here, or did. */
export interface AgentState {
  readonly agent: string;
  readonly site: string;
  readonly how: EventOf<"joined">["how"];
  readonly joinedAt: number;
  readonly revoked?: { readonly at: number; readonly by: string; readonly reason: string };
}

const agentKey = (agent: string, site: string) => `${site}/${agent}`;

/** What all events together come to. */
export class EnrolmentState {
  readonly tokens = new Map<string, TokenState>();
  readonly held = new Map<string, HeldState>();
  readonly #agents = new Map<string, AgentState>();
  readonly #heldByProof = new Map<string, string>();

  constructor(events: readonly EnrolmentEvent[]) {
    for (const event of events) this.apply(event);
  }

  apply(event: EnrolmentEvent): void {
    if (event.kind === "joined" || event.kind === "revoked") this.#applyToAgent(event);
    else if (event.kind === "held") this.#applyHeld(event);
    else if (event.kind === "approved" || event.kind === "rejected")
      change(this.held, event.id, (held) => ({ ...held, verdict: event }));
    else this.#applyToToken(event);
  }

  agents(): readonly AgentState[] {
    return [...this.#agents.values()];
  }

  agent(agent: string, site: string): AgentState | undefined {
    return this.#agents.get(agentKey(agent, site));
  }

  /** The newest request that an agent of this name has made with the same key or certificate. */
  heldFor(agent: string, site: string, proof: string): HeldState | undefined {
    return this.held.get(this.#heldByProof.get(`${agentKey(agent, site)} ${proof}`) ?? "");
  }

  /** Requests that wait for a verdict, oldest first. */
  waiting(): readonly HeldState[] {
    return [...this.held.values()].filter(({ verdict }) => verdict === undefined);
  }

  #applyToToken(event: EventOf<"token-made"> | EventOf<"token-used"> | EventOf<"token-withdrawn">): void {
    if (event.kind === "token-made") {
      const { kind: _kind, ...token } = event;
      this.tokens.set(event.id, { ...token, isWithdrawn: false });
    } else if (event.kind === "token-used") change(this.tokens, event.id, (token) => ({ ...token, used: event }));
    else change(this.tokens, event.id, (token) => ({ ...token, isWithdrawn: true }));
  }

  #applyHeld({ kind: _kind, ...held }: EventOf<"held">): void {
    this.held.set(held.id, held);
    this.#heldByProof.set(`${agentKey(held.agent, held.site)} ${held.proof}`, held.id);
  }

  #applyToAgent(event: EventOf<"joined"> | EventOf<"revoked">): void {
    const { agent, site, at, by } = event;
    const key = agentKey(agent, site);
    if (event.kind === "joined") this.#agents.set(key, { agent, site, how: event.how, joinedAt: at });
    else {
      // An agent with a password was never enrolled and can be revoked all the same.
      const known = this.#agents.get(key) ?? { agent, site, how: "approval" as const, joinedAt: at };
      this.#agents.set(key, { ...known, revoked: { at, by, reason: event.reason } });
    }
  }
}

function change<Value>(values: Map<string, Value>, key: string, to: (value: Value) => Value): void {
  const value = values.get(key);
  if (value !== undefined) values.set(key, to(value));
}

const FORGOTTEN_AFTER_MS = 90 * 86_400_000;

/** The events still worth keeping: tokens and verdicts that are long over are left out, agents never. */
export function withoutLongOver(events: readonly EnrolmentEvent[], nowMs: number): readonly EnrolmentEvent[] {
  const state = new EnrolmentState(events);
  const isOver = (atMs: number) => atMs + FORGOTTEN_AFTER_MS < nowMs;
  const over = new Set([
    ...[...state.tokens.values()].filter(({ expiresAt }) => isOver(expiresAt)).map(({ id }) => id),
    ...[...state.held.values()].filter(({ verdict }) => verdict && isOver(verdict.at)).map(({ id }) => id),
  ]);
  return events.filter((event) => !("id" in event && over.has(event.id)));
}
