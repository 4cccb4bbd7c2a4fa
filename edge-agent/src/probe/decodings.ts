import { decodePart, type PartType, wordsOfPart } from "@nightflow/domain";

/** One way to read some words. */
export interface Decoding {
  /** Index of the first word in the block. */
  readonly at: number;
  readonly type: PartType;
  /** Bytes in the order in which they travel, as a profile writes it. */
  readonly order: string;
  readonly value: number | bigint;
}

const NUMBER_TYPES = [
  "uint16",
  "int16",
  "float16",
  "bcd16",
  "uint32",
  "int32",
  "float32",
  "bcd32",
  "uint48",
  "bcd48",
  "uint64",
  "int64",
  "float64",
  "bcd64",
] as const satisfies readonly PartType[];

const ORDERS_OF_WORDS: Readonly<Record<number, readonly string[]>> = {
  1: ["ABCD", "BADC"],
  2: ["ABCD", "CDAB", "BADC", "DCBA"],
  3: ["ABCD", "CDAB", "BADC", "DCBA"],
  // The four of all widths, and the two of makers that swap halves of 32 bits.
  4: ["ABCD", "CDAB", "BADC", "DCBA", "EFGHABCD", "CDABGHEF"],
};

/** Every number that can be read at a place of a block: all types in all orders. What is no number there is left out. */
export function decodingsAt(words: readonly number[], at: number): Decoding[] {
  return NUMBER_TYPES.flatMap((type) => {
    const count = wordsOfPart({ type });
    if (at + count > words.length) return [];
    const own = words.slice(at, at + count);
    return (ORDERS_OF_WORDS[count] ?? []).flatMap((order) => {
      const value = decodePart(own, { type, order });
      return typeof value === "number" && !Number.isFinite(value) ? [] : [{ at, type, order, value }];
    });
  });
}

/** Every decoding of a block, place by place. */
export function decodingsOf(words: readonly number[]): Decoding[] {
  return words.flatMap((_, at) => decodingsAt(words, at));
}

/** How well an order of words suits the floats of a block. */
export interface OrderVote {
  readonly order: string;
  /** Singles that a meter may well show. */
  readonly plausible: number;
  /** Singles that no meter shows, such as 1.7e-40. */
  readonly odd: number;
}

const ORDERS_32 = ["ABCD", "CDAB", "BADC", "DCBA"] as const;

/**
 * The orders of words, the most plausible first: how many singles of the block are of a size that meters show. Words that
 * are all the same in every order, such as zeros, vote for none. Null when nothing tells one order from another.
 */
export function orderVotes(words: readonly number[]): readonly OrderVote[] | null {
  const votes = ORDERS_32.map((order) => voteOf(words, order));
  const ranked = votes.sort((a, b) => b.plausible - b.odd - (a.plausible - a.odd));
  const [first, second] = ranked;
  if (first === undefined || second === undefined || first.plausible === 0) return null;
  return first.plausible - first.odd > second.plausible - second.odd ? ranked : null;
}

/** Registers of two words begin at even or at odd places; the better of both counts, or else halves of neighbours vote. */
function voteOf(words: readonly number[], order: string): OrderVote {
  const [even, odd] = [votesFrom(words, order, 0), votesFrom(words, order, 1)];
  return even.plausible - even.odd >= odd.plausible - odd.odd ? even : odd;
}

function votesFrom(words: readonly number[], order: string, first: 0 | 1): OrderVote {
  let plausible = 0;
  let odd = 0;
  for (let at = first; at + 2 <= words.length; at += 2) {
    const value = Number(decodePart(words.slice(at, at + 2), { type: "float32", order }));
    if (value === 0) continue;
    if (value >= 1e-3 && value <= 1e7) plausible++;
    else odd++;
  }
  return { order, plausible, odd };
}

const LEAST = 1e-4;
const MOST = 1e9;

/** Whether a meter may show such a number: finite, and of a size between a drop and a reservoir. */
export function isPlausible(value: number | bigint): boolean {
  const size = Math.abs(Number(value));
  return size === 0 || (size >= LEAST && size <= MOST);
}
