import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** Registers of one unit by PDU address; undefined where the unit has none. */
export type UnitMemory = (address: number) => number | undefined;

/** A small Modbus TCP gateway for tests: many units on one connection, silent for units it does not know. */
export class ModbusGateway {
  readonly units = new Map<number, UnitMemory>();
  readonly asked: number[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  listen(port = 0): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, "127.0.0.1", () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  /** Cuts every connection; the next ones are served again. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let rest = Buffer.alloc(0);
    socket.on("error", () => undefined);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("data", (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 12) {
        const answer = this.#answer(rest.subarray(0, 12));
        rest = rest.subarray(12);
        if (answer !== undefined) socket.write(answer);
      }
    });
  }

  #answer(frame: Buffer): Buffer | undefined {
    const unitId = frame.readUInt8(6);
    this.asked.push(unitId);
    const memory = this.units.get(unitId);
    if (memory === undefined) return undefined;
    const [address, count] = [frame.readUInt16BE(8), frame.readUInt16BE(10)];
    const words = Array.from({ length: count }, (_, at) => memory(address + at));
    const body = words.includes(undefined) ? exception(frame) : registers(frame, words as number[]);
    const head = Buffer.from(frame.subarray(0, 6));
    head.writeUInt16BE(body.length, 4);
    return Buffer.concat([head, body]);
  }
}

function exception(frame: Buffer): Buffer {
  return Buffer.from([frame.readUInt8(6), frame.readUInt8(7) | 0x80, 2]);
}

function registers(frame: Buffer, words: readonly number[]): Buffer {
  const body = Buffer.alloc(3 + words.length * 2);
  body.set([frame.readUInt8(6), frame.readUInt8(7), words.length * 2]);
  for (const [at, word] of words.entries()) body.writeUInt16BE(word, 3 + at * 2);
  return body;
}

/** A TUF-2000 whose forward total is `litres()`, whole m³ and fraction as the meter holds them. */
export function tufMemory(litres: () => number): UnitMemory {
  return (address) => {
    if (address < 0 || address >= 32) return undefined;
    const bytes = Buffer.alloc(64);
    const total = litres();
    bytes.writeInt32BE(Math.floor(total / 1000), 0);
    bytes.writeFloatBE((total % 1000) / 1000, 4);
    const word = [1, 0, 3, 2][address - 8];
    return word === undefined ? 0 : bytes.readUInt16BE(word * 2);
  };
}
