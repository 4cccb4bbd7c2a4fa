import type { Socket } from "node:net";
import { generate, type IConnackPacket, type IPublishPacket, type Packet, parser } from "mqtt-packet";
import type { MqttAccess } from "./config.ts";
import { connectionRefusal, MqttAwayError, MqttRefusedError, shareRefusal, subscriptionRefusal } from "./errors.ts";
import { dial } from "./socket.ts";

const V5 = { protocolVersion: 5 };
const NO_LIMIT = 65_535;

/** What a link tells its owner. */
export interface LinkListener {
  onPublish(packet: IPublishPacket): void;
  /** Once, when the link is gone; nothing comes afterwards. */
  onLost(error: Error): void;
}

export interface LinkOptions extends MqttAccess {
  readonly clientId: string;
  /** How long the broker keeps the session of this client id when the link is gone, seconds; 0 begins afresh each time. */
  readonly sessionKeptS: number;
  readonly will?: { readonly topic: string; readonly payload: string } | undefined;
}

interface Waiting {
  readonly resolve: (packet: Packet) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One connection by MQTT 5, from CONNECT to its loss. The caller sends each PUBACK when the message is dealt with, and
 * the broker sends no more than `windowBatches` messages without one: the window is the only bound that is needed.
 * MQTT.js would take the next message only after the PUBACK of the one before, and commits could not be shared.
 */
export class MqttLink {
  readonly #socket: Socket;
  readonly #listener: LinkListener;
  readonly #waiting = new Map<string, Waiting>();
  readonly #turns: (() => void)[] = [];
  #publishing = 0;
  /** QoS 1 messages that the broker takes unconfirmed. */
  #sendMaximum = NO_LIMIT;
  #nextId = 0;
  #heardAt = performance.now();
  #lostWith: Error | undefined;
  #ping: NodeJS.Timeout | undefined;

  private constructor(socket: Socket, listener: LinkListener) {
    this.#socket = socket;
    this.#listener = listener;
    const reader = parser(V5);
    reader.on("packet", (packet: Packet) => this.#take(packet));
    reader.on("error", (error: Error) =>
      this.#lose(new MqttAwayError("the broker's bytes are not MQTT 5", { cause: error })),
    );
    socket.on("data", (bytes) => void reader.parse(bytes));
    socket.on("error", (error) => this.#lose(new MqttAwayError(`the connection failed: ${error.message}`)));
    socket.on("close", () => this.#lose(new MqttAwayError("the broker has closed the connection")));
  }

  /**
   * Connects and signs in.
   *
   * @throws {MqttAwayError} when the broker is not there; {MqttRefusedError} when it says no for good;
   * {MqttShareRefusedError} when it has no shared subscriptions.
   */
  static async open(options: LinkOptions, listener: LinkListener): Promise<MqttLink> {
    const { config } = options;
    const link = new MqttLink(await dial(options), listener);
    const timeout = setTimeout(
      () => link.#lose(new MqttAwayError(`the broker did not answer within ${config.connectTimeoutMs} ms`)),
      config.connectTimeoutMs,
    );
    try {
      const answer = link.#answer("connack");
      link.#send(connectPacket(options));
      link.#signedIn((await answer) as IConnackPacket, config.keepaliveS);
      return link;
    } catch (error) {
      link.end();
      throw error;
    } finally {
      clearTimeout(timeout);
    }
  }

  get isLost(): boolean {
    return this.#lostWith !== undefined;
  }

  /** Subscribes at QoS 1. @throws {MqttRefusedError} or {MqttShareRefusedError} when the broker grants less. */
  async subscribe(filters: readonly string[]): Promise<void> {
    const messageId = this.#takeId();
    const answer = this.#answer(`suback ${messageId}`);
    this.#send({ cmd: "subscribe", messageId, subscriptions: filters.map((topic) => ({ topic, qos: 1 })) });
    const { granted } = (await answer) as { granted: readonly number[] };
    for (const [at, filter] of filters.entries()) {
      const code = granted[at] ?? 0x80;
      if (code !== 1) throw subscriptionRefusal(filter, code);
    }
  }

  /** Publishes at QoS 1, retained; resolves when the broker has it. @throws {MqttAwayError} | {MqttRefusedError} */
  async publishRetained(topic: string, payload: string): Promise<void> {
    await this.#turn();
    try {
      const messageId = this.#takeId();
      const answer = this.#answer(`puback ${messageId}`);
      this.#send({ cmd: "publish", topic, payload, qos: 1, retain: true, dup: false, messageId });
      const { reasonCode = 0 } = (await answer) as { reasonCode?: number };
      if (reasonCode >= 0x80)
        throw new MqttRefusedError(`the broker refuses to publish on ${topic} (reason 0x${reasonCode.toString(16)})`);
    } finally {
      this.#publishing--;
      this.#turns.shift()?.();
    }
  }

  /** Publishes at QoS 0: nobody says whether it came. @throws {MqttAwayError} when the connection is gone. */
  publish(topic: string, payload: Uint8Array): void {
    if (this.#lostWith !== undefined) throw this.#lostWith;
    this.#send({ cmd: "publish", topic, payload: Buffer.from(payload), qos: 0, retain: false, dup: false });
  }

  /** Tells the broker that a message is dealt with; a reason from 0x80 on: it was not taken, and is not to come again. */
  puback(messageId: number, reasonCode = 0): void {
    this.#send({ cmd: "puback", messageId, reasonCode });
  }

  /** Leaves without a word more than DISCONNECT; a kept session stays. */
  end(): void {
    if (this.#lostWith === undefined) this.#send({ cmd: "disconnect", reasonCode: 0 });
    this.#lostWith ??= new MqttAwayError("the connection was ended");
    this.#stop(this.#lostWith);
    this.#socket.end();
    this.#socket.destroySoon();
  }

  #signedIn({ reasonCode = 0, properties = {} }: IConnackPacket, keepaliveS: number): void {
    if (reasonCode !== 0) throw connectionRefusal(reasonCode);
    if (properties.sharedSubscriptionAvailable === false) throw shareRefusal();
    this.#sendMaximum = properties.receiveMaximum ?? NO_LIMIT;
    const everyMs = ((properties.serverKeepAlive ?? keepaliveS) * 1000) / 2;
    this.#ping = setInterval(() => this.#keepAlive(everyMs), everyMs);
  }

  #keepAlive(everyMs: number): void {
    if (performance.now() - this.#heardAt > everyMs * 3)
      this.#lose(new MqttAwayError("the broker has been silent for too long"));
    else this.#send({ cmd: "pingreq" });
  }

  #take(packet: Packet): void {
    if (this.#lostWith !== undefined) return;
    this.#heardAt = performance.now();
    if (packet.cmd === "publish") this.#listener.onPublish(packet);
    else if (packet.cmd === "disconnect") this.#lose(farewell(packet.reasonCode ?? 0));
    else if (packet.cmd === "connack") this.#answered("connack", packet);
    else if (packet.cmd === "suback" || packet.cmd === "puback")
      this.#answered(`${packet.cmd} ${packet.messageId}`, packet);
  }

  #answer(key: string): Promise<Packet> {
    const { promise, resolve, reject } = Promise.withResolvers<Packet>();
    if (this.#lostWith === undefined) this.#waiting.set(key, { resolve, reject });
    else reject(this.#lostWith);
    return promise;
  }

  #answered(key: string, packet: Packet): void {
    this.#waiting.get(key)?.resolve(packet);
    this.#waiting.delete(key);
  }

  async #turn(): Promise<void> {
    if (this.#publishing >= this.#sendMaximum) await new Promise<void>((resolve) => this.#turns.push(resolve));
    this.#publishing++;
  }

  #takeId(): number {
    do this.#nextId = (this.#nextId % NO_LIMIT) + 1;
    while (this.#waiting.has(`puback ${this.#nextId}`));
    return this.#nextId;
  }

  // Packets of one turn of the loop go out in one write: PUBACKs come by the hundred after a shared commit.
  #send(packet: Packet): void {
    if (this.#lostWith !== undefined || this.#socket.destroyed) return;
    if (this.#socket.writableCorked === 0) {
      this.#socket.cork();
      process.nextTick(() => this.#socket.uncork());
    }
    this.#socket.write(generate(packet, V5));
  }

  #lose(error: Error): void {
    if (this.#lostWith !== undefined) return;
    this.#lostWith = error;
    this.#stop(error);
    this.#socket.destroy();
    this.#listener.onLost(error);
  }

  #stop(error: Error): void {
    clearInterval(this.#ping);
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
    for (const next of this.#turns.splice(0)) next();
  }
}

function connectPacket({ config, clientId, sessionKeptS, password, will }: LinkOptions): Packet {
  return {
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 5,
    clientId,
    clean: sessionKeptS === 0,
    keepalive: config.keepaliveS,
    ...(config.username !== undefined && { username: config.username }),
    ...(password !== undefined && { password: Buffer.from(password) }),
    ...(will && { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1 as const, retain: true } }),
    properties: {
      sessionExpiryInterval: sessionKeptS,
      receiveMaximum: config.windowBatches,
      maximumPacketSize: config.maxPacketBytes,
    },
  };
}

function farewell(reasonCode: number): MqttAwayError {
  if (reasonCode !== 0x8e)
    return new MqttAwayError(`the broker has ended the connection (reason 0x${reasonCode.toString(16)})`);
  return new MqttAwayError("another program has connected under the same name", {
    remedy: "give each ingest room a --name of its own",
  });
}
