import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import {
  agentTopics,
  type Batch,
  decodeBatch,
  EMPTY_MARK,
  Epoch,
  encodeAck,
  type Mark,
  markHolds,
  markWith,
} from "@nightflow/domain";
import { Aedes } from "aedes";

/** One stored wire reading: channel, time, value. */
export type Stored = readonly [channel: string, readAt: number, value: number | string | null];

const TOPICS = agentTopics("town", "agent-1");

/**
 * A real Aedes broker with the smallest true ingest beside it, for tests: stores each batch once, acknowledges end to
 * end. What is stored outlives `stop` and `start`, as a store does.
 */
export class HeadEnd {
  readonly stored: Stored[] = [];
  readonly received: Batch[] = [];
  readonly retained = new Map<string, string>();
  /** The newest message of each topic that an agent has published. */
  readonly said = new Map<string, string>();
  isAcking = true;
  repeats = 0;
  readonly #marks = new Map<string, Mark>();
  readonly #watchers = new Set<() => void>();
  #port = 0;
  #broker: Aedes | undefined;
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();

  get url(): string {
    return `mqtt://127.0.0.1:${this.#port}`;
  }

  /** Reserves a port, so that an agent can be told the address before the broker is there. */
  static async reserved(): Promise<HeadEnd> {
    const headEnd = new HeadEnd();
    await headEnd.start();
    await headEnd.stop();
    return headEnd;
  }

  async start(): Promise<void> {
    const broker = await Aedes.createBroker();
    this.#broker = broker;
    broker.on("publish", (packet, client) => {
      if (client !== null) this.said.set(packet.topic, packet.payload.toString());
      if (packet.retain) this.retained.set(packet.topic, packet.payload.toString());
      if (client !== null && packet.topic === TOPICS.readings) this.#take(packet.payload as Buffer);
      this.#notify();
    });
    if (this.isAcking) for (const epoch of this.#marks.keys()) this.#ack(epoch);
    const server = createServer(broker.handle);
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()));
    await new Promise<void>((resolve) => (this.#broker ? this.#broker.close(() => resolve()) : resolve()));
    this.#server = undefined;
  }

  /** Resolves once `isTrue` holds; looked at whenever something is published. */
  until(isTrue: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!isTrue()) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Publishes as the platform does. */
  publish(topic: string, payload: string, { retain = false } = {}): Promise<void> {
    const packet = { cmd: "publish", topic, payload: Buffer.from(payload), qos: 1, retain, dup: false } as const;
    return new Promise((resolve, reject) => {
      this.#broker?.publish(packet, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Acknowledges what was stored while acks were held back. */
  ackAll(): void {
    this.isAcking = true;
    for (const epoch of this.#marks.keys()) this.#ack(epoch);
  }

  values(channel: string): (number | string | null)[] {
    return this.stored.filter(([id, , value]) => id === channel && value !== null).map(([, , value]) => value);
  }

  #take(payload: Buffer): void {
    const batch = decodeBatch(payload);
    this.received.push(batch);
    const mark = this.#marks.get(batch.epoch) ?? EMPTY_MARK;
    if (markHolds(mark, batch.seq)) this.repeats++;
    else for (const [channel, readAt, value] of batch.readings as Stored[]) this.stored.push([channel, readAt, value]);
    this.#marks.set(batch.epoch, markWith(mark, batch.seq));
    if (this.isAcking) this.#ack(batch.epoch);
  }

  #ack(epoch: string): void {
    const { seq, above } = this.#marks.get(epoch) ?? EMPTY_MARK;
    const payload = encodeAck({ epoch: Epoch.parse(epoch), seq, above: [...above] });
    this.#broker?.publish(
      { cmd: "publish", topic: TOPICS.ack, payload: Buffer.from(payload), qos: 1, retain: true, dup: false },
      () => undefined,
    );
  }

  #notify(): void {
    for (const look of [...this.#watchers]) look();
  }
}
