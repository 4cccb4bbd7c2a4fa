import { connect, type Socket } from "node:net";
import modbus from "modbus-serial";
import type { Logger } from "pino";
import { Backoff } from "../../backoff.ts";
import type { LineAnswer, LineRequest, MeterLine } from "./line.ts";

type ModbusClient = InstanceType<typeof modbus.default>;

export interface TcpLineDeps {
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
  readonly logger: Logger;
  readonly random?: () => number;
}

/**
 * Modbus TCP by modbus-serial over a socket of our own, so that a lost connection ends the request in flight at once
 * and a new one is made for ever. Late answers are told apart by their transaction id.
 */
export class TcpLine implements MeterLine {
  readonly #deps: TcpLineDeps;
  readonly #backoff: Backoff;
  #socket: Socket | undefined;
  #client: ModbusClient | undefined;
  #fail: (() => void) | undefined;
  #retry: NodeJS.Timeout | undefined;
  #onOpen: () => void = () => undefined;
  #isClosed = false;

  constructor(deps: TcpLineDeps) {
    this.#deps = deps;
    this.#backoff = new Backoff({ firstMs: 200, maxMs: 30_000 }, deps.random);
    this.#connect();
  }

  get isOpen(): boolean {
    return this.#client !== undefined;
  }

  onOpen(listener: () => void): void {
    this.#onOpen = listener;
  }

  ask(request: LineRequest): Promise<LineAnswer> {
    const client = this.#client;
    if (client === undefined) return Promise.resolve({ kind: "disconnected" });
    return new Promise((resolve) => {
      this.#fail = () => resolve({ kind: "disconnected" });
      client.setTimeout(request.timeoutMs);
      const answered = (error: NodeJS.ErrnoException | null, result?: { data: readonly (number | boolean)[] }) =>
        resolve(
          error ? failureOf(error) : { kind: "words", words: (result?.data ?? []).slice(0, request.words).map(Number) },
        );
      // The unit id goes with each request; modbus-serial's `setID` is state that a second request could change.
      const { unitId, address, quantity } = request;
      if (request.functionCode === 1) client.writeFC1(unitId, address, quantity, answered);
      else if (request.functionCode === 2) client.writeFC2(unitId, address, quantity, answered);
      else if (request.functionCode === 3) client.writeFC3(unitId, address, quantity, answered);
      else client.writeFC4(unitId, address, quantity, answered);
    });
  }

  recycle(): void {
    this.#socket?.destroy();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#socket?.destroy();
  }

  #connect(): void {
    const { host, port, connectTimeoutMs } = this.#deps;
    const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 });
    this.#socket = socket;
    const tooLong = setTimeout(() => socket.destroy(), connectTimeoutMs);
    socket.on("error", (error) =>
      this.#deps.logger.debug({ host, port, error: error.message }, "modbus: connection failed"),
    );
    socket.once("connect", () => {
      clearTimeout(tooLong);
      this.#opened(socket);
    });
    socket.once("close", () => {
      clearTimeout(tooLong);
      this.#lost();
    });
  }

  #opened(socket: Socket): void {
    const client = new modbus.default();
    client.on("error", (error) => this.#deps.logger.debug({ error: String(error) }, "modbus: line error"));
    client.linkTCP(socket, { port: this.#deps.port }, () => {
      this.#client = client;
      this.#backoff.reset();
      const { host, port } = this.#deps;
      this.#deps.logger.info({ host, port }, "modbus: connected");
      this.#onOpen();
    });
  }

  #lost(): void {
    const { host, port, logger } = this.#deps;
    if (this.#client !== undefined && !this.#isClosed) logger.warn({ host, port }, "modbus: connection lost");
    // Else the pending time-out of the request in flight would keep the process alive.
    this.#client?.destroy(() => undefined);
    this.#client = undefined;
    this.#fail?.();
    if (!this.#isClosed) this.#retry = setTimeout(() => this.#connect(), this.#backoff.next());
  }
}

function failureOf(error: NodeJS.ErrnoException & { modbusCode?: number }): LineAnswer {
  if (error.modbusCode !== undefined) return { kind: "exception", code: error.modbusCode, text: error.message };
  if (error.name === "TransactionTimedOutError") return { kind: "timeout" };
  if (error.name === "PortNotOpenError") return { kind: "disconnected" };
  // An answer that is too short or of another unit. The meter is there, so this is no silence.
  return { kind: "exception", code: 0, text: error.message };
}
