import { z } from "zod";

/** Quality of a raw reading, as it travels: 0 good, 1 suspect, 2 missing. */
export const Quality = z.enum(["good", "suspect", "missing"]);
export type Quality = z.infer<typeof Quality>;

export const QUALITY_CODES = { good: 0, suspect: 1, missing: 2 } as const satisfies Record<Quality, number>;
const QUALITY_NAMES: readonly Quality[] = ["good", "suspect", "missing"];

/** The quality of a wire or store code; undefined for an unknown code. */
export function qualityFromCode(code: number): Quality | undefined {
  return QUALITY_NAMES[code];
}

/** Why a reading has no value. */
export const MissingReason = z.enum(["timeout", "exception", "sentinel", "disconnected", "not_a_number", "bad_status"]);
export type MissingReason = z.infer<typeof MissingReason>;

/**
 * Cause flags of readings and intervals, a bit set (DOMAIN 3.3). The order is the wire and store format:
 * append only, never reorder. All 32 bits are taken: another flag needs a wider column first.
 */
export const FLAG_NAMES = [
  "gap",
  "duplicate",
  "out_of_order",
  "future_time",
  "clock_shift",
  "spike",
  "negative",
  "rollover",
  "frozen",
  "flat",
  "high",
  "low",
  "zero",
  "sum_mismatch",
  "unit_mismatch",
  "multiplier_mismatch",
  "reverse",
  "over_q4",
  "under_q1",
  "comms_error",
  "device_alarm",
  "exchange",
  "planned",
  "interpolated",
  "conflict",
  "over_digits",
  "timeout",
  "exception",
  "sentinel",
  "disconnected",
  "not_a_number",
  "bad_status",
] as const;
export const Flag = z.enum(FLAG_NAMES);
export type Flag = z.infer<typeof Flag>;

const FLAG_BITS = new Map<string, number>(FLAG_NAMES.map((name, bit) => [name, 2 ** bit]));

/** The bit set of some flags, an unsigned 32-bit number. Unknown names are ignored: a newer agent may know more. */
export function flagsToBits(flags: Iterable<string>): number {
  let bits = 0;
  for (const flag of flags) bits = (bits | (FLAG_BITS.get(flag) ?? 0)) >>> 0;
  return bits;
}

/** The names in a bit set, in wire order. */
export function bitsToFlags(bits: number): Flag[] {
  return FLAG_NAMES.filter((_, bit) => Math.floor(bits / 2 ** bit) % 2 === 1);
}

/** Whether `bits` holds `flag`. */
export function hasFlag(bits: number, flag: Flag): boolean {
  return Math.floor(bits / (FLAG_BITS.get(flag) ?? Number.POSITIVE_INFINITY)) % 2 === 1;
}
