import type { Aedes, Client } from "aedes";
import { clientsOf } from "./aedes-internals.ts";
import { Census } from "./limits/census.ts";
import { TakeoverLimit } from "./limits/takeovers.ts";
import type { RefusalReason } from "./refusals.ts";
import { type Identity, identityKey } from "./rights.ts";
import type { Disconnected } from "./running-broker.ts";
import type { Visitor, Visitors } from "./visitors.ts";

/** How many connections an identity may have, and how often they may change hands. */
export interface PresenceLimits {
  readonly maxConnectionsPerIdentity: number;
  readonly maxTakeoversPerMinute: number;
}

/** Follows who is connected: how often, until when, and who has to leave. */
export class Presence {
  readonly #limits: PresenceLimits;
  readonly #now: () => number;
  readonly #census = new Census();
  readonly #takeovers: TakeoverLimit;
  // Few clients have an expiry, and those that have one are looked at every second.
  readonly #expiring = new Set<Client>();

  constructor(limits: PresenceLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
    this.#takeovers = new TakeoverLimit(limits.maxTakeoversPerMinute, now);
  }

  isPresent(identity: string): boolean {
    return this.#census.of(identity) > 0;
  }

  /** Why one more connection of an identity may not be had; undefined counts it in. */
  enter(aedes: Aedes, client: Client, visitor: Visitor, identity: Identity): RefusalReason | undefined {
    const key = identityKey(identity);
    const isTakeover = clientsOf(aedes)[client.id] !== undefined;
    const others = this.#census.of(key) - (isTakeover ? 1 : 0);
    if (others >= this.#limits.maxConnectionsPerIdentity) return "too-many-connections";
    if (isTakeover && !this.#takeovers.admits(client.id)) return "too-many-takeovers";
    this.#census.enter(key);
    visitor.countedAs = key;
    return undefined;
  }

  /** Follows a client that has come in until its expiry. */
  follow(client: Client, visitor: Visitor): void {
    if (visitor.expiry !== undefined) this.#expiring.add(client);
  }

  /** Notes that a connection has ended, however far it had come. */
  leave(client: Client, visitor: Visitor | undefined): void {
    this.#expiring.delete(client);
    if (visitor?.countedAs !== undefined) this.#census.leave(visitor.countedAs);
  }

  /** Ends the connections whose time is over; to be called every second. */
  sweep(visitors: Visitors): void {
    const now = this.#now();
    for (const client of this.#expiring) {
      const visitor = visitors.of(client);
      if (visitor?.expiry !== undefined && visitor.expiry.at <= now) end(visitors, client, visitor.expiry.reason);
    }
    this.#takeovers.sweep();
  }

  /** Ends all connections of an identity; gives their number. */
  expel(aedes: Aedes, visitors: Visitors, who: Disconnected, reason: RefusalReason): number {
    const leaving = Object.values(clientsOf(aedes)).filter((client) => isMeant(visitors.of(client)?.identity, who));
    for (const client of leaving) if (client !== undefined) end(visitors, client, reason);
    return leaving.length;
  }
}

function isMeant(identity: Identity | undefined, { name, site }: Disconnected): boolean {
  return identity?.name === name && (site === undefined || identity.site === site);
}

function end(visitors: Visitors, client: Client, reason: RefusalReason): void {
  visitors.refuse(visitors.of(client), "stay", reason);
  client.close();
}
