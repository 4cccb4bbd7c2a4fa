import type { Cjt188Dialect } from "@nightflow/domain";
import { encodeBcd } from "../bcd.ts";
import { BROADCAST_ADDRESS, BROADCAST_TYPE, type Cjt188Frame } from "./frame.ts";

const CONTROL = { read: 0x01, readAddress: 0x03, write: 0x04 } as const;
const ANSWER = 0x80;
const REFUSED = 0x40;
const HISTORY_DI = 0xd120;
const SETTLEMENT_DAY_DI = 0x8103;
const ADDRESS_DI = 0x810a;
const TIME_DI = 0xa015;
const VALVE_CODES = { open: 0x55, closed: 0x99 } as const;

/** Whom a request is for. */
export interface Cjt188Target {
  readonly address: string;
  readonly dialect: Cjt188Dialect;
}

/** A request for the meter data: totals, clock and status. */
export function readRequest({ address, dialect }: Cjt188Target, ser: number): Cjt188Frame {
  return { meterType: typeOf(dialect), address, control: CONTROL.read, data: dataOf(dialect.readDi, ser) };
}

/** A request for the total at the settlement day so many months ago, 1 to 12. */
export function historyRequest({ address, dialect }: Cjt188Target, month: number, ser: number): Cjt188Frame {
  if (!Number.isInteger(month) || month < 1 || month > 12)
    throw new RangeError(`${month} is none of the 12 months kept`);
  const di = wireOf(HISTORY_DI + month - 1, dialect);
  return { meterType: typeOf(dialect), address, control: CONTROL.read, data: dataOf(di, ser) };
}

/** Asks at which day of the month the meter keeps its total. */
export function settlementDayRequest({ address, dialect }: Cjt188Target, ser: number): Cjt188Frame {
  const data = dataOf(wireOf(SETTLEMENT_DAY_DI, dialect), ser);
  return { meterType: typeOf(dialect), address, control: CONTROL.read, data };
}

/** Asks the one meter on a line who it is. With more than one meter there all answer at once. */
export function addressRequest(dialect: Cjt188Dialect, ser: number): Cjt188Frame {
  const data = dataOf(wireOf(ADDRESS_DI, dialect), ser);
  return { meterType: BROADCAST_TYPE, address: BROADCAST_ADDRESS, control: CONTROL.readAddress, data };
}

/** Turns the meter's valve: 55h opens, 99h closes. */
export function valveRequest(
  { address, dialect }: Cjt188Target,
  position: "open" | "closed",
  ser: number,
): Cjt188Frame {
  const data = dataOf(dialect.valveDi, ser, [VALVE_CODES[position]]);
  return { meterType: typeOf(dialect), address, control: CONTROL.write, data };
}

/** Sets the meter's clock to a local time, given as epoch milliseconds of that wall clock. */
export function timeRequest({ address, dialect }: Cjt188Target, localMs: number, ser: number): Cjt188Frame {
  const bytes = encodeDeviceTime(localMs);
  // Writing identifiers go high byte first, as the valve's does in the captured frames.
  const data = dataOf(TIME_DI.toString(16).toUpperCase(), ser, bytes);
  return { meterType: typeOf(dialect), address, control: CONTROL.write, data };
}

/** Second, minute, hour, day, month, year in BCD, low byte first. */
export function encodeDeviceTime(localMs: number): Uint8Array {
  const at = new Date(localMs);
  const parts = [at.getUTCSeconds(), at.getUTCMinutes(), at.getUTCHours(), at.getUTCDate(), at.getUTCMonth() + 1];
  return Uint8Array.from([...parts.flatMap((part) => [...encodeBcd(part, 1)]), ...encodeBcd(at.getUTCFullYear(), 2)]);
}

/** What a frame is to a request that waits for its answer. */
export type Cjt188Answer =
  | { readonly kind: "answer"; readonly data: Uint8Array }
  /** The meter refuses; its status word where it gave one. */
  | { readonly kind: "refused"; readonly status: number | null }
  /** The request itself, as lines with echo give it back. */
  | { readonly kind: "echo" }
  | { readonly kind: "other-meter"; readonly address: string }
  /** Of the right meter, but not of this question: an answer that came too late. */
  | { readonly kind: "other-question" };

/** Tells what a frame that came in is to a request. */
export function answerTo(request: Cjt188Frame, frame: Cjt188Frame, echoesSer: boolean): Cjt188Answer {
  if (frame.control === request.control) return { kind: "echo" };
  const isBroadcast = request.address === BROADCAST_ADDRESS;
  if (!isBroadcast && frame.address !== request.address) return { kind: "other-meter", address: frame.address };
  if (frame.control === (request.control | ANSWER | REFUSED)) return { kind: "refused", status: refusedStatus(frame) };
  if (frame.control !== (request.control | ANSWER)) return { kind: "other-question" };
  const isSameDi = frame.data[0] === request.data[0] && frame.data[1] === request.data[1];
  const isSameSer = !echoesSer || frame.data[2] === request.data[2];
  return isSameDi && isSameSer ? { kind: "answer", data: frame.data } : { kind: "other-question" };
}

/** SER and the two status bytes; some makes send the bytes alone, or nothing. */
function refusedStatus({ data }: Cjt188Frame): number | null {
  const [low, high] = data.subarray(-2);
  return low === undefined || high === undefined ? null : low | (high << 8);
}

function typeOf(dialect: Cjt188Dialect): number {
  return Number.parseInt(dialect.meterType, 16);
}

function dataOf(di: string, ser: number, more: Iterable<number> = []): Uint8Array {
  return Uint8Array.from([...Buffer.from(di, "hex"), ser & 0xff, ...more]);
}

/** Identifiers for reading go over the line in the byte order that the dialect has for its meter data. */
function wireOf(di: number, dialect: Cjt188Dialect): string {
  const text = di.toString(16).toUpperCase().padStart(4, "0");
  return dialect.readDi.startsWith("90") ? text : text.slice(2) + text.slice(0, 2);
}
