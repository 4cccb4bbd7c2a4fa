import type { Unit } from "@nightflow/domain";

/** What a unit code says. `unit` is null where Nightflow has no channel for it: heat, which it does not collect. */
export interface Cjt188Unit {
  readonly symbol: string;
  readonly unit: Unit | null;
  /** Whether a captured frame shows it with its dial. */
  readonly verified: boolean;
}

/**
 * Unit codes of CJ/T 188-2004, table of unit codes. 2C is proved by captured frames; the others are as two public
 * implementations of the standard list them.
 */
const UNITS: ReadonlyMap<number, Cjt188Unit> = new Map([
  [0x01, { symbol: "J", unit: null, verified: false }],
  [0x02, { symbol: "Wh", unit: null, verified: false }],
  [0x05, { symbol: "kWh", unit: null, verified: false }],
  [0x08, { symbol: "MWh", unit: null, verified: false }],
  [0x0a, { symbol: "100 MWh", unit: null, verified: false }],
  [0x0b, { symbol: "kJ", unit: null, verified: false }],
  [0x0e, { symbol: "MJ", unit: null, verified: false }],
  [0x11, { symbol: "GJ", unit: null, verified: false }],
  [0x13, { symbol: "100 GJ", unit: null, verified: false }],
  [0x14, { symbol: "W", unit: null, verified: false }],
  [0x17, { symbol: "kW", unit: null, verified: false }],
  [0x1a, { symbol: "MW", unit: null, verified: false }],
  [0x29, { symbol: "L", unit: "L", verified: false }],
  [0x2c, { symbol: "m³", unit: "m3", verified: true }],
  [0x32, { symbol: "L/h", unit: "L/h", verified: false }],
  [0x35, { symbol: "m³/h", unit: "m3/h", verified: false }],
]);

/** What a unit code says; undefined for one that is not in the standard's table. */
export function unitOfCode(code: number): Cjt188Unit | undefined {
  return UNITS.get(code);
}
