import type { Unit } from "@nightflow/domain";

/** A unit of ours, and what a value in the server's unit is multiplied by. */
export interface KnownUnit {
  readonly unit: Unit;
  readonly scale: number;
}

/** m³ at 0 °C as m³ at 20 °C, both at 101.325 kPa. */
const NORMAL_TO_BASE = 293.15 / 273.15;

/** By common code of UNECE Recommendation 20. What is missing here has no unit of ours (kelvin needs an offset). */
const BY_CODE: Readonly<Record<string, KnownUnit>> = {
  MTQ: { unit: "m3", scale: 1 },
  LTR: { unit: "L", scale: 1 },
  SM3: { unit: "Sm3", scale: 1 },
  NM3: { unit: "Sm3", scale: NORMAL_TO_BASE },
  MQH: { unit: "m3/h", scale: 1 },
  MQS: { unit: "m3/s", scale: 1 },
  E32: { unit: "L/h", scale: 1 },
  L2: { unit: "L/h", scale: 60 },
  G51: { unit: "m3/h", scale: 3.6 },
  Q38: { unit: "Sm3/h", scale: 1 },
  Q40: { unit: "Sm3/h", scale: NORMAL_TO_BASE },
  PAL: { unit: "kPa", scale: 0.001 },
  A97: { unit: "kPa", scale: 0.1 },
  KPA: { unit: "kPa", scale: 1 },
  MPA: { unit: "kPa", scale: 1000 },
  BAR: { unit: "bar", scale: 1 },
  MBR: { unit: "bar", scale: 0.001 },
  CEL: { unit: "Cel", scale: 1 },
  VLT: { unit: "V", scale: 1 },
  P1: { unit: "%", scale: 1 },
  HTZ: { unit: "Hz", scale: 1 },
};

const UNECE = "http://www.opcfoundation.org/UA/units/un/cefact";

/** What a node says of its unit. */
export interface EngineeringUnit {
  readonly namespaceUri: string | null;
  readonly unitId: number;
  readonly displayName: string | null;
}

/** The unit of an EUInformation; undefined for one that we do not have. @see OPC UA Part 8, section 5.6.4.3 */
export function unitOf({ namespaceUri, unitId, displayName }: EngineeringUnit): KnownUnit | undefined {
  if (namespaceUri === UNECE && unitId > 0) return BY_CODE[codeOf(unitId)];
  return BY_NAME.get((displayName ?? "").replaceAll(" ", "").toLowerCase());
}

/** `MQH` from the number that stands for it: a character an octet. */
export function codeOf(unitId: number): string {
  const octets = [unitId >>> 24, (unitId >>> 16) & 255, (unitId >>> 8) & 255, unitId & 255];
  return octets.flatMap((octet) => (octet === 0 ? [] : [String.fromCharCode(octet)])).join("");
}

/** Servers of PLCs often give a text and no code. */
const BY_NAME: ReadonlyMap<string, KnownUnit> = new Map(
  (
    [
      ["m³", "MTQ"],
      ["m3", "MTQ"],
      ["l", "LTR"],
      ["m³/h", "MQH"],
      ["m3/h", "MQH"],
      ["l/h", "E32"],
      ["l/min", "L2"],
      ["l/s", "G51"],
      ["sm³", "SM3"],
      ["sm3", "SM3"],
      ["nm³", "NM3"],
      ["nm3", "NM3"],
      ["sm³/h", "Q38"],
      ["sm3/h", "Q38"],
      ["nm³/h", "Q40"],
      ["nm3/h", "Q40"],
      ["pa", "PAL"],
      ["kpa", "KPA"],
      ["mpa", "MPA"],
      ["bar", "BAR"],
      ["mbar", "MBR"],
      ["°c", "CEL"],
      ["v", "VLT"],
      ["%", "P1"],
      ["hz", "HTZ"],
    ] as const
  ).flatMap(([name, code]) => (BY_CODE[code] === undefined ? [] : [[name, BY_CODE[code]] as const])),
);
