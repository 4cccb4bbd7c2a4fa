import { convert, type MissingReason, type Unit } from "@nightflow/domain";
import { addCounts, narrowed, wholeCounts } from "./counts.ts";
import { PART_WEIGHTS, type ProfileRegister } from "./profile.ts";
import { decodePart, wordsToText } from "./words.ts";

/** The channel that a decoded value is meant for: its unit, and for totals the size of one count in that unit. */
export interface DecodeTarget {
  readonly unit: Unit;
  readonly resolution?: number | undefined;
}

/** A value, or why there is none. */
export type Decoded = { readonly value: number | bigint } | { readonly missing: MissingReason };

/**
 * What a register showed: counts of the target's resolution for totals, a number in the target's unit for gauges.
 * Integer parts are never turned into floats on the way, so 123456 + 0.789 m³ are exactly 123456789 counts of a litre.
 *
 * Shape: `words` holds the words of each part, in the order of `register.parts`.
 *
 * @throws {RegisterShapeError} when a part has another number of words than its type takes.
 */
export function decodeRegister(
  register: ProfileRegister,
  words: readonly (readonly number[])[],
  target: DecodeTarget,
): Decoded {
  if (isSentinel(register, words)) return { missing: "sentinel" };
  const parts = register.parts.map((part, at) => decodePart(words[at] ?? [], part));
  if (parts.some((part) => typeof part === "number" && !Number.isFinite(part))) return { missing: "not_a_number" };
  const weights: readonly number[] = PART_WEIGHTS[register.composition];
  const perUnit = register.scale * convert(1, register.unit, target.unit);
  const value =
    target.resolution === undefined
      ? sum(parts, weights) * perUnit
      : composeCounts(parts, weights, perUnit / target.resolution);
  return value === null ? { missing: "not_a_number" } : { value };
}

function isSentinel(register: ProfileRegister, words: readonly (readonly number[])[]): boolean {
  return register.parts.some(
    (part, at) => part.sentinels.length > 0 && part.sentinels.includes(wordsToText(words[at] ?? [])),
  );
}

function sum(parts: readonly (number | bigint)[], weights: readonly number[]): number {
  return parts.reduce<number>((total, part, at) => total + Number(part) * (weights[at] ?? 1), 0);
}

function composeCounts(
  parts: readonly (number | bigint)[],
  weights: readonly number[],
  countsPerOne: number,
): number | bigint | null {
  let total: number | bigint | null = 0;
  for (const [at, part] of parts.entries()) {
    const counts = wholeCounts(part, (weights[at] ?? 1) * countsPerOne);
    if (counts === null || total === null) return null;
    total = addCounts(total, counts);
  }
  return total === null ? null : narrowed(total);
}
