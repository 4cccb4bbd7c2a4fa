import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { asPortError } from "@nightflow/domain";
import { type LineAction, type Misbehaviour, misbehave, type Slowness } from "./misbehaviour.ts";
import { PlainUnits } from "./plain-units.ts";
import { type FramedRequest, requestStream, type SimulatedFraming } from "./request-streams.ts";

/** A device that lost its line dials again after this, real milliseconds. */
const REDIAL_MS = 100;

export interface AdversaryOptions extends Partial<Slowness> {
  readonly framing: SimulatedFraming;
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  /** Time that every answer takes, real milliseconds. */
  readonly responseMs?: number;
  /** What the device says, function code and data; undefined leaves it to `units`. */
  readonly answer?: (request: FramedRequest) => Buffer | undefined;
  /** What is done with this request; undefined is a right answer. */
  readonly behave?: (request: FramedRequest) => Misbehaviour | undefined;
}

/** A device, or a gateway with many, that answers rightly until it is told otherwise. */
export interface Adversary {
  readonly port: number;
  readonly units: PlainUnits;
  /** Requests so far by unit. */
  readonly asked: ReadonlyMap<number, number>;
  /** Most connections there ever were at a time. */
  readonly mostConnections: number;
  /** Drops every connection; new ones are taken. */
  hangUp(): void;
  close(): Promise<void>;
}

/**
 * Serves units of known registers (`plainWord`) in any framing over TCP, and misbehaves as it is told, request by request.
 *
 * @throws {PortBusyError} when the port is taken.
 */
export async function startAdversary(options: AdversaryOptions): Promise<Adversary> {
  const { host = "127.0.0.1", port = 0 } = options;
  const device = new Device(options);
  const server = createServer({ noDelay: true }, (socket) => device.serve(socket));
  server.listen(port, host);
  await once(server, "listening").catch((error: unknown) => {
    throw asPortError(error, "the simulated device", host, port);
  });
  return {
    port: (server.address() as AddressInfo).port,
    units: device.units,
    asked: device.asked,
    get mostConnections() {
      return device.mostConnections;
    },
    hangUp: () => device.dropAll(),
    close: async () => {
      const closed = once(server, "close");
      server.close();
      device.dropAll();
      await closed;
    },
  };
}

export interface DialInOptions extends AdversaryOptions {
  /** Where the agent listens. */
  readonly port: number;
  /** What the device says first. */
  readonly registration: Buffer;
  /** What it says every `heartbeatMs` to hold its line open. */
  readonly heartbeat?: Buffer;
  readonly heartbeatMs?: number;
}

/** The same device as one that dials in, as a cellular DTU does; it dials again when its line is lost. */
export function startDialIn(options: DialInOptions): Adversary {
  const { host = "127.0.0.1", port, registration, heartbeat, heartbeatMs = 1000 } = options;
  const device = new Device(options);
  const stopped = new AbortController();
  const dial = async () => {
    while (!stopped.signal.aborted) {
      const socket = connect({ host, port, noDelay: true });
      device.serve(socket);
      socket.once("connect", () => socket.write(registration));
      const beats = heartbeat === undefined ? undefined : setInterval(() => socket.write(heartbeat), heartbeatMs);
      await new Promise((resolve) => socket.once("close", resolve));
      clearInterval(beats);
      await delay(REDIAL_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  };
  const dialling = dial();
  return {
    port,
    units: device.units,
    asked: device.asked,
    get mostConnections() {
      return device.mostConnections;
    },
    hangUp: () => device.dropAll(),
    close: async () => {
      stopped.abort();
      device.dropAll();
      await dialling;
    },
  };
}

class Device {
  readonly units = new PlainUnits();
  readonly asked = new Map<number, number>();
  mostConnections = 0;
  readonly #options: AdversaryOptions;
  readonly #sockets = new Set<Socket>();
  readonly #turns = new Map<number, Promise<void>>();

  constructor(options: AdversaryOptions) {
    this.#options = options;
  }

  serve(socket: Socket): void {
    this.#sockets.add(socket);
    this.mostConnections = Math.max(this.mostConnections, this.#sockets.size);
    const requests = requestStream(this.#options.framing);
    socket.on("error", () => undefined);
    socket.once("close", () => this.#sockets.delete(socket));
    socket.on("data", (chunk) => {
      const found = requests(chunk);
      if (found === undefined) socket.destroy();
      for (const request of found ?? []) this.#handle(socket, request);
    });
  }

  dropAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #handle(socket: Socket, request: FramedRequest): void {
    const { framing, answer, behave, responseMs = 0, lateMs = 300, byteMs = 2 } = this.#options;
    this.asked.set(request.unitId, (this.asked.get(request.unitId) ?? 0) + 1);
    const pdu = answer?.(request) ?? this.units.answer(request);
    // Unit 0 is a broadcast: all act, and nobody answers.
    if (request.unitId === 0) return;
    const actions = misbehave(behave?.(request), framing, { ...request, pdu }, { lateMs, byteMs });
    const last = this.#turns.get(request.unitId);
    const isAtOnce = last === undefined && responseMs === 0 && actions.every((action) => waitOf(action) === 0);
    if (isAtOnce) for (const action of actions) act(socket, action);
    else
      this.#inTurn(
        request.unitId,
        (last ?? Promise.resolve()).then(() => play(socket, actions, responseMs)),
      );
  }

  /** A unit does one thing after another, so that its answers keep the order of its requests. */
  #inTurn(unitId: number, turn: Promise<void>): void {
    this.#turns.set(unitId, turn);
    void turn.then(() => {
      if (this.#turns.get(unitId) === turn) this.#turns.delete(unitId);
    });
  }
}

async function play(socket: Socket, actions: readonly LineAction[], responseMs: number): Promise<void> {
  if (responseMs > 0) await delay(responseMs);
  for (const action of actions) {
    if (waitOf(action) > 0) await delay(waitOf(action));
    act(socket, action);
  }
}

function waitOf(action: LineAction): number {
  return action === "reset" ? 0 : action.afterMs;
}

function act(socket: Socket, action: LineAction): void {
  if (action === "reset") socket.resetAndDestroy();
  else if (socket.writable) socket.write(action.bytes);
}
