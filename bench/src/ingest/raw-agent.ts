import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { agentTopics } from "@nightflow/domain";
import { generate } from "mqtt-packet";

const PUBLISH = 3;
const PUBACK = 4;
const HIGHEST_ID = 65_535;

/** What one agent sends: so many PUBLISH frames, QoS 1, with the packet ids 1, 2, 3, … up to the highest and again. */
export interface Load {
  readonly count: number;
  /** The bytes of frames [from, until), in pieces. They may be written over once those frames have their PUBACK. */
  pieces(from: number, until: number): Iterable<Uint8Array>;
}

/** A monitor that subscribes to all readings and then reads no more of its socket. */
export async function stallSubscriber(port: number, password: string): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const login = {
    clientId: "stalled",
    username: "monitor",
    password: Buffer.from(password),
    clean: true,
    keepalive: 0,
  };
  socket.write(generate({ cmd: "connect", ...login }));
  await once(socket, "data");
  socket.write(generate({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "nf/v1/+/+/readings", qos: 0 }] }));
  await once(socket, "data");
  socket.pause();
  socket.on("error", () => undefined);
  return socket;
}

/** The packet id of a frame. */
export function packetIdOf(frame: number): number {
  return (frame % HIGHEST_ID) + 1;
}

/** Frames of some payloads on one topic, made beforehand. */
export function loadOf(topic: string, payloads: Iterable<string>): Load {
  const frames: Buffer[] = [];
  const ends: number[] = [];
  let end = 0;
  for (const payload of payloads) {
    const messageId = packetIdOf(frames.length);
    const frame = generate({ cmd: "publish", topic, payload, qos: 1, messageId, dup: false, retain: false });
    frames.push(frame);
    end += frame.length;
    ends.push(end);
  }
  const bytes = Buffer.concat(frames);
  return { count: ends.length, pieces: (from, until) => [bytes.subarray(ends[from - 1] ?? 0, ends[until - 1])] };
}

/**
 * An agent that costs next to nothing, so that the bench measures the head-end: it writes frames made beforehand to a
 * plain socket, counts PUBACKs, and hears its end-to-end acks as a real one does.
 */
export class RawAgent {
  /** From the moment a frame was due to its PUBACK, in ms, by frame. */
  readonly latenciesMs: Float64Array;
  /** From the writing of a frame to its PUBACK, in ms, by frame: without what the generator itself was late by. */
  readonly sentLatenciesMs: Float64Array;
  readonly #load: Load;
  readonly #socket: Socket;
  readonly #dueAtMs: Float64Array;
  readonly #sentAtMs: Float64Array;
  readonly #done = Promise.withResolvers<void>();
  #unread: Buffer = Buffer.alloc(0);
  #window = 0;
  #sent = 0;
  #acked = 0;

  private constructor(load: Load, socket: Socket) {
    this.#load = load;
    this.#socket = socket;
    this.latenciesMs = new Float64Array(load.count);
    this.sentLatenciesMs = new Float64Array(load.count);
    this.#dueAtMs = new Float64Array(load.count);
    this.#sentAtMs = new Float64Array(load.count);
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
    this.#send(Math.min(window, this.#load.count), performance.now());
  }

  /** Sends `count` more frames, all due at one moment. */
  send(count: number, dueAtMs: number): void {
    this.#send(Math.min(this.#sent + count, this.#load.count), dueAtMs);
  }

  /** The first frame that was due at this moment or later. */
  firstDueFrom(atMs: number): number {
    const first = this.#dueAtMs.findIndex((dueAtMs) => dueAtMs >= atMs);
    return first < 0 ? this.#sent : first;
  }

  /** Frames that have their PUBACK. */
  get acked(): number {
    return this.#acked;
  }

  end(): void {
    this.#done.promise.catch(() => undefined);
    this.#socket.destroy();
  }

  #send(until: number, dueAtMs: number): void {
    if (until <= this.#sent) return;
    this.#dueAtMs.fill(dueAtMs, this.#sent, until);
    this.#sentAtMs.fill(performance.now(), this.#sent, until);
    this.#socket.cork();
    for (const piece of this.#load.pieces(this.#sent, until)) this.#socket.write(piece);
    this.#socket.uncork();
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
    if (this.#window > 0) this.#send(Math.min(this.#acked + this.#window, this.#load.count), now);
    if (this.#acked === this.#load.count) this.#done.resolve();
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
    this.sentLatenciesMs[frame] = now - (this.#sentAtMs[frame] ?? now);
    this.#acked++;
  }
}
