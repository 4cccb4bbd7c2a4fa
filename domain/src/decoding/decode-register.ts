import type { MissingReason } from "../quality.ts";
import { convert, type Unit } from "../units.ts";
import { PART_WEIGHTS, type ProfileRegister, partsOf } from "../wire/profiles/modbus-register.ts";
import { composeCounts, narrowed } from "./counts.ts";
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
 * Shape: `words` holds the words of each part, in the order of `partsOf(register)`.
 *
 * @throws {RegisterShapeError} when a part has another number of words than its type takes.
 */
export function decodeRegister(
  register: ProfileRegister,
  words: readonly (readonly number[])[],
  target: DecodeTarget,
): Decoded {
  const all = partsOf(register);
  const numbers = all.map((part, at) => decodePart(words[at] ?? [], part));
  if (all.some((part, at) => part.sentinels.length > 0 && part.sentinels.includes(wordsToText(words[at] ?? []))))
    return { missing: "sentinel" };
  if (numbers.some((number) => typeof number === "number" && !Number.isFinite(number)))
    return { missing: "not_a_number" };
  const factor = factorOf(register, numbers.slice(register.parts.length));
  if (factor === undefined) return { missing: "bad_status" };
  const value = composed(register, numbers.slice(0, register.parts.length), factor, target);
  return value === null || (typeof value === "number" && !Number.isFinite(value))
    ? { missing: "not_a_number" }
    : { value };
}

/** What sign, unit code and exponent make of the number; undefined where one of them says nothing that is known. */
function factorOf(register: ProfileRegister, modifiers: readonly (number | bigint)[]): number | undefined {
  const rest = [...modifiers];
  let factor = 1;
  if (register.sign !== undefined) factor *= signOf(register.sign, Number(rest.shift()));
  if (register.unitCode !== undefined) factor *= register.unitCode.factors[String(rest.shift())] ?? Number.NaN;
  if (register.exponent !== undefined) factor *= powerOf(register.exponent, Number(rest.shift()));
  return Number.isNaN(factor) ? undefined : factor;
}

function signOf({ negative, positive }: NonNullable<ProfileRegister["sign"]>, code: number): number {
  if (negative.includes(code)) return -1;
  return positive === undefined || positive.includes(code) ? 1 : Number.NaN;
}

function powerOf({ add, min, max }: NonNullable<ProfileRegister["exponent"]>, code: number): number {
  const exponent = code + add;
  // A power written out is the decimal itself; 10 ** -3 may be the float beside it.
  return Number.isInteger(exponent) && exponent >= min && exponent <= max ? Number(`1e${exponent}`) : Number.NaN;
}

function composed(
  register: ProfileRegister,
  parts: readonly (number | bigint)[],
  factor: number,
  target: DecodeTarget,
): number | bigint | null {
  const fixed: readonly number[] | undefined = PART_WEIGHTS[register.composition];
  const weights = register.parts.map((part, at) => fixed?.[at] ?? part.weight ?? 1);
  const unit = convert(1, register.unit, target.unit);
  const perOne = register.scale * factor * unit;
  if (target.resolution === undefined) return sum(parts, weights) * perOne + register.offset * unit;
  const perCount = perOne / target.resolution;
  const counts = composeCounts(
    parts,
    weights.map((weight) => weight * perCount),
    (register.offset * unit) / target.resolution,
  );
  return counts === null ? null : narrowed(counts);
}

function sum(parts: readonly (number | bigint)[], weights: readonly number[]): number {
  return parts.reduce<number>((total, part, at) => total + Number(part) * (weights[at] ?? 1), 0);
}
