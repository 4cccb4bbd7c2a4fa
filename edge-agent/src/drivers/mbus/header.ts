import { MbusDataError } from "./errors.ts";

/** Who a meter is, as it says itself. */
export interface MbusIdentity {
  /** Three letters. */
  readonly maker: string;
  /** Eight digits as printed; hex letters where a meter has such. */
  readonly number: string;
  readonly version: number;
  /** 03 gas, 06 warm water, 07 water, 04 heat, … @see EN 13757-3, device type */
  readonly medium: number;
}

/** The header of a telegram, and what follows it. */
export interface MbusHeader {
  /** Null where the header is short: the link layer says who it is then. */
  readonly identity: MbusIdentity | null;
  readonly accessNumber: number;
  /** Bit 2 power low, bit 3 permanent error, bit 4 temporary error; the rest by state and maker. */
  readonly status: number;
  /** Encryption mode and its settings; 0 where nothing is encrypted. */
  readonly configuration: number;
  readonly body: Uint8Array;
}

/** Bits of the status that say that the meter is not well: any application error, power low, permanent, temporary. */
export const STATUS_ALARM = 0b0001_1110;

const LONG_BYTES = 12;
const SHORT_BYTES = 4;

/**
 * The header that a control information byte announces: 72 long, 7A short, 78 none.
 *
 * @throws {MbusDataError} for another kind, among them 73, the fixed structure of meters from before 2000.
 */
export function decodeMbusHeader(ci: number, data: Uint8Array): MbusHeader {
  if (ci === 0x78) return { identity: null, accessNumber: 0, status: 0, configuration: 0, body: data };
  if (ci !== 0x72 && ci !== 0x7a)
    throw new MbusDataError(`control information ${ci.toString(16).toUpperCase()} is not one that is decoded`);
  const isLong = ci === 0x72;
  const length = isLong ? LONG_BYTES : SHORT_BYTES;
  if (data.length < length) throw new MbusDataError(`a header of ${data.length} bytes is cut`);
  const [accessNumber = 0, status = 0, low = 0, high = 0] = data.subarray(length - SHORT_BYTES, length);
  const identity = isLong ? decodeIdentity(data.subarray(0, 8)) : null;
  return { identity, accessNumber, status, configuration: low | (high << 8), body: data.subarray(length) };
}

/** Who it is, in the order of a long header: number, maker, version, medium. */
export function decodeIdentity(bytes: Uint8Array): MbusIdentity {
  const number = Buffer.from(bytes.subarray(0, 4)).reverse().toString("hex").toUpperCase();
  const [low = 0, high = 0, version = 0, medium = 0] = bytes.subarray(4, 8);
  return { number, maker: makerOf(low | (high << 8)), version, medium };
}

/** The same the other way round. */
export function encodeIdentity({ number, maker, version, medium }: MbusIdentity): Uint8Array {
  const code = makerCode(maker);
  return Uint8Array.of(...Buffer.from(number, "hex").reverse(), code & 0xff, code >> 8, version, medium);
}

/** Three letters of five bits each, counted from A = 1. */
export function makerOf(code: number): string {
  return [10, 5, 0].map((shift) => String.fromCharCode(((code >> shift) & 0x1f) + 64)).join("");
}

/** The code of three letters. */
export function makerCode(maker: string): number {
  return [...maker].reduce((code, letter) => (code << 5) | ((letter.charCodeAt(0) - 64) & 0x1f), 0);
}

/** What a meter is called in logs and key files: `ELS-12345678`. */
export function nameOf({ maker, number }: Pick<MbusIdentity, "maker" | "number">): string {
  return `${maker}-${number}`;
}
