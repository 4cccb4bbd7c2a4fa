import { z } from "zod";
import { WireError } from "../errors.ts";
import { Epoch, isId } from "../ids.ts";
import { bitsToFlags, flagsToBits, MissingReason, QUALITY_CODES, qualityFromCode } from "../quality.ts";
import { Origin, type Reading } from "../reading.ts";
import { decodeVersioned } from "./json.ts";

/** The version of the readings payload that this program writes. It reads every version ever released. */
export const BATCH_VERSION = 1;

/** More readings than this in one batch are refused: an ingest's memory is bounded by agents × window × this. */
export const MAX_BATCH_READINGS = 10_000;

/**
 * One reading on the wire: `[channel, readAtMs, value, quality, flags?]`. Register values are integer counts, wider
 * than 2^53 as decimal strings; a missing reading's value is null and its flags hold the reason.
 */
export type WireReading =
  | readonly [channel: string, readAtMs: number, value: number | string | null, quality: number]
  | readonly [
      channel: string,
      readAtMs: number,
      value: number | string | null,
      quality: number,
      flags: readonly string[],
    ];

/** A decoded batch. `readings` are as sent: each is checked by itself, so that a bad one never costs its neighbours. */
export interface Batch {
  readonly v: number;
  readonly origin: Origin;
  readonly epoch: string;
  readonly seq: number;
  readonly sentAt: number;
  readonly readings: readonly unknown[];
}

const Envelope = z.strictObject({
  v: z.literal(1),
  origin: Origin,
  epoch: Epoch,
  seq: z.int().min(1),
  sentAt: z.int(),
  readings: z.array(z.unknown()).max(MAX_BATCH_READINGS),
});

/**
 * A batch of any released version.
 *
 * @throws {WireVersionError} for an unknown `v`: set aside, not acknowledged.
 * @throws {WireError} for anything else that is not a batch.
 */
export function decodeBatch(payload: Uint8Array | string): Batch {
  return decodeVersioned(payload, { what: "readings payload", newest: BATCH_VERSION, schema: Envelope });
}

/** The payload of a batch, as an agent sends it. */
export function encodeBatch(
  batch: Omit<Batch, "v" | "readings"> & { readonly readings: readonly WireReading[] },
): string {
  const { origin, epoch, seq, sentAt, readings } = batch;
  return JSON.stringify({ v: BATCH_VERSION, origin, epoch, seq, sentAt, readings });
}

/** A reading as it travels. */
export function toWireReading(reading: Reading): WireReading {
  if (reading.quality === "missing")
    return [reading.channel, reading.readAt, null, QUALITY_CODES.missing, [reading.reason]];
  const { channel, readAt, flags } = reading;
  const quality = QUALITY_CODES[reading.quality];
  const value = wireValue(reading.value);
  return flags.length === 0 ? [channel, readAt, value, quality] : [channel, readAt, value, quality, flags];
}

function wireValue(value: number | bigint): number | string {
  if (typeof value === "number") return value;
  return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : value.toString();
}

/** Why one wire reading cannot be stored at all; words for the dead letter. */
export type ReadingFault =
  | "not a tuple of 4 or 5"
  | "channel is not an id"
  | "time is not a whole number of milliseconds"
  | "quality is not 0, 1 or 2"
  | "value is not a number"
  | "value on a missing reading"
  | "flags are not a list of names";

const DECIMAL = /^-?\d{1,40}$/;

/** The first fault in the shape of a wire reading; undefined when it is well formed. Hand-written: it runs per reading. */
export function faultOfWireReading(candidate: unknown): ReadingFault | undefined {
  if (!Array.isArray(candidate) || candidate.length < 4 || candidate.length > 5) return "not a tuple of 4 or 5";
  const [channel, readAtMs, value, quality, flags] = candidate as unknown[];
  if (!isId(channel)) return "channel is not an id";
  if (!Number.isSafeInteger(readAtMs)) return "time is not a whole number of milliseconds";
  if (quality !== 0 && quality !== 1 && quality !== 2) return "quality is not 0, 1 or 2";
  if (quality === QUALITY_CODES.missing) {
    if (value !== null) return "value on a missing reading";
  } else if (!isWireValue(value)) return "value is not a number";
  if (flags !== undefined && !isTextList(flags)) return "flags are not a list of names";
  return undefined;
}

function isWireValue(value: unknown): boolean {
  return typeof value === "number" ? Number.isFinite(value) : typeof value === "string" && DECIMAL.test(value);
}

function isTextList(flags: unknown): boolean {
  return Array.isArray(flags) && flags.length <= 32 && flags.every((flag) => typeof flag === "string");
}

/** A well-formed wire reading as a Reading; decimal strings become bigints. @throws {WireError} when malformed. */
export function fromWireReading(wire: WireReading): Reading {
  const fault = faultOfWireReading(wire);
  if (fault !== undefined) throw new WireError(`reading is malformed: ${fault}`);
  const [channel, readAt, value, code, names = []] = wire;
  const quality = qualityFromCode(code);
  if (value === null || quality === "missing" || quality === undefined) {
    const reason = MissingReason.safeParse(names[0]);
    return { quality: "missing", channel: channel as Reading["channel"], readAt, reason: reason.data ?? "exception" };
  }
  const number = typeof value === "string" ? BigInt(value) : value;
  const flags = bitsToFlags(flagsToBits(names));
  return { quality, channel: channel as Reading["channel"], readAt, value: number, flags };
}
