import { createSocket } from "node:dgram";
import { connect, createServer, type Socket } from "node:net";
import { asPortError, describeError, type WmbusSource } from "@nightflow/domain";
import type { Logger } from "pino";
import { Backoff } from "../../../backoff.ts";
import { BinaryCutter, LineCutter, type TelegramCutter, telegramOfLine } from "./gateway-lines.ts";

/** Where telegrams come from, and how it fares. */
export interface TelegramSource {
  readonly isOpen: boolean;
  readonly fault: string | null;
  recycle(): void;
  close(): Promise<void>;
}

export interface TelegramSourceDeps {
  readonly source: WmbusSource;
  readonly format: "lines" | "binary";
  readonly logger: Logger;
  readonly onTelegram: (bytes: Buffer) => void;
  /** A line or a piece that holds no telegram. */
  readonly onNoise: () => void;
}

/** Gateways at a time; those beyond are refused. */
const MAX_GATEWAYS = 32;

/** Listens for gateways, or connects to one, for as long as it is not closed. */
export function openTelegramSource(deps: TelegramSourceDeps): TelegramSource {
  switch (deps.source.kind) {
    case "tcp-listen":
      return new TcpListener(deps, deps.source);
    case "udp-listen":
      return new UdpListener(deps, deps.source);
    case "tcp-connect":
      return new TcpCaller(deps, deps.source);
  }
}

function cutterOf(format: TelegramSourceDeps["format"]): TelegramCutter {
  return format === "lines" ? new LineCutter() : new BinaryCutter();
}

function passOn(socket: Socket, { format, onTelegram, onNoise }: TelegramSourceDeps): void {
  const cutter = cutterOf(format);
  socket.on("data", (chunk) => {
    const { telegrams, noise } = cutter.push(chunk);
    for (const telegram of telegrams) onTelegram(telegram);
    for (let at = 0; at < noise; at++) onNoise();
  });
}

/** Keeps trying to listen: the port may be another program's for a while. */
abstract class Listener implements TelegramSource {
  protected readonly deps: TelegramSourceDeps;
  readonly #backoff = new Backoff({ firstMs: 500, maxMs: 30_000 });
  #retry: NodeJS.Timeout | undefined;
  #fault: string | null = null;
  protected isClosed = false;

  constructor(deps: TelegramSourceDeps) {
    this.deps = deps;
  }

  abstract readonly isOpen: boolean;

  get fault(): string | null {
    return this.#fault;
  }

  abstract listen(): void;
  abstract recycle(): void;

  close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.#retry);
    return this.release();
  }

  protected abstract release(): Promise<void>;

  protected listening(): void {
    this.#fault = null;
    this.#backoff.reset();
  }

  protected failed(error: unknown, host: string, port: number): void {
    this.#fault = describeError(asPortError(error, "the port for telegrams of wireless M-Bus", host, port));
    this.deps.logger.warn({ host, port, fault: this.#fault }, "wmbus: cannot listen");
    if (!this.isClosed) this.#retry = setTimeout(() => this.listen(), this.#backoff.next());
  }
}

class TcpListener extends Listener {
  readonly #at: { readonly host: string; readonly port: number };
  readonly #gateways = new Set<Socket>();
  #server: ReturnType<typeof createServer> | undefined;

  constructor(deps: TelegramSourceDeps, at: { readonly host: string; readonly port: number }) {
    super(deps);
    this.#at = at;
    this.listen();
  }

  get isOpen(): boolean {
    return this.#gateways.size > 0;
  }

  listen(): void {
    const { host, port } = this.#at;
    const server = createServer({ keepAlive: true, keepAliveInitialDelay: 30_000 }, (socket) => this.#welcome(socket));
    this.#server = server;
    server.once("listening", () => this.listening());
    // A connection that could not be taken (too many open files) does not end the listening.
    server.on("error", (error) => server.listening || this.failed(error, host, port));
    server.listen(port, host);
  }

  recycle(): void {
    for (const socket of this.#gateways) socket.destroy();
  }

  protected release(): Promise<void> {
    this.recycle();
    return new Promise((resolve) => (this.#server === undefined ? resolve() : this.#server.close(() => resolve())));
  }

  #welcome(socket: Socket): void {
    socket.on("error", () => undefined);
    if (this.#gateways.size >= MAX_GATEWAYS) {
      socket.destroy();
      return;
    }
    this.#gateways.add(socket);
    socket.once("close", () => this.#gateways.delete(socket));
    passOn(socket, this.deps);
  }
}

class UdpListener extends Listener {
  readonly #at: { readonly host: string; readonly port: number };
  #socket: ReturnType<typeof createSocket> | undefined;
  #isOpen = false;

  constructor(deps: TelegramSourceDeps, at: { readonly host: string; readonly port: number }) {
    super(deps);
    this.#at = at;
    this.listen();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  listen(): void {
    const { host, port } = this.#at;
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    this.#socket = socket;
    socket.once("listening", () => {
      this.#isOpen = true;
      this.listening();
    });
    socket.on("error", (error) => {
      if (this.#socket !== socket) return;
      this.#isOpen = false;
      this.#socket = undefined;
      socket.close();
      this.failed(error, host, port);
    });
    socket.on("message", (datagram) => this.#take(datagram));
    socket.bind(port, host);
  }

  recycle(): void {
    // A datagram needs no connection, so there is none to make anew.
  }

  protected release(): Promise<void> {
    this.#isOpen = false;
    return new Promise((resolve) => {
      if (this.#socket === undefined) resolve();
      else this.#socket.close(() => resolve());
    });
  }

  /** A datagram is one telegram, or lines of them. */
  #take(datagram: Buffer): void {
    const { format, onTelegram, onNoise } = this.deps;
    if (format === "binary") {
      onTelegram(datagram);
      return;
    }
    for (const line of datagram.toString("latin1").split(/\r?\n/)) {
      if (line.trim() === "") continue;
      const telegram = telegramOfLine(line);
      if (telegram === undefined) onNoise();
      else onTelegram(telegram);
    }
  }
}

class TcpCaller implements TelegramSource {
  readonly #deps: TelegramSourceDeps;
  readonly #at: { readonly host: string; readonly port: number };
  readonly #backoff = new Backoff({ firstMs: 200, maxMs: 30_000 });
  #socket: Socket | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isOpen = false;
  #isClosed = false;
  #fault: string | null = null;

  constructor(deps: TelegramSourceDeps, at: { readonly host: string; readonly port: number }) {
    this.#deps = deps;
    this.#at = at;
    this.#connect();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get fault(): string | null {
    return this.#fault;
  }

  recycle(): void {
    this.#socket?.destroy();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#socket?.destroy();
  }

  #connect(): void {
    const socket = connect({ ...this.#at, keepAlive: true, keepAliveInitialDelay: 30_000 });
    this.#socket = socket;
    socket.once("connect", () => {
      this.#isOpen = true;
      this.#fault = null;
    });
    // Only what brings something is a good connection: one that is dropped at once is not made five times a second.
    socket.on("data", () => this.#backoff.reset());
    socket.on("error", (error) => {
      this.#fault = describeError(error);
    });
    socket.once("close", () => {
      this.#isOpen = false;
      if (!this.#isClosed) this.#retry = setTimeout(() => this.#connect(), this.#backoff.next());
    });
    passOn(socket, this.#deps);
  }
}
