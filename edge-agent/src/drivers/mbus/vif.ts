/** What a value is of, in the words of EN 13757-3. `other` is passed by. */
export type MbusQuantity =
  | "volume"
  | "flow"
  | "energy"
  | "power"
  | "mass"
  | "mass_flow"
  | "temperature"
  | "return_temperature"
  | "temperature_difference"
  | "external_temperature"
  | "pressure"
  | "on_time"
  | "operating_time"
  | "date"
  | "time"
  | "serial"
  | "error_flags"
  | "voltage"
  | "current"
  | "text"
  | "other";

/** What a value information field says: value = number × 10^`exponent` × `factor` in `unit`. */
export interface MbusMeaning {
  readonly quantity: MbusQuantity;
  readonly unit: string;
  readonly exponent: number;
  /** Where the unit is not a power of ten away, as minutes are from seconds; else 1. */
  readonly factor: number;
}

/** A run of codes whose low bits are a power of ten. */
interface Run {
  readonly from: number;
  readonly to: number;
  readonly quantity: MbusQuantity;
  readonly unit: string;
  /** Exponent of the first code. */
  readonly exponent: number;
  readonly factor?: number;
}

/** Seconds, minutes, hours and days, by the two low bits. */
const DURATIONS_S = [1, 60, 3600, 86_400] as const;

/** Primary codes. @see EN 13757-3, table of primary VIF codes */
const PRIMARY: readonly Run[] = [
  { from: 0x00, to: 0x07, quantity: "energy", unit: "Wh", exponent: -3 },
  { from: 0x08, to: 0x0f, quantity: "energy", unit: "J", exponent: 0 },
  { from: 0x10, to: 0x17, quantity: "volume", unit: "m3", exponent: -6 },
  { from: 0x18, to: 0x1f, quantity: "mass", unit: "kg", exponent: -3 },
  { from: 0x28, to: 0x2f, quantity: "power", unit: "W", exponent: -3 },
  { from: 0x30, to: 0x37, quantity: "power", unit: "J/h", exponent: 0 },
  { from: 0x38, to: 0x3f, quantity: "flow", unit: "m3/h", exponent: -6 },
  { from: 0x40, to: 0x47, quantity: "flow", unit: "m3/h", exponent: -7, factor: 60 },
  { from: 0x48, to: 0x4f, quantity: "flow", unit: "m3/h", exponent: -9, factor: 3600 },
  { from: 0x50, to: 0x57, quantity: "mass_flow", unit: "kg/h", exponent: -3 },
  { from: 0x58, to: 0x5b, quantity: "temperature", unit: "Cel", exponent: -3 },
  { from: 0x5c, to: 0x5f, quantity: "return_temperature", unit: "Cel", exponent: -3 },
  { from: 0x60, to: 0x63, quantity: "temperature_difference", unit: "K", exponent: -3 },
  { from: 0x64, to: 0x67, quantity: "external_temperature", unit: "Cel", exponent: -3 },
  { from: 0x68, to: 0x6b, quantity: "pressure", unit: "bar", exponent: -3 },
];

/** Codes after FB. */
const EXTENSION_FB: readonly Run[] = [
  { from: 0x00, to: 0x01, quantity: "energy", unit: "Wh", exponent: 5 },
  { from: 0x08, to: 0x09, quantity: "energy", unit: "J", exponent: 8 },
  { from: 0x10, to: 0x11, quantity: "volume", unit: "m3", exponent: 2 },
  { from: 0x18, to: 0x19, quantity: "mass", unit: "kg", exponent: 5 },
  { from: 0x28, to: 0x29, quantity: "power", unit: "W", exponent: 5 },
  { from: 0x30, to: 0x31, quantity: "power", unit: "J/h", exponent: 8 },
];

/** Codes after FD. */
const EXTENSION_FD: readonly Run[] = [
  { from: 0x17, to: 0x17, quantity: "error_flags", unit: "1", exponent: 0 },
  { from: 0x40, to: 0x4f, quantity: "voltage", unit: "V", exponent: -9 },
  { from: 0x50, to: 0x5f, quantity: "current", unit: "A", exponent: -12 },
];

const OTHER: MbusMeaning = { quantity: "other", unit: "", exponent: 0, factor: 1 };
const SINGLE: Readonly<Record<number, MbusMeaning>> = {
  108: { quantity: "date", unit: "", exponent: 0, factor: 1 },
  109: { quantity: "time", unit: "", exponent: 0, factor: 1 },
  120: { quantity: "serial", unit: "", exponent: 0, factor: 1 },
  124: { quantity: "text", unit: "", exponent: 0, factor: 1 },
};

/** What a primary code says, its extension bit taken off. */
export function primaryMeaning(code: number): MbusMeaning {
  const single = SINGLE[code];
  if (single !== undefined) return single;
  if (code >= 0x20 && code <= 0x27) {
    const quantity = code < 0x24 ? "on_time" : "operating_time";
    return { quantity, unit: "s", exponent: 0, factor: DURATIONS_S[code & 3] ?? 1 };
  }
  return inRuns(PRIMARY, code);
}

/** What a code in the first or second extension table says. */
export function extensionMeaning(table: 0xfb | 0xfd, code: number): MbusMeaning {
  return inRuns(table === 0xfb ? EXTENSION_FB : EXTENSION_FD, code);
}

function inRuns(runs: readonly Run[], code: number): MbusMeaning {
  const run = runs.find(({ from, to }) => code >= from && code <= to);
  if (run === undefined) return OTHER;
  return { quantity: run.quantity, unit: run.unit, exponent: run.exponent + code - run.from, factor: run.factor ?? 1 };
}
