import { z } from "zod";
import { dividedBy, type Exact, exactOf } from "./decimal.ts";

/** What a channel measures. Registers only ever count; gauges show an instant. */
export const RegisterQuantity = z.enum(["forward_total", "reverse_total", "net_total", "vb_total", "vm_total"]);
export type RegisterQuantity = z.infer<typeof RegisterQuantity>;
export const GaugeQuantity = z.enum(["flow", "pressure", "temperature", "battery", "valve", "alarm_word"]);
export type GaugeQuantity = z.infer<typeof GaugeQuantity>;
export const Quantity = z.enum([...RegisterQuantity.options, ...GaugeQuantity.options]);
export type Quantity = z.infer<typeof Quantity>;

/** Whether a quantity is a cumulative register, sent as integer counts. */
export function isRegister(quantity: Quantity): quantity is RegisterQuantity {
  return (RegisterQuantity.options as readonly string[]).includes(quantity);
}

/**
 * Units that channels may carry. `Sm3` is gas at base conditions (20 °C, 101.325 kPa), `m3` volume at the meter;
 * `Cel` is degrees Celsius (UCUM), `1` a plain number such as an alarm word, `kg` the mass of steam.
 */
export const Unit = z.enum([
  "m3",
  "Sm3",
  "L",
  "m3/h",
  "Sm3/h",
  "L/h",
  "m3/s",
  "kPa",
  "bar",
  "Cel",
  "V",
  "%",
  "Hz",
  "1",
  "kg",
  "kg/h",
]);
export type Unit = z.infer<typeof Unit>;

interface Dimension {
  readonly base: Unit;
  readonly factor: number;
}

const DIMENSIONS: Readonly<Record<Unit, Dimension>> = {
  m3: { base: "m3", factor: 1 },
  L: { base: "m3", factor: 0.001 },
  Sm3: { base: "Sm3", factor: 1 },
  "m3/h": { base: "m3/h", factor: 1 },
  "L/h": { base: "m3/h", factor: 0.001 },
  "m3/s": { base: "m3/h", factor: 3600 },
  "Sm3/h": { base: "Sm3/h", factor: 1 },
  kPa: { base: "kPa", factor: 1 },
  bar: { base: "kPa", factor: 100 },
  Cel: { base: "Cel", factor: 1 },
  V: { base: "V", factor: 1 },
  "%": { base: "%", factor: 1 },
  Hz: { base: "Hz", factor: 1 },
  "1": { base: "1", factor: 1 },
  kg: { base: "kg", factor: 1 },
  "kg/h": { base: "kg/h", factor: 1 },
};

/**
 * `value` expressed in another unit of the same dimension.
 *
 * @throws {RangeError} when the units do not measure the same thing; base and actual gas volumes never convert here.
 */
export function convert(value: number, from: Unit, to: Unit): number {
  const source = DIMENSIONS[from];
  const target = DIMENSIONS[to];
  if (source.base !== target.base) throw new RangeError(`cannot convert ${from} to ${to}`);
  return (value * source.factor) / target.factor;
}

/**
 * What a value in `from` is multiplied by to be in `to`, exactly.
 *
 * @throws {RangeError} when the units do not measure the same thing.
 */
export function factorBetween(from: Unit, to: Unit): Exact {
  const [source, target] = [DIMENSIONS[from], DIMENSIONS[to]];
  if (source.base !== target.base) throw new RangeError(`cannot convert ${from} to ${to}`);
  return dividedBy(exactOf(source.factor), exactOf(target.factor));
}

/** Whether `convert(…, from, to)` is defined. */
export function areConvertible(from: Unit, to: Unit): boolean {
  return DIMENSIONS[from].base === DIMENSIONS[to].base;
}

/**
 * A register's counts in its unit. Divides by the whole number 1/resolution where there is one, so that
 * 123456789 counts of 0.001 m³ are exactly 123456.789 and not the float beside it.
 */
export function countsToValue(counts: number | bigint, resolution: number): number {
  const inverse = Math.round(1 / resolution);
  const isWholeInverse = inverse > 0 && Math.abs(inverse * resolution - 1) < 1e-9;
  return isWholeInverse ? Number(counts) / inverse : Number(counts) * resolution;
}

/**
 * The nearest whole count of `value` at `resolution`.
 *
 * Gives back what `countsToValue` was given up to 2^51 counts. Beyond, neighbouring counts share one float: wider
 * registers stay counts and are never turned into a value and back.
 */
export function valueToCounts(value: number, resolution: number): number {
  const inverse = Math.round(1 / resolution);
  const isWholeInverse = inverse > 0 && Math.abs(inverse * resolution - 1) < 1e-9;
  return Math.round(isWholeInverse ? value * inverse : value / resolution);
}
