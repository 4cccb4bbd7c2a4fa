import { decodeBcd } from "../bcd.ts";
import { decodeInstant, decodeTimeOfDay, type MbusInstant } from "./dates.ts";
import { MbusDataError } from "./errors.ts";
import { extensionMeaning, type MbusMeaning, primaryMeaning } from "./vif.ts";

/** The number, text or date of a record. */
export type MbusValue =
  | { readonly kind: "integer"; readonly digits: number | bigint }
  | { readonly kind: "float"; readonly number: number }
  | { readonly kind: "instant"; readonly instant: MbusInstant | null }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** No data, or digits that are none. */
  | { readonly kind: "none" };

/** One record of a meter: what it is of, from when, and how much. */
export interface MbusRecord extends MbusMeaning {
  readonly function: "current" | "max" | "min" | "error";
  readonly storage: number;
  readonly tariff: number;
  readonly subunit: number;
  /** `reverse` counts only what flows back; `base` is a gas volume at base conditions. */
  readonly flavour: "plain" | "reverse" | "base";
  /** False where an extension says something that this decoder does not know: no channel takes such a record. */
  readonly isUnderstood: boolean;
  readonly value: MbusValue;
  /** Its information fields as they came, and how many bytes of data follow them. */
  readonly form: { readonly fields: Uint8Array; readonly dataBytes: number };
}

/** The records of one telegram. */
export interface MbusRecords {
  readonly records: readonly MbusRecord[];
  /** Bytes that only the maker understands, after the last record; passed by. */
  readonly makerBytes: Uint8Array;
  /** The meter has more to say in a further telegram. */
  readonly hasMore: boolean;
}

const FUNCTIONS = ["current", "max", "min", "error"] as const;
/** Bytes of the data field codes 0 to 7 and 9 to 14. 8 asks, 13 tells its length itself, 15 is special. */
const FIELD_BYTES: readonly (number | undefined)[] = [0, 1, 2, 3, 4, 4, 6, 8, 0, 1, 2, 3, 4, undefined, 6, undefined];
const MAX_EXTENSIONS = 10;
const IDLE_FILLER = 0x2f;

/**
 * The variable data records of a telegram, in their order.
 *
 * Shape: `bytes` begins with the first DIF, after the header.
 *
 * @throws {MbusDataError} when a record is cut, or has more than ten extensions.
 * @see EN 13757-3, section 6
 */
export function decodeMbusRecords(bytes: Uint8Array): MbusRecords {
  const reader = new Reader(bytes);
  const records: MbusRecord[] = [];
  while (!reader.isAtEnd) {
    const dif = reader.byte();
    if (dif === IDLE_FILLER) continue;
    if ((dif & 0x0f) === 0x0f) {
      if (dif === 0x0f || dif === 0x1f) return { records, makerBytes: reader.rest(), hasMore: dif === 0x1f };
      throw new MbusDataError(`data information field ${dif.toString(16)} is reserved`);
    }
    records.push(readRecord(reader, dif));
  }
  return { records, makerBytes: new Uint8Array(0), hasMore: false };
}

/** Reads bytes in order. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  get at(): number {
    return this.#at;
  }

  /** What was read from an earlier place on. */
  since(from: number): Uint8Array {
    return this.#bytes.slice(from, this.#at);
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  take(count: number): Uint8Array {
    if (this.#at + count > this.#bytes.length) throw new MbusDataError(`a record is cut at byte ${this.#bytes.length}`);
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  rest(): Uint8Array {
    return Uint8Array.from(this.take(this.#bytes.length - this.#at));
  }

  /** Bytes for as long as the highest bit of the one before is set. */
  extensions(first: number): number[] {
    const bytes: number[] = [];
    for (let last = first; (last & 0x80) !== 0; last = bytes.at(-1) ?? 0) {
      if (bytes.length === MAX_EXTENSIONS)
        throw new MbusDataError(`a record has more than ${MAX_EXTENSIONS} extensions`);
      bytes.push(this.byte());
    }
    return bytes;
  }
}

function readRecord(reader: Reader, dif: number): MbusRecord {
  const from = reader.at - 1;
  const place = placeOf(dif, reader.extensions(dif));
  const { meaning, extensions } = readMeaning(reader);
  const fields = reader.since(from);
  const dataFrom = reader.at;
  const value = readValue(reader, dif & 0x0f, meaning);
  const form = { fields, dataBytes: reader.at - dataFrom };
  return { ...place, ...meaningWith(meaning, extensions), value, form };
}

/** Storage number, tariff and subunit are spread over the first field and its extensions. */
function placeOf(dif: number, extensions: readonly number[]) {
  let [storage, tariff, subunit] = [(dif >> 6) & 1, 0, 0];
  extensions.forEach((dife, at) => {
    storage += (dife & 0x0f) * 2 ** (1 + at * 4);
    tariff += ((dife >> 4) & 3) * 4 ** at;
    subunit += ((dife >> 6) & 1) * 2 ** at;
  });
  return { function: FUNCTIONS[(dif >> 4) & 3] ?? "current", storage, tariff, subunit };
}

function readMeaning(reader: Reader): { meaning: MbusMeaning; extensions: readonly number[] } {
  const vif = reader.byte();
  if ((vif & 0x7f) === 0x7c) {
    const text = textOf(reader.take(reader.byte()));
    return { meaning: { ...primaryMeaning(0x7c), unit: text }, extensions: reader.extensions(vif) };
  }
  const extensions = reader.extensions(vif);
  if (vif !== 0xfb && vif !== 0xfd) return { meaning: primaryMeaning(vif & 0x7f), extensions };
  const [code = 0, ...more] = extensions;
  return { meaning: extensionMeaning(vif, code & 0x7f), extensions: more };
}

/** What the extensions after the meaning change. */
function meaningWith(meaning: MbusMeaning, extensions: readonly number[]) {
  let exponent = meaning.exponent;
  let flavour: MbusRecord["flavour"] = "plain";
  let isUnderstood = true;
  for (const vife of extensions.map((byte) => byte & 0x7f)) {
    if (vife >= 0x70 && vife <= 0x77) exponent += vife - 0x76;
    else if (vife === 0x7d) exponent += 3;
    else if (vife === 0x3c) flavour = "reverse";
    else if (vife === 0x3e) flavour = "base";
    // 3B counts only what flows forward, which is what a plain total does.
    else if (vife !== 0x3b) isUnderstood = false;
  }
  return { ...meaning, exponent, flavour, isUnderstood };
}

function readValue(reader: Reader, field: number, meaning: MbusMeaning): MbusValue {
  const bytes = FIELD_BYTES[field];
  if (bytes === undefined) return readVariable(reader);
  const data = reader.take(bytes);
  if (bytes === 0) return { kind: "none" };
  if (field >= 9) return ofDigits(decodeBcd(data, true));
  if (field === 5) return ofFloat(Buffer.from(data).readFloatLE());
  if (meaning.quantity === "date" || meaning.quantity === "time") return readInstant(data);
  return { kind: "integer", digits: integerOf(data) };
}

/** What a meter sends as NaN or beyond all numbers is no value. */
function ofFloat(number: number): MbusValue {
  return Number.isFinite(number) ? { kind: "float", number } : { kind: "none" };
}

function readInstant(data: Uint8Array): MbusValue {
  if (data.length !== 3) return { kind: "instant", instant: decodeInstant(data) };
  const seconds = decodeTimeOfDay(data);
  return seconds === null ? { kind: "none" } : { kind: "integer", digits: seconds };
}

/** A field that tells its length itself: text, digits or bytes. */
function readVariable(reader: Reader): MbusValue {
  const length = reader.byte();
  if (length < 0xc0) return { kind: "text", text: textOf(reader.take(length)) };
  if (length < 0xca) return ofDigits(decodeBcd(reader.take(length - 0xc0)));
  if (length >= 0xd0 && length < 0xda) {
    const digits = decodeBcd(reader.take(length - 0xd0));
    return ofDigits(digits === null ? null : 0 - digits);
  }
  if (length >= 0xe0 && length < 0xf0) return { kind: "bytes", bytes: Uint8Array.from(reader.take(length - 0xe0)) };
  if (length >= 0xf0 && length < 0xf5)
    return { kind: "bytes", bytes: Uint8Array.from(reader.take(4 * (length - 0xec))) };
  throw new MbusDataError(`a variable length of ${length.toString(16)}h is reserved`);
}

function ofDigits(digits: number | null): MbusValue {
  return digits === null ? { kind: "none" } : { kind: "integer", digits };
}

/** Signed, low byte first; a number while it is exact as one. */
function integerOf(data: Uint8Array): number | bigint {
  if (data.length <= 6) return Buffer.from(data).readIntLE(0, data.length);
  const wide = Buffer.from(data).readBigInt64LE();
  const isSafe = wide >= Number.MIN_SAFE_INTEGER && wide <= Number.MAX_SAFE_INTEGER;
  return isSafe ? Number(wide) : wide;
}

/** Text goes over the line last letter first. */
function textOf(data: Uint8Array): string {
  return Buffer.from(data).reverse().toString("latin1");
}
