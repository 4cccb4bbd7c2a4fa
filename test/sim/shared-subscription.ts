import type { AgentName, Visit } from "./connection.ts";
import type { Dice } from "./random.ts";
import type { World } from "./world.ts";

/** One ingest replica that hears readings. */
export interface Replica {
  readonly name: string;
  /** Settles when the batch is dealt with for good; rejects when it is given back. */
  take(visit: Visit): Promise<unknown>;
}

interface Message {
  readonly visit: Visit;
  /** Every sending to a replica is of its own; only the last one counts. */
  sending: number;
}

/** Most batches that a replica has not answered. */
const IN_FLIGHT = 24;
/** Batches that the broker keeps while no replica is there; the oldest go first, as brokers do. */
const QUEUE = 400;

/**
 * Readings of all agents shared out among replicas: in any order, again when a replica ends before its answer, now and
 * then twice without need. The broker has answered the agent before, which means nothing.
 */
export class SharedSubscription {
  readonly #world: World;
  readonly #dice: Dice;
  readonly #replicas = new Map<Replica, Set<Message>>();
  #queue: Message[] = [];

  constructor(world: World) {
    this.#world = world;
    this.#dice = world.dice.fork();
  }

  batch(visit: Visit): void {
    visit.puback();
    this.#queue.push({ visit, sending: 0 });
    if (this.#queue.length > QUEUE) this.#queue.shift();
    this.#share();
  }

  join(replica: Replica): void {
    this.#replicas.set(replica, new Set());
    this.#share();
  }

  /** A replica is gone; what it had not answered goes to others. */
  leave(replica: Replica): void {
    const open = [...(this.#replicas.get(replica) ?? [])];
    this.#replicas.delete(replica);
    for (const message of open) message.sending++;
    this.#queue.unshift(...open);
    this.#share();
  }

  /** The broker is killed: what it had queued is there again afterwards, or only a part of it. */
  forget(share: number): void {
    for (const open of this.#replicas.values()) {
      for (const message of open) message.sending++;
      this.#queue.push(...open);
      open.clear();
    }
    this.#queue = this.#queue.filter(() => !this.#dice.chance(share));
  }

  #share(): void {
    for (;;) {
      const free = [...this.#replicas].filter(([, open]) => open.size < IN_FLIGHT);
      const message = free.length > 0 ? this.#queue.shift() : undefined;
      if (message === undefined) return;
      const [replica, open] = this.#dice.pick(free);
      open.add(message);
      this.#send(replica, open, message);
      if (this.#dice.chance(0.02)) this.#sendTwice(message);
    }
  }

  #send(replica: Replica, open: Set<Message>, message: Message): void {
    const sending = ++message.sending;
    const isCurrent = () => message.sending === sending && this.#replicas.get(replica) === open;
    this.#world.time.after(this.#dice.between(0.2, this.#dice.chance(0.1) ? 400 : 15), () => {
      if (!isCurrent()) return;
      const done = () => {
        if (isCurrent()) open.delete(message);
        this.#share();
      };
      const again = () =>
        this.#world.time.after(this.#dice.between(300, 4000), () => this.#giveBack(isCurrent, open, message));
      replica.take(message.visit).then(done, again);
    });
  }

  #giveBack(isCurrent: () => boolean, open: Set<Message>, message: Message): void {
    if (!isCurrent()) return;
    open.delete(message);
    this.#queue.push(message);
    this.#share();
  }

  #sendTwice({ visit }: Message): void {
    const replica = this.#dice.pick([...this.#replicas.keys()]);
    this.#world.time.after(this.#dice.between(1, 600), () => {
      if (this.#replicas.has(replica)) replica.take(visit).catch(() => undefined);
    });
  }
}

/** What is known of who published, from the topic that a broker's rights let him use. */
export function publisherOf({ site, name }: AgentName) {
  return { name, role: "agent", site } as const;
}
