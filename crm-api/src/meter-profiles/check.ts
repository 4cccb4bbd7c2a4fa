import {
  checkPlainly,
  convert,
  decodeRegister,
  describeError,
  MeterProfile,
  textToWords,
  type Unit,
} from "@nightflow/domain";
import type { z } from "zod";
import type { CheckedProfile } from "./wire.ts";

type Vector = MeterProfile["vectors"][number];
type VectorRow = z.infer<typeof CheckedProfile>["vectors"][number];

/** Gauges travel as singles: what the dial rounds away is no fault. */
const GAUGE_TOLERANCE = 1e-6;

/** Every fault of a profile with its path, and what each of its captured telegrams decodes to. */
export function checkProfile(candidate: unknown): z.infer<typeof CheckedProfile> & { profile: MeterProfile | null } {
  const { data: profile, faults: wrong } = checkPlainly(MeterProfile, candidate);
  if (profile === null)
    return { profile, faults: wrong.map((fault) => ({ ...fault, path: fault.path || "profile" })), vectors: [] };
  const vectors = profile.vectors.map((vector) => decoded(profile, vector));
  const faults = vectors.flatMap((vector, at) =>
    vector.isRight
      ? []
      : [{ path: `vectors.${at}`, message: `decodes to ${vector.decoded}, the dial showed ${vector.expected}` }],
  );
  return { profile, faults, vectors };
}

function decoded(profile: MeterProfile, vector: Vector): VectorRow {
  const { register, words, value, unit, verified } = vector;
  const row = { register, words: words.join(" | "), expected: `${value} ${unit}`, verified };
  const found = numberOf(profile, vector);
  if (typeof found === "string") return { ...row, decoded: found, isRight: false };
  const isRight = Math.abs(found - value) <= Math.max(Math.abs(value) * GAUGE_TOLERANCE, halfACount(profile, vector));
  return { ...row, decoded: `${+found.toPrecision(12)} ${unit}`, isRight };
}

/** The number that the words stand for, in the vector's unit; a text where they stand for none. */
function numberOf(profile: MeterProfile, { register: name, words, unit }: Vector): number | string {
  const register = profile.registers[name];
  if (register === undefined) return "no such register";
  try {
    const result = decodeRegister(register, words.map(textToWords), { unit, resolution: resolutionIn(register, unit) });
    if ("missing" in result) return `nothing (${result.missing})`;
    const resolution = resolutionIn(register, unit);
    return resolution === undefined ? Number(result.value) : Number(result.value) * resolution;
  } catch (error) {
    return describeError(error);
  }
}

type Register = MeterProfile["registers"][string];

function resolutionIn(register: Register, unit: Unit): number | undefined {
  return register.resolution === undefined ? undefined : convert(register.resolution, register.unit, unit);
}

function halfACount(profile: MeterProfile, { register: name, unit }: Vector): number {
  const register = profile.registers[name];
  return register === undefined ? 0 : (resolutionIn(register, unit) ?? 0) / 2;
}
