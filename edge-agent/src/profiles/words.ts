import { RegisterShapeError } from "../errors.ts";
import { type PartType, type RegisterPart, WORDS_OF_TYPE } from "./profile.ts";

const BYTES = new DataView(new ArrayBuffer(8));

/**
 * The number in the words of one part; 64-bit integers are bigints, so that millilitre totals stay exact.
 *
 * Shape: `words` are as many unsigned 16-bit integers as the type takes, in bus order.
 *
 * @throws {RegisterShapeError} when they are not.
 * @see Modbus Application Protocol V1.1b3, section 4.2: the high byte of a word comes first.
 */
export function decodePart(words: readonly number[], part: Pick<RegisterPart, "type" | "order">): number | bigint {
  if (words.length !== WORDS_OF_TYPE[part.type] || !words.every(isWord))
    throw new RegisterShapeError(`${part.type} takes ${WORDS_OF_TYPE[part.type]} words, got [${words.join(", ")}]`);
  const lowWordFirst = part.order === "CDAB" || part.order === "DCBA";
  const lowByteFirst = part.order === "BADC" || part.order === "DCBA";
  words.forEach((word, at) => {
    const place = lowWordFirst ? words.length - 1 - at : at;
    BYTES.setUint16(place * 2, word, lowByteFirst);
  });
  return readNumber(part.type);
}

function readNumber(type: PartType): number | bigint {
  switch (type) {
    case "uint16":
      return BYTES.getUint16(0);
    case "int16":
      return BYTES.getInt16(0);
    case "uint32":
      return BYTES.getUint32(0);
    case "int32":
      return BYTES.getInt32(0);
    case "float32":
      return BYTES.getFloat32(0);
    case "uint64":
      return BYTES.getBigUint64(0);
    case "int64":
      return BYTES.getBigInt64(0);
    case "float64":
      return BYTES.getFloat64(0);
  }
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
