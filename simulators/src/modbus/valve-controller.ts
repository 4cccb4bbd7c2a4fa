import type { FramedRequest } from "./request-streams.ts";

export interface ValveControllerOptions {
  /** Time from shut to open, real milliseconds. */
  readonly travelMs: number;
  /** Monotonic real milliseconds. */
  readonly realNow?: () => number;
}

/** Position of an open valve, in per mille. */
const OPEN = 1000;
const ORDERS: Readonly<Record<number, number>> = { 1: OPEN, 2: 0 };

/**
 * The controller of a motor valve: it is ordered in one register and tells in others where it stands.
 *
 * - holding register 0: the order, 1 open, 2 shut; reads as 0 again at once, as a push button
 * - input register 10: position, 0 shut to 1000 open
 * - input register 11: status word, bit 0 shut, bit 1 open, bit 2 moving, bit 3 jammed
 * - discrete inputs 0 and 1: the limit switches, shut and open
 */
export class ValveController {
  readonly #travelMs: number;
  readonly #realNow: () => number;
  #from = OPEN;
  #target = OPEN;
  #orderedAtRealMs = 0;
  #isJammed = false;

  constructor({ travelMs, realNow = () => performance.now() }: ValveControllerOptions) {
    this.#travelMs = travelMs;
    this.#realNow = realNow;
  }

  /** Where the valve stands, 0 shut to 1000 open. */
  get position(): number {
    const way = ((this.#realNow() - this.#orderedAtRealMs) / this.#travelMs) * OPEN;
    const direction = Math.sign(this.#target - this.#from);
    return Math.round(this.#from + direction * Math.min(way, Math.abs(this.#target - this.#from)));
  }

  /** The valve stays where it stands, whatever is ordered. */
  jam(): void {
    this.#moveTo(this.position);
    this.#isJammed = true;
  }

  /** The answer's function code and data, with an exception for what the controller does not have. */
  answer({ pdu }: FramedRequest): Buffer {
    const [functionCode, address, count] = [pdu[0] ?? 0, pdu.readUInt16BE(1), pdu.readUInt16BE(3)];
    if (functionCode === 6 && address === 0) return this.#order(count, pdu);
    const values = this.#valuesOf(functionCode);
    if (values === undefined) return Buffer.of(functionCode | 0x80, 1);
    const asked = Array.from({ length: count }, (_, at) => values[address + at]);
    if (count === 0 || asked.some((value) => value === undefined)) return Buffer.of(functionCode | 0x80, 2);
    const known = asked.map((value) => value ?? 0);
    return functionCode === 2 ? bitsOf(functionCode, known) : wordsOf(functionCode, known);
  }

  #order(order: number, pdu: Buffer): Buffer {
    const target = ORDERS[order];
    if (target === undefined) return Buffer.of(0x86, 3);
    if (!this.#isJammed) this.#moveTo(target);
    return pdu.subarray(0, 5);
  }

  #moveTo(target: number): void {
    this.#from = this.position;
    this.#target = target;
    this.#orderedAtRealMs = this.#realNow();
  }

  /** What stands at which address, by the function that reads it. */
  #valuesOf(functionCode: number): Readonly<Record<number, number>> | undefined {
    const { position } = this;
    const [isShut, isOpen] = [Number(position === 0), Number(position === OPEN)];
    const isMoving = Number(position !== this.#target);
    const status = isShut | (isOpen << 1) | (isMoving << 2) | (Number(this.#isJammed) << 3);
    if (functionCode === 2) return { 0: isShut, 1: isOpen };
    if (functionCode === 3) return { 0: 0 };
    return functionCode === 4 ? { 10: position, 11: status } : undefined;
  }
}

function wordsOf(functionCode: number, words: readonly number[]): Buffer {
  const pdu = Buffer.alloc(2 + words.length * 2);
  pdu.set([functionCode, words.length * 2]);
  for (const [at, word] of words.entries()) pdu.writeUInt16BE(word, 2 + at * 2);
  return pdu;
}

function bitsOf(functionCode: number, bits: readonly number[]): Buffer {
  return Buffer.of(
    functionCode,
    1,
    bits.reduce((byte, bit, at) => byte | (bit << at), 0),
  );
}
