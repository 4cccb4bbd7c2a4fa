import type { Cjt188Dialect, Cjt188Register, StatusBits, Unit } from "@nightflow/domain";
import { decodeBcd } from "../bcd.ts";
import { Cjt188DataError } from "./errors.ts";
import { unitOfCode } from "./units.ts";

/** A number that a meter sent: `digits` × 10^-`decimals` in `unit`. */
export type Cjt188Value =
  | { readonly kind: "value"; readonly digits: number; readonly decimals: number; readonly unit: Unit }
  /** Bytes that are no digits. */
  | { readonly kind: "not-a-number" }
  /** A unit that Nightflow has no channel for, or that is in no table. */
  | { readonly kind: "unknown-unit"; readonly code: number; readonly symbol: string };

/** What the valve does, by the status word. */
export type ValveState = "open" | "closed" | "fault" | "unknown";

/** What one answer says of a meter. */
export interface Cjt188MeterData {
  readonly values: ReadonlyMap<string, Cjt188Value>;
  /** The meter's clock as a wall clock, epoch milliseconds as if it were UTC; null where it has none or shows none. */
  readonly localMs: number | null;
  readonly status: { readonly word: number; readonly valve: ValveState; readonly isBatteryLow: boolean } | null;
}

/**
 * The meter data in the data of an answer, by the meter's dialect.
 *
 * Shape: `data` begins with the two bytes of the identifier and SER, as in the frame.
 *
 * @throws {Cjt188DataError} when it is shorter than the dialect says.
 * @see CJ/T 188-2004, 7.6 and annex
 */
export function decodeMeterData(data: Uint8Array, dialect: Cjt188Dialect): Cjt188MeterData {
  const values = new Map(
    Object.entries(dialect.registers).map(([name, register]) => [name, numberAt(data, register)] as const),
  );
  const localMs = dialect.timeAt === undefined ? null : decodeDeviceTime(bytesAt(data, dialect.timeAt, 7));
  return { values, localMs, status: statusOf(data, dialect) };
}

/** The total in the answer to `historyRequest`: four BCD bytes, two decimals, and the unit's code. */
export function decodeHistory(data: Uint8Array): Cjt188Value {
  return numberAt(data, { quantity: "forward_total", at: 3, bytes: 4, decimals: 2, unitAt: 7 });
}

/** The day of the month in the answer to `settlementDayRequest`; null when it is none. */
export function decodeSettlementDay(data: Uint8Array): number | null {
  const day = decodeBcd(data.subarray(3, 4));
  return data.length === 4 && day !== null && day >= 1 && day <= 31 ? day : null;
}

/** A wall clock in 7 BCD bytes, as if it were UTC; null when it is no date. */
export function decodeDeviceTime(bytes: Uint8Array): number | null {
  const parts = [0, 1, 2, 3, 4].map((at) => decodeBcd(bytes.subarray(at, at + 1)));
  const year = decodeBcd(bytes.subarray(5, 7));
  const [second, minute, hour, day, month] = parts;
  if (year === null || second == null || minute == null || hour == null || day == null || month == null) return null;
  const localMs = Date.UTC(year, month - 1, day, hour, minute, second);
  const at = new Date(localMs);
  const isDate = year >= 1000 && at.getUTCMonth() === month - 1 && at.getUTCDate() === day && at.getUTCHours() === hour;
  return isDate && minute < 60 && second < 60 ? localMs : null;
}

/** What the status word says of the valve. */
export function valveStateOf(word: number, status: NonNullable<Cjt188Dialect["status"]>): ValveState {
  if (matches(word, status.valveFault)) return "fault";
  if (matches(word, status.open)) return "open";
  return matches(word, status.closed) ? "closed" : "unknown";
}

function statusOf(data: Uint8Array, { status }: Cjt188Dialect): Cjt188MeterData["status"] {
  if (status === undefined) return null;
  const [low = 0, high = 0] = bytesAt(data, status.at, 2);
  const word = low | (high << 8);
  return { word, valve: valveStateOf(word, status), isBatteryLow: matches(word, status.batteryLow) };
}

function matches(word: number, bits: StatusBits | undefined): boolean {
  return bits !== undefined && (word & bits.mask) === bits.equals;
}

function numberAt(data: Uint8Array, register: Cjt188Register): Cjt188Value {
  const digits = decodeBcd(bytesAt(data, register.at, register.bytes));
  if (digits === null) return { kind: "not-a-number" };
  if (register.unit !== undefined) return { kind: "value", digits, decimals: register.decimals, unit: register.unit };
  const [code = 0] = bytesAt(data, register.unitAt ?? 0, 1);
  const found = unitOfCode(code);
  if (found === undefined || found.unit === null) return { kind: "unknown-unit", code, symbol: found?.symbol ?? "?" };
  return { kind: "value", digits, decimals: register.decimals, unit: found.unit };
}

function bytesAt(data: Uint8Array, at: number, count: number): Uint8Array {
  if (at + count > data.length) throw new Cjt188DataError(`the answer has ${data.length} bytes, not ${at + count}`);
  return data.subarray(at, at + count);
}
