import {
  areConvertible,
  type ChannelDescription,
  convert,
  type Flag,
  narrowed,
  type Reading,
  type Unit,
  wholeCounts,
} from "@nightflow/domain";

/**
 * `digits` × 10^`exponent` in a unit as a reading of a channel: counts of its resolution for a register, a number in its
 * unit for a gauge. Digits stay whole numbers on the way, so that no total is rounded by a float.
 */
export function readingOfDigits(
  channel: ChannelDescription,
  number: { readonly digits: number | bigint; readonly exponent: number; readonly unit: Unit },
  at: { readonly readAt: number; readonly flags: readonly Flag[] },
): Reading {
  const { id, resolution } = channel;
  const { digits, exponent, unit } = number;
  if (!areConvertible(unit, channel.unit)) return missingReading(channel, at.readAt, "bad_status");
  const perDigit = convert(1, unit, channel.unit);
  const value =
    resolution === undefined
      ? roundedGauge(Number(digits) * perDigit, exponent)
      : wholeCounts(digits, (perDigit / resolution) * 10 ** exponent);
  if (value === null) return missingReading(channel, at.readAt, "not_a_number");
  return { quality: "good", channel: id, readAt: at.readAt, value: narrowed(value), flags: [...at.flags] };
}

/** A number as a reading of a gauge, or of a register whose meter sends it as a float. */
export function readingOfNumber(
  channel: ChannelDescription,
  number: { readonly value: number; readonly unit: Unit },
  at: { readonly readAt: number; readonly flags: readonly Flag[] },
): Reading {
  const { id, resolution, unit } = channel;
  if (!areConvertible(number.unit, unit)) return missingReading(channel, at.readAt, "bad_status");
  const inUnit = convert(number.value, number.unit, unit);
  const value =
    resolution === undefined ? inUnit : wholeCounts(number.value, convert(1, number.unit, unit) / resolution);
  if (value === null || !Number.isFinite(Number(value))) return missingReading(channel, at.readAt, "not_a_number");
  return { quality: "good", channel: id, readAt: at.readAt, value: narrowed(value), flags: [...at.flags] };
}

/** A reading that says why there is none. */
export function missingReading(
  channel: ChannelDescription,
  readAt: number,
  reason: Extract<Reading, { quality: "missing" }>["reason"],
): Reading {
  return { quality: "missing", channel: channel.id, readAt, reason };
}

/** 543 × 10^-3 is 0.543 and not the float beside it. */
function roundedGauge(value: number, exponent: number): number {
  return exponent < 0 ? value / 10 ** -exponent : value * 10 ** exponent;
}
