import type { Flag } from "../quality.ts";
import type { StatusMeaning, StatusWord } from "../wire/profiles/profile-head.ts";

/** What a status word says: known meanings, and the bits or the code that nobody has described. */
export interface StatusReading {
  /** True where the word tells what has been, and not what is. */
  readonly latched: boolean;
  readonly meanings: readonly StatusMeaning[];
  readonly unknown: readonly number[];
}

/** The meanings of a status word's value; of a set of bits in rising order of the bits. */
export function readStatus(status: StatusWord, value: number | bigint): StatusReading {
  const { latched, bits, codes } = status;
  if (Object.keys(codes).length > 0) {
    const meaning = codes[String(value)];
    return { latched, meanings: meaning ? [meaning] : [], unknown: meaning ? [] : [Number(value)] };
  }
  const set = setBits(BigInt(value));
  const meanings = set.flatMap((bit) => bits[String(bit)] ?? []);
  return { latched, meanings, unknown: set.filter((bit) => bits[String(bit)] === undefined) };
}

/** The flags that readings of the same poll get: those of what stands now, never of a latched bit. */
export function flagsOfStatus(status: StatusWord, value: number | bigint): Flag[] {
  const { latched, meanings } = readStatus(status, value);
  return latched ? [] : [...new Set(meanings.flatMap(({ flag }) => flag ?? []))];
}

function setBits(value: bigint): number[] {
  const bits: number[] = [];
  for (let bit = 0, rest = BigInt.asUintN(64, value); rest > 0n; bit++, rest >>= 1n) if (rest & 1n) bits.push(bit);
  return bits;
}
