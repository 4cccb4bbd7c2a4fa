import { Readable } from "node:stream";
import memory from "aedes-persistence";
import { SessionFilters } from "./audience.ts";
import { OfflineQueue, type QueueBounds, type QueuedPacket, sizeOf } from "./offline-queue.ts";
import { RetainedMessages } from "./retained.ts";

/** A client as persistence knows it. */
export interface SessionClient {
  readonly id: string;
}

/** One subscription of a session. */
export interface SessionSubscription {
  readonly topic: string;
  readonly qos: number;
}

interface TopicSubscription {
  readonly clientId: string;
  readonly topic: string;
  readonly qos?: number;
}

// The promise side of aedes-persistence 11, which its own types do not describe.
interface MemoryPersistence {
  setup(broker: object): Promise<void>;
  addSubscriptions(client: SessionClient, subscriptions: readonly SessionSubscription[]): Promise<void>;
  removeSubscriptions(client: SessionClient, filters: readonly string[]): Promise<void>;
  subscriptionsByClient(client: SessionClient): Promise<SessionSubscription[]>;
  subscriptionsByTopic(topic: string): Promise<TopicSubscription[]>;
  cleanSubscriptions(client: SessionClient): Promise<void>;
  incomingStorePacket(client: SessionClient, packet: object): Promise<void>;
  incomingGetPacket(client: SessionClient, packet: object): Promise<object>;
  incomingDelPacket(client: SessionClient, packet: object): Promise<void>;
  cleanIncoming(client: SessionClient): Promise<void>;
  putWill(client: SessionClient, packet: object): Promise<void>;
  getWill(client: SessionClient): Promise<object | undefined>;
  delWill(client: SessionClient): Promise<object | undefined>;
  streamWill(brokers: object): Readable;
}

const createMemory = memory as unknown as () => MemoryPersistence;

/** What the persistence needs to know of the broker around it. */
export interface PersistenceRules {
  readonly queue: QueueBounds;
  readonly maxSessionsPerIdentity: number;
  /** Whether a subscription was granted; Aedes hands over the refused ones of a SUBSCRIBE too. */
  isGranted(clientId: string, filter: string): boolean;
  isConnected(clientId: string): boolean;
  /** The identity that a client id belongs to. */
  ownerOf(clientId: string): string;
}

/**
 * Sessions, retained messages and wills in memory, with a bound on what each session keeps.
 *
 * Aedes' own memory persistence keeps every message for an absent persistent session, and keeps them even after that
 * session was ended by a clean one; and each subscription walks all retained messages, which a fleet that reconnects pays
 * ten thousand times. Outgoing queues and retained messages are therefore ours; the rest is passed on.
 */
export class BoundedPersistence {
  readonly #rules: PersistenceRules;
  readonly #memory = createMemory();
  readonly #retained = new RetainedMessages<QueuedPacket>();
  readonly #queues = new Map<string, OfflineQueue>();
  readonly #sessions = new Set<string>();
  /** Who hears readings even when he is away. */
  readonly filters = new SessionFilters();
  #dropped = 0;

  constructor(rules: PersistenceRules) {
    this.#rules = rules;
  }

  /** Persistent sessions, and what waits for them. */
  stats(): { sessions: number; messages: number; bytes: number; dropped: number; retained: number } {
    let messages = 0;
    let bytes = 0;
    for (const queue of this.#queues.values()) {
      messages += queue.length;
      bytes += queue.bytes;
    }
    return { sessions: this.#sessions.size, messages, bytes, dropped: this.#dropped, retained: this.#retained.size };
  }

  // Aedes looks at the kind of function and refuses one that only returns a promise.
  async setup(broker: object): Promise<void> {
    await this.#memory.setup(broker);
  }

  async addSubscriptions(client: SessionClient, subscriptions: readonly SessionSubscription[]): Promise<void> {
    const granted = subscriptions.filter(({ topic }) => this.#rules.isGranted(client.id, topic));
    if (granted.length === 0) return;
    if (!this.#sessions.has(client.id)) await this.#forgetOldest(client.id);
    this.#sessions.add(client.id);
    for (const { topic } of granted) this.filters.add(client.id, topic);
    await this.#memory.addSubscriptions(client, granted);
  }

  async removeSubscriptions(client: SessionClient, filters: readonly string[]): Promise<void> {
    for (const filter of filters) this.filters.remove(client.id, filter);
    await this.#memory.removeSubscriptions(client, filters);
    const left = await this.#memory.subscriptionsByClient(client);
    if (left.length === 0) this.#sessions.delete(client.id);
  }

  async cleanSubscriptions(client: SessionClient): Promise<void> {
    this.#sessions.delete(client.id);
    this.#queues.delete(client.id);
    this.filters.clear(client.id);
    await this.#memory.cleanSubscriptions(client);
  }

  async outgoingEnqueue(to: { readonly clientId: string }, packet: QueuedPacket): Promise<void> {
    this.#enqueue(to.clientId, packet);
  }

  async outgoingEnqueueCombi(to: readonly { readonly clientId: string }[], packet: QueuedPacket): Promise<void> {
    // A client whose filters overlap is named once for each, but only one entry would be acknowledged.
    for (const clientId of new Set(to.map((one) => one.clientId))) this.#enqueue(clientId, packet);
  }

  // A packet that had to go in the meantime is sent all the same: only its place in the queue is lost.
  async outgoingUpdate(client: SessionClient, packet: QueuedPacket): Promise<void> {
    this.#queues.get(client.id)?.update(packet);
  }

  async outgoingClearMessageId(
    client: SessionClient,
    packet: { readonly messageId?: number },
  ): Promise<QueuedPacket | undefined> {
    const queue = this.#queues.get(client.id);
    const taken = queue?.take(packet.messageId);
    if (queue?.length === 0) this.#queues.delete(client.id);
    return taken;
  }

  outgoingStream(client: SessionClient): Readable {
    return Readable.from(this.#queues.get(client.id)?.snapshot() ?? []);
  }

  subscriptionsByClient(client: SessionClient): Promise<SessionSubscription[]> {
    return this.#memory.subscriptionsByClient(client);
  }

  subscriptionsByTopic(topic: string): Promise<TopicSubscription[]> {
    return this.#memory.subscriptionsByTopic(topic);
  }

  async storeRetained(packet: QueuedPacket & { readonly topic: string }): Promise<void> {
    if (sizeOf(packet) === 0) this.#retained.delete(packet.topic);
    else this.#retained.set(packet.topic, withOwnPayload(packet));
  }

  createRetainedStreamCombi(filters: readonly string[]): Readable {
    return Readable.from(filters.flatMap((filter) => this.#retained.matching(filter)));
  }

  incomingStorePacket(client: SessionClient, packet: object): Promise<void> {
    return this.#memory.incomingStorePacket(client, packet);
  }

  incomingGetPacket(client: SessionClient, packet: object): Promise<object> {
    return this.#memory.incomingGetPacket(client, packet);
  }

  incomingDelPacket(client: SessionClient, packet: object): Promise<void> {
    return this.#memory.incomingDelPacket(client, packet);
  }

  cleanIncoming(client: SessionClient): Promise<void> {
    return this.#memory.cleanIncoming(client);
  }

  putWill(client: SessionClient, packet: object): Promise<void> {
    return this.#memory.putWill(client, packet);
  }

  getWill(client: SessionClient): Promise<object | undefined> {
    return this.#memory.getWill(client);
  }

  delWill(client: SessionClient): Promise<object | undefined> {
    return this.#memory.delWill(client);
  }

  streamWill(brokers: object): Readable {
    return this.#memory.streamWill(brokers);
  }

  #enqueue(clientId: string, packet: QueuedPacket): void {
    const queue = this.#queues.get(clientId) ?? new OfflineQueue(this.#rules.queue);
    this.#queues.set(clientId, queue);
    this.#dropped += queue.push(ownCopy(packet));
  }

  async #forgetOldest(newcomer: string): Promise<void> {
    const owner = this.#rules.ownerOf(newcomer);
    const siblings = [...this.#sessions].filter((clientId) => this.#rules.ownerOf(clientId) === owner);
    if (siblings.length < this.#rules.maxSessionsPerIdentity) return;
    const oldest = siblings.find((clientId) => !this.#rules.isConnected(clientId));
    if (oldest !== undefined) await this.cleanSubscriptions({ id: oldest });
  }
}

// Each session gives the packet a message id of its own.
function ownCopy(packet: QueuedPacket): QueuedPacket {
  return { ...withOwnPayload(packet), messageId: undefined };
}

// A payload is a window on a whole read of the socket; what is kept must not keep 64 KiB alive for 100 bytes.
function withOwnPayload<P extends { readonly payload?: string | Uint8Array }>(packet: P): P {
  return packet.payload instanceof Uint8Array ? { ...packet, payload: Buffer.from(packet.payload) } : packet;
}
