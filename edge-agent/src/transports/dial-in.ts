import { createServer, type Server, type Socket } from "node:net";
import { asPortError, type DialInTransport, describeError } from "@nightflow/domain";
import type { Logger } from "pino";
import { Backoff } from "../backoff.ts";
import { type ByteTransport, type Stranger, TransportListeners } from "./byte-transport.ts";
import { PacketFilter, stripped } from "./packet-filter.ts";
import { bytesOf, isRegisteredBy, packetForPeople } from "./registration.ts";
import type { UnknownDevices } from "./unknown-devices.ts";

/** A first packet is whole when nothing follows for so long, real milliseconds. */
const PACKET_QUIET_MS = 200;
/** It is also whole so long after its first byte: heartbeats may follow it closely. */
const PACKET_MS = 600;
/** Longest wait for a first packet, real milliseconds. */
const PACKET_WAIT_MS = 30_000;
/** No registration is longer. */
const MAX_PACKET_BYTES = 1024;
/** Connections at a time that have not said who they are; those beyond are refused. */
const MAX_PENDING = 64;

export interface DialInDeps {
  readonly logger: Logger;
  readonly unknown: UnknownDevices;
}

/** One port that devices dial, and the lines of those that are expected there. It listens while there is one. */
export class DialInPort {
  readonly #address: { readonly host: string; readonly port: number };
  readonly #deps: DialInDeps;
  readonly #lines = new Set<DialInLine>();
  readonly #pending = new Set<Socket>();
  readonly #backoff = new Backoff({ firstMs: 500, maxMs: 30_000 });
  #server: Server | undefined;
  #retry: NodeJS.Timeout | undefined;
  #fault: string | null = null;

  constructor(address: { readonly host: string; readonly port: number }, deps: DialInDeps) {
    this.#address = address;
    this.#deps = deps;
  }

  /** Why nobody can dial in; null while it listens. */
  get fault(): string | null {
    return this.#fault;
  }

  /** The port that it listens on; undefined while it does not. */
  get boundPort(): number | undefined {
    const address = this.#server?.address();
    return typeof address === "object" ? address?.port : undefined;
  }

  /** Who dialled here and was refused, the latest first. */
  get strangers(): readonly Stranger[] {
    return this.#deps.unknown.strangersAt(this.#address.port);
  }

  add(line: DialInLine): void {
    this.#lines.add(line);
    if (this.#server === undefined) this.#listen();
  }

  remove(line: DialInLine): void {
    this.#lines.delete(line);
    if (this.#lines.size > 0) return;
    clearTimeout(this.#retry);
    for (const socket of this.#pending) socket.destroy();
    this.#server?.close();
    this.#server = undefined;
  }

  #listen(): void {
    const { host, port } = this.#address;
    const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 }, (socket) =>
      this.#welcome(socket),
    );
    this.#server = server;
    server.once("listening", () => {
      this.#fault = null;
      this.#backoff.reset();
    });
    server.on("error", (error) => {
      // A connection that could not be taken (too many open files) does not end the listening.
      if (server.listening)
        return void this.#deps.logger.warn({ host, port, error: error.message }, "dial-in: a connection was not taken");
      this.#fault = describeError(asPortError(error, "the port for devices that dial in", host, port));
      this.#deps.logger.warn({ host, port, fault: this.#fault }, "dial-in: cannot listen");
      if (server === this.#server) this.#retry = setTimeout(() => this.#listen(), this.#backoff.next());
    });
    server.listen(port, host);
  }

  /** Waits for the first packet, and hands the connection to the line that it names. */
  #welcome(socket: Socket): void {
    socket.on("error", () => undefined);
    if (this.#pending.size < MAX_PENDING) this.#awaitPacket(socket);
    else this.#refuse(socket, "(too many connections that have not registered)");
  }

  #awaitPacket(socket: Socket): void {
    this.#pending.add(socket);
    let packet = Buffer.alloc(0);
    let quiet = setTimeout(() => this.#refuse(socket, "(said nothing)"), PACKET_WAIT_MS);
    let whole: NodeJS.Timeout | undefined;
    const decide = () => {
      clearTimeout(whole);
      this.#pending.delete(socket);
      socket.removeAllListeners("data").removeAllListeners("close");
      clearTimeout(quiet);
      this.#decide(socket, packet);
    };
    socket.once("close", () => {
      this.#pending.delete(socket);
      clearTimeout(quiet);
      clearTimeout(whole);
    });
    socket.on("data", (bytes) => {
      packet = Buffer.concat([packet, bytes]);
      clearTimeout(quiet);
      if (packet.length >= MAX_PACKET_BYTES) return decide();
      quiet = setTimeout(decide, PACKET_QUIET_MS);
      whole ??= setTimeout(decide, PACKET_MS);
    });
  }

  #decide(socket: Socket, packet: Buffer): void {
    const line = [...this.#lines].find(({ settings }) => isRegisteredBy(packet, settings.registration));
    if (line === undefined) this.#refuse(socket, packetForPeople(packet));
    else line.attach(socket, packet);
  }

  #refuse(socket: Socket, packet: string): void {
    this.#deps.unknown.note(packet, socket.remoteAddress ?? "?", this.#address.port);
    socket.destroy();
  }
}

/** The line of one device that dials in: open while the device is connected. A newer connection replaces the older. */
export class DialInLine implements ByteTransport {
  readonly name: string;
  readonly settings: DialInTransport;
  readonly #port: DialInPort;
  readonly #logger: Logger;
  readonly #listeners = new TransportListeners();
  #socket: Socket | undefined;
  #isAdded = false;

  constructor(settings: DialInTransport, port: DialInPort, logger: Logger) {
    this.settings = settings;
    this.name = `dial-in ${settings.host}:${settings.port} ${Object.values(settings.registration)[0]}`;
    this.#port = port;
    this.#logger = logger;
  }

  get isOpen(): boolean {
    return this.#socket !== undefined;
  }

  /** The port that the device should dial; undefined while nobody listens there. */
  get boundPort(): number | undefined {
    return this.#port.boundPort;
  }

  get strangers(): readonly Stranger[] {
    return this.#port.strangers;
  }

  get fault(): string | null {
    if (this.isOpen) return null;
    return this.#port.fault ?? "the device has not dialled in: check its SIM, its server address and its registration";
  }

  open(): void {
    if (!this.#isAdded) this.#port.add(this);
    this.#isAdded = true;
  }

  write(bytes: Uint8Array): void {
    this.#socket?.write(bytes);
  }

  onBytes(listener: (bytes: Buffer) => void): void {
    this.#listeners.bytes = listener;
  }

  onOpen(listener: () => void): void {
    this.#listeners.opened = listener;
  }

  onLost(listener: () => void): void {
    this.#listeners.lost = listener;
  }

  recycle(): void {
    this.#socket?.destroy();
  }

  /** The device decides when it is connected; there is nobody else who could use the line. */
  release(): void {
    // Nothing to let go of.
  }

  close(): void {
    if (this.#isAdded) this.#port.remove(this);
    this.#isAdded = false;
    this.#socket?.destroy();
  }

  /** The device has dialled in, and said so in `packet`. */
  attach(socket: Socket, packet: Buffer): void {
    this.#drop("it dialled in anew");
    this.#socket = socket;
    const { heartbeat, idleS } = this.settings;
    const beats = heartbeat === undefined ? [] : [bytesOf(heartbeat)];
    const filter = new PacketFilter([...beats, stripped(packet, beats)], (bytes) => {
      if (this.#socket === socket) this.#listeners.bytes(bytes);
    });
    socket.setTimeout(idleS * 1000, () => socket.destroy());
    socket.on("data", (bytes) => filter.push(bytes));
    socket.once("close", () => {
      filter.close();
      if (this.#socket === socket) this.#drop("the connection ended");
    });
    this.#logger.info({ transport: this.name, from: socket.remoteAddress }, "dial-in: a device has registered");
    this.#listeners.opened();
    if (socket.destroyed) this.#drop("the connection ended");
  }

  #drop(why: string): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#socket = undefined;
    socket.destroy();
    this.#logger.warn({ transport: this.name, why }, "dial-in: a device is gone");
    this.#listeners.lost();
  }
}
