import type { FramedRequest } from "./request-streams.ts";

/** What unit `unitId` holds at `address` until something is written there: the word tells where it is from. */
export function plainWord(unitId: number, address: number): number {
  return (unitId * 4096 + address) & 0xffff;
}

/** Units whose every word and bit is known beforehand, and which keep what is written. */
export class PlainUnits {
  readonly #written = new Map<string, number>();

  /** The answer's function code and data, with an exception for what is no request. */
  answer({ unitId, pdu }: FramedRequest): Buffer {
    const [functionCode, address, count] = [pdu[0] ?? 0, pdu.readUInt16BE(1), pdu.readUInt16BE(3)];
    if (functionCode <= 2) return this.#bits(unitId, functionCode, address, count);
    if (functionCode <= 4) return this.#words(unitId, functionCode, address, count);
    if (![5, 6, 15, 16].includes(functionCode)) return Buffer.of(functionCode | 0x80, 1);
    this.#write(unitId, functionCode, address, pdu);
    return pdu.subarray(0, 5);
  }

  /** A word of a unit. */
  word(unitId: number, address: number): number {
    return this.#written.get(`${unitId} word ${address}`) ?? plainWord(unitId, address);
  }

  /** A coil of a unit: set at odd addresses, until it is written. */
  coil(unitId: number, address: number): number {
    return this.#written.get(`${unitId} coil ${address}`) ?? address & 1;
  }

  #words(unitId: number, functionCode: number, address: number, count: number): Buffer {
    const pdu = Buffer.alloc(2 + count * 2);
    pdu.set([functionCode, count * 2]);
    for (let at = 0; at < count; at++) pdu.writeUInt16BE(this.word(unitId, address + at), 2 + at * 2);
    return pdu;
  }

  #bits(unitId: number, functionCode: number, address: number, count: number): Buffer {
    const pdu = Buffer.alloc(2 + Math.ceil(count / 8));
    pdu.set([functionCode, pdu.length - 2]);
    for (let at = 0; at < count; at++)
      pdu[2 + (at >> 3)] = (pdu[2 + (at >> 3)] ?? 0) | (this.coil(unitId, address + at) << (at & 7));
    return pdu;
  }

  #write(unitId: number, functionCode: number, address: number, pdu: Buffer): void {
    const set = (kind: "coil" | "word", at: number, value: number) =>
      this.#written.set(`${unitId} ${kind} ${address + at}`, value);
    const count = pdu.readUInt16BE(3);
    if (functionCode === 5) set("coil", 0, count === 0xff00 ? 1 : 0);
    if (functionCode === 6) set("word", 0, count);
    for (let at = 0; at < count && functionCode === 15; at++)
      set("coil", at, ((pdu[6 + (at >> 3)] ?? 0) >> (at & 7)) & 1);
    for (let at = 0; at < count && functionCode === 16; at++) set("word", at, pdu.readUInt16BE(6 + at * 2));
  }
}
