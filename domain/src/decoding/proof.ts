import { describeError } from "../errors.ts";
import { valueToCounts } from "../units.ts";
import type { ModbusProfile, ProfileVector } from "../wire/profiles/modbus-profile.ts";
import { decodeRegister } from "./decode-register.ts";
import { textToWords } from "./words.ts";

/** Gauges travel as singles: what the dial rounds away is no fault. */
const GAUGE_TOLERANCE = 1e-6;

/** What is wrong with a profile's vectors, a line each: words that do not decode to what the dial showed. */
export function faultsOfVectors(profile: ModbusProfile): string[] {
  return profile.vectors.flatMap((vector, at) => {
    const fault = faultOfVector(profile, vector);
    return fault === undefined ? [] : [`vectors.${at}: ${vector.register} ${vector.words.join(" | ")} ${fault}`];
  });
}

function faultOfVector(profile: ModbusProfile, vector: ProfileVector): string | undefined {
  const register = profile.registers[vector.register];
  if (register === undefined) return "is of no register of the profile";
  const { resolution } = register;
  try {
    const decoded = decodeRegister(register, vector.words.map(textToWords), { unit: vector.unit, resolution });
    if ("missing" in decoded) return `decodes to nothing (${decoded.missing})`;
    return isSame(decoded.value, vector.value, resolution)
      ? undefined
      : `decodes to ${shown(decoded.value, resolution)}, not ${vector.value} ${vector.unit}`;
  } catch (error) {
    return describeError(error);
  }
}

function isSame(value: number | bigint, expected: number, resolution: number | undefined): boolean {
  if (resolution !== undefined) return BigInt(value) === BigInt(valueToCounts(expected, resolution));
  return Math.abs(Number(value) - expected) <= Math.abs(expected) * GAUGE_TOLERANCE;
}

function shown(value: number | bigint, resolution: number | undefined): string {
  return resolution === undefined ? String(value) : `${value} counts of ${resolution}`;
}
