import { RegisterShapeError } from "../errors.ts";
import { type PartFormat, type PartType, wordsOfPart } from "../wire/profiles/modbus-part.ts";
import { decodeBcd } from "./bcd.ts";
import { toFloat16 } from "./float16.ts";

const BUFFER = new ArrayBuffer(8);
const VIEW = new DataView(BUFFER);
const BYTES = new Uint8Array(BUFFER);

/**
 * The number in the words of one part; 64-bit integers and BCD of 16 digits are bigints, so that millilitre totals stay
 * exact. NaN where the words are no number: a float's NaN, or BCD with a digit above 9.
 *
 * Shape: `words` are as many unsigned 16-bit integers as the type takes, in bus order; of a coil 0 or 1.
 *
 * @throws {RegisterShapeError} when they are not, or when the type is a string.
 * @see Modbus Application Protocol V1.1b3, section 4.2: the high byte of a word comes first.
 */
export function decodePart(words: readonly number[], part: PartFormat): number | bigint {
  const { type, order = "ABCD" } = part;
  const count = wordsOfPart(part);
  if (type === "string") throw new RegisterShapeError("a string is no number");
  if (words.length !== count) throw new RegisterShapeError(`${type} takes ${count} words, got [${words.join(", ")}]`);
  const places = placesOf(order, count * 2);
  for (let at = 0; at < count; at++) {
    const word = words[at] ?? -1;
    if (!isWord(word)) throw new RegisterShapeError(`${word} is no 16-bit word`);
    BYTES[places[at * 2] ?? 0] = word >> 8;
    BYTES[places[at * 2 + 1] ?? 0] = word & 0xff;
  }
  return readNumber(type, part);
}

function readNumber(type: Exclude<PartType, "string">, part: PartFormat): number | bigint {
  switch (type) {
    case "bit":
      return (VIEW.getUint16(0) >> (part.bit ?? 0)) & 1;
    case "bits":
      return (VIEW.getUint16(0) >> (part.bit ?? 0)) & (2 ** (part.width ?? 1) - 1);
    case "uint8hi":
      return VIEW.getUint8(0);
    case "uint8lo":
      return VIEW.getUint8(1);
    case "int8hi":
      return VIEW.getInt8(0);
    case "int8lo":
      return VIEW.getInt8(1);
    case "uint16":
      return VIEW.getUint16(0);
    case "int16":
      return VIEW.getInt16(0);
    case "float16":
      return toFloat16(VIEW.getUint16(0));
    case "uint32":
      return VIEW.getUint32(0);
    case "int32":
      return VIEW.getInt32(0);
    case "float32":
      return VIEW.getFloat32(0);
    case "uint48":
      return VIEW.getUint16(0) * 2 ** 32 + VIEW.getUint32(2);
    case "int48":
      return VIEW.getInt16(0) * 2 ** 32 + VIEW.getUint32(2);
    case "uint64":
      return VIEW.getBigUint64(0);
    case "int64":
      return VIEW.getBigInt64(0);
    case "float64":
      return VIEW.getFloat64(0);
    case "bcd16":
    case "bcd32":
    case "bcd48":
    case "bcd64":
      return decodeBcd(BYTES.subarray(0, wordsOfPart(part) * 2), part.sign ?? "none");
  }
}

/**
 * The text in the words of a string part, without the zeros and spaces behind it. Bytes outside printable ASCII show as `?`.
 *
 * @throws {RegisterShapeError} when there are too few or too many words.
 */
export function decodeText(words: readonly number[], part: PartFormat): string {
  const count = wordsOfPart(part);
  if (words.length !== count || !words.every(isWord))
    throw new RegisterShapeError(`a string of ${count} words, got [${words.join(", ")}]`);
  const lowByteFirst = part.order === "BADC" || part.order === "DCBA";
  const bytes = words.flatMap((word) => (lowByteFirst ? [word & 0xff, word >> 8] : [word >> 8, word & 0xff]));
  const end = bytes.indexOf(0);
  const shown = bytes.slice(0, end < 0 ? bytes.length : end).map((byte) => (byte >= 0x20 && byte < 0x7f ? byte : 0x3f));
  return String.fromCharCode(...shown).trimEnd();
}

const PLACES = new Map<string, Map<number, Uint8Array>>();

/** Where each byte goes that comes from the bus, so that the highest one is at 0. */
function placesOf(order: string, bytes: number): Uint8Array {
  return PLACES.get(order)?.get(bytes) ?? keepPlaces(order, bytes);
}

function keepPlaces(order: string, bytes: number): Uint8Array {
  const places = makePlaces(order, bytes);
  const byLength = PLACES.get(order) ?? new Map<number, Uint8Array>();
  PLACES.set(order, byLength.set(bytes, places));
  return places;
}

function makePlaces(order: string, bytes: number): Uint8Array {
  if (order.length === bytes) return Uint8Array.from(order, (letter) => letter.charCodeAt(0) - 65);
  const lowWordFirst = order === "CDAB" || order === "DCBA";
  const lowByteFirst = order === "BADC" || order === "DCBA";
  return Uint8Array.from({ length: bytes }, (_, at) => {
    const word = lowWordFirst ? bytes / 2 - 1 - (at >> 1) : at >> 1;
    return word * 2 + (lowByteFirst ? 1 - (at & 1) : at & 1);
  });
}

function isWord(word: number): boolean {
  return Number.isInteger(word) && word >= 0 && word <= 0xffff;
}

/** Words as a profile writes them: `40FE 240C`. */
export function wordsToText(words: readonly number[]): string {
  return words.map((word) => word.toString(16).toUpperCase().padStart(4, "0")).join(" ");
}

/** The words of a profile's text. */
export function textToWords(text: string): number[] {
  return text.split(" ").map((word) => Number.parseInt(word, 16));
}
