import { TopicTree } from "./topic-tree.ts";

/** What Aedes hands to its emitter. */
export interface EmittedPacket {
  readonly topic: string;
  readonly qos?: number;
}

/** Takes one packet and says when it is done with it. */
export type PacketListener = (packet: EmittedPacket, done: () => void) => void;
type Done = (error?: Error | null) => void;

interface Waiting {
  readonly packet: EmittedPacket;
  readonly done: Done;
}

/** How much may be on its way at one time. */
export interface EmitterLimits {
  /** Packets handed to listeners and not yet taken by all of them. */
  readonly maxInFlight: number;
  /** Packets waiting behind those; above it QoS 0 is dropped. */
  readonly maxBacklog: number;
}

// Delivering one packet costs a few microseconds, so a slice stays well below the 5 ms that a thread may be held.
const SLICE = 256;

/**
 * Hands packets to the subscribers of their topic: what Aedes asks of `mqemitter`, without its recursion.
 *
 * A backlog is worked off by a loop, in slices between which the event loop turns. mqemitter starts the next packet from
 * inside the end of the last one; with a backlog of packets that nobody listens to any more it ends the process with
 * "Maximum call stack size exceeded".
 *
 * QoS 1 and 2 are never dropped here: their publishers wait for `done`, so each holds one socket read at most.
 */
export class BoundedEmitter {
  readonly concurrency: number;
  readonly #limits: EmitterLimits;
  readonly #tree = new TopicTree<PacketListener>();
  #backlog: Waiting[] = [];
  #head = 0;
  #inFlight = 0;
  #dropped = 0;
  #version = 0;
  #isDraining = false;
  #isClosed = false;

  constructor(limits: EmitterLimits) {
    this.#limits = limits;
    this.concurrency = limits.maxInFlight;
  }

  /** Packets waiting to be handed out. */
  get backlog(): number {
    return this.#backlog.length - this.#head;
  }

  /** Packets with their listeners now. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** QoS 0 packets dropped since the start because the backlog was full. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Rises whenever somebody begins or ceases to listen. */
  get version(): number {
    return this.#version;
  }

  /** Whether anybody listens to `topic`. */
  hears(topic: string): boolean {
    return this.#tree.match(topic).length > 0;
  }

  on(filter: string, listener: PacketListener, done?: () => void): this {
    this.#tree.add(filter, listener);
    this.#version++;
    if (done) setImmediate(done);
    return this;
  }

  removeListener(filter: string, listener: PacketListener, done?: () => void): this {
    this.#tree.remove(filter, listener);
    this.#version++;
    if (done) setImmediate(done);
    return this;
  }

  /** Hands `packet` to its listeners; `done` is called when all have taken it, or when it was dropped. */
  emit(packet: EmittedPacket, done: Done = ignore): this {
    if (this.#isClosed) done(new Error("the broker is closed"));
    else if (this.#inFlight < this.#limits.maxInFlight && this.backlog === 0) this.#start(packet, done);
    else if (this.backlog >= this.#limits.maxBacklog && !packet.qos) this.#drop(done);
    else this.#backlog.push({ packet, done });
    return this;
  }

  close(done?: () => void): this {
    this.#isClosed = true;
    const waiting = this.#backlog.slice(this.#head);
    this.#backlog = [];
    this.#head = 0;
    setImmediate(() => {
      for (const { done } of waiting) done(new Error("the broker is closed"));
      done?.();
    });
    return this;
  }

  #drop(done: Done): void {
    this.#dropped++;
    setImmediate(done);
  }

  #start(packet: EmittedPacket, done: Done): void {
    const listeners = this.#tree.match(packet.topic);
    this.#inFlight++;
    let remaining = listeners.length;
    if (remaining === 0) this.#finish(done);
    const taken = () => {
      if (--remaining === 0) this.#finish(done);
    };
    for (const listener of listeners) listener(packet, taken);
  }

  #finish(done: Done): void {
    this.#inFlight--;
    done();
    this.#drain();
  }

  #drain(): void {
    if (this.#isDraining || this.backlog === 0) return;
    this.#isDraining = true;
    let left = SLICE;
    while (left-- > 0 && this.backlog > 0 && this.#inFlight < this.#limits.maxInFlight) this.#startNext();
    this.#isDraining = false;
    if (this.backlog > 0 && this.#inFlight < this.#limits.maxInFlight) this.#drainLater();
  }

  // Nothing else may start a drain before the event loop has turned, or the slice would bound nothing.
  #drainLater(): void {
    this.#isDraining = true;
    setImmediate(() => {
      this.#isDraining = false;
      this.#drain();
    });
  }

  #startNext(): void {
    const next = this.#backlog[this.#head++];
    if (this.#head > 1024 && this.#head * 2 > this.#backlog.length) {
      this.#backlog = this.#backlog.slice(this.#head);
      this.#head = 0;
    }
    if (next !== undefined) this.#start(next.packet, next.done);
  }
}

function ignore(): void {}
