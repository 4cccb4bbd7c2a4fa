import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { agentTopics } from "@nightflow/domain";
import { generate } from "mqtt-packet";

const PUBLISH = 3;
const PUBACK = 4;
const HIGHEST_ID = 65_535;

/** What one agent sends: PUBLISH frames made beforehand, one behind the other. */
export interface Load {
  readonly frames: Buffer;
  /** Where each frame ends. */
  readonly ends: readonly number[];
}

/** The frames of some payloads on one topic, QoS 1, with the packet ids 1, 2, 3, … */
export function loadOf(topic: string, payloads: Iterable<string>): Load {
  const frames: Buffer[] = [];
  const ends: number[] = [];
  let end = 0;
  for (const payload of payloads) {
    const messageId = (frames.length % HIGHEST_ID) + 1;
    const frame = generate({ cmd: "publish", topic, payload, qos: 1, messageId, dup: false, retain: false });
    frames.push(frame);
    end += frame.length;
    ends.push(end);
  }
  return { frames: Buffer.concat(frames), ends };
}

/**
 * An agent that costs next to nothing, so that the bench measures the head-end: it writes frames made beforehand to a
 * plain socket, counts PUBACKs, and hears its end-to-end acks as a real one does.
 */
export class RawAgent {
  /** From the moment a frame was due to its PUBACK, in ms, by frame. */
  readonly latenciesMs: Float64Array;
  readonly #load: Load;
  readonly #socket: Socket;
  readonly #dueAtMs: Float64Array;
  readonly #done = Promise.withResolvers<void>();
  #unread: Buffer = Buffer.alloc(0);
  #window = 0;
  #sent = 0;
  #acked = 0;

  private constructor(load: Load, socket: Socket) {
    this.#load = load;
    this.#socket = socket;
    this.latenciesMs = new Float64Array(load.ends.length);
    this.#dueAtMs = new Float64Array(load.ends.length);
  }

  /** Connects, signs in, and subscribes to the agent's acks. */
  static async signIn(port: number, name: string, password: string, load: Load): Promise<RawAgent> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const { ack: topic } = agentTopics("bench", name);
    socket.write(
      generate({
        cmd: "connect",
        clientId: name,
        username: name,
        password: Buffer.from(password),
        clean: true,
        keepalive: 0,
      }),
    );
    await once(socket, "data");
    socket.write(generate({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 1 }] }));
    await once(socket, "data");
    const agent = new RawAgent(load, socket);
    socket.on("data", (bytes) => agent.#read(bytes));
    socket.on("close", () => agent.#done.reject(new Error(`${name} was disconnected`)));
    return agent;
  }

  /** Resolves when every frame has its PUBACK. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  /** Keeps so many frames in flight until all are sent. */
  sendAll(window: number): void {
    this.#window = window;
    this.#send(Math.min(window, this.#load.ends.length), performance.now());
  }

  /** Sends `count` more frames, all due at one moment. */
  send(count: number, dueAtMs: number): void {
    this.#send(Math.min(this.#sent + count, this.#load.ends.length), dueAtMs);
  }

  end(): void {
    this.#done.promise.catch(() => undefined);
    this.#socket.destroy();
  }

  #send(until: number, dueAtMs: number): void {
    if (until <= this.#sent) return;
    const { ends, frames } = this.#load;
    this.#dueAtMs.fill(dueAtMs, this.#sent, until);
    this.#socket.write(frames.subarray(ends[this.#sent - 1] ?? 0, ends[until - 1]));
    this.#sent = until;
  }

  #read(bytes: Buffer): void {
    const all = this.#unread.length === 0 ? bytes : Buffer.concat([this.#unread, bytes]);
    const now = performance.now();
    let at = 0;
    while (at + 2 <= all.length) {
      // Nothing that comes here is longer than two bytes of length can say.
      const first = all[at + 1] ?? 0;
      const head = first < 128 ? 2 : 3;
      const length = first < 128 ? first : (first & 127) + (all[at + 2] ?? 0) * 128;
      if (at + head + length > all.length) break;
      this.#packet(all, at, at + head, now);
      at += head + length;
    }
    this.#unread = all.subarray(at);
    if (this.#window > 0) this.#send(Math.min(this.#acked + this.#window, this.#load.ends.length), now);
    if (this.#acked === this.#load.ends.length) this.#done.resolve();
  }

  #packet(bytes: Buffer, header: number, body: number, now: number): void {
    const type = (bytes[header] ?? 0) >> 4;
    if (type === PUBACK) this.#confirmed(bytes.readUInt16BE(body), now);
    else if (type === PUBLISH) {
      const id = body + 2 + bytes.readUInt16BE(body);
      this.#socket.write(Buffer.from([PUBACK << 4, 2, bytes[id] ?? 0, bytes[id + 1] ?? 0]));
    }
  }

  // The frame of an id is the newest sent one that has it.
  #confirmed(id: number, now: number): void {
    const newest = this.#sent - 1;
    const frame = newest - ((newest - (id - 1)) % HIGHEST_ID);
    this.latenciesMs[frame] = now - (this.#dueAtMs[frame] ?? now);
    this.#acked++;
  }
}
