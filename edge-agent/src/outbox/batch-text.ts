import {
  BATCH_VERSION,
  Epoch,
  Origin,
  QUALITY_CODES,
  type Reading,
  toWireReading,
  type WireReading,
} from "@nightflow/domain";
import { z } from "zod";
import type { TakenBatch } from "./limits.ts";

/** What stands before the readings of a stored batch. */
const StoredHead = z.strictObject({
  epoch: Epoch,
  seq: z.int().min(1),
  origin: Origin,
  oldestReadAt: z.int(),
});
export type StoredHead = z.infer<typeof StoredHead>;

const READINGS = ',"readings":';

/** Some readings as text, waiting for the disk. Text, since thousands of objects that live for a second are costly to tidy up. */
export interface Piece {
  /** Without brackets, so that pieces can be put one behind the other. */
  readonly text: string;
  readonly readings: number;
  readonly oldestReadAt: number;
}

/** Readings as pieces of at most `maxReadings`. */
export function piecesOf(readings: readonly Reading[], maxReadings: number): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < readings.length; at += maxReadings) {
    const some = at === 0 && readings.length <= maxReadings ? readings : readings.slice(at, at + maxReadings);
    const oldestReadAt = some.reduce((oldest, { readAt }) => Math.min(oldest, readAt), Number.MAX_SAFE_INTEGER);
    pieces.push({ text: textOf(some), readings: some.length, oldestReadAt });
  }
  return pieces;
}

/** Pieces in batches of at most `maxReadings` each, in their order. */
export function batched(pieces: readonly Piece[], maxReadings: number): Piece[][] {
  const batches: Piece[][] = [];
  let readings = maxReadings;
  for (const piece of pieces) {
    readings += piece.readings;
    if (readings > maxReadings) {
      batches.push([]);
      readings = piece.readings;
    }
    batches.at(-1)?.push(piece);
  }
  return batches;
}

/** The list of readings that pieces make together, as text. */
export function listText(pieces: readonly Piece[]): string {
  return `[${pieces.map(({ text }) => text).join(",")}]`;
}

/**
 * Readings as the text that goes to the disk and on the wire alike: it is made once, and never parsed on its way. Says
 * exactly what `JSON.stringify` of the wire's readings says, several times as fast.
 */
function textOf(readings: readonly Reading[]): string {
  const texts: string[] = [];
  for (const reading of readings)
    texts.push(isPlain(reading) ? plainText(reading) : JSON.stringify(toWireReading(reading)));
  return texts.join(",");
}

type PlainReading = Extract<Reading, { quality: "good" | "suspect" }>;

/** Almost every reading: a number without flags. Ids have no signs that JSON would escape. */
function isPlain(reading: Reading): reading is PlainReading {
  return reading.quality !== "missing" && reading.flags.length === 0 && Number.isFinite(reading.value);
}

function plainText({ channel, readAt, value, quality }: PlainReading): string {
  return `["${channel}",${readAt},${value},${QUALITY_CODES[quality]}]`;
}

/** A batch as it lies on disk: the schema `StoredBatch`, as text. */
export function storedText({ epoch, seq, origin, oldestReadAt }: StoredHead, readings: string): string {
  return `${JSON.stringify({ epoch, seq, origin, oldestReadAt }).slice(0, -1)}${READINGS}${readings}}`;
}

/** The same taken apart; undefined when it is none. Its frame's CRC says that nothing in it has changed. */
export function splitStored(text: string): { readonly head: StoredHead; readonly readings: string } | undefined {
  const at = text.indexOf(READINGS);
  if (at < 0 || !text.endsWith("]}")) return undefined;
  const head = StoredHead.safeParse(headOf(text.slice(0, at)));
  return head.success ? { head: head.data, readings: text.slice(at + READINGS.length, -1) } : undefined;
}

function headOf(text: string): unknown {
  try {
    return JSON.parse(`${text}}`);
  } catch {
    return undefined;
  }
}

/** A batch out of its text; its readings are parsed only where somebody looks at them. */
export class TextBatch implements TakenBatch {
  readonly epoch: Epoch;
  readonly seq: number;
  readonly origin: Origin;
  readonly readingsText: string;

  constructor({ epoch, seq, origin }: Pick<StoredHead, "epoch" | "seq" | "origin">, text: string) {
    this.epoch = epoch;
    this.seq = seq;
    this.origin = origin;
    this.readingsText = text;
  }

  get readings(): readonly WireReading[] {
    return JSON.parse(this.readingsText) as WireReading[];
  }
}

/** The payload of a batch, as `encodeBatch` makes it. */
export function payloadOf(batch: TakenBatch, sentAt: number): string {
  const { epoch, seq, origin, readingsText: text } = batch;
  const head = `{"v":${BATCH_VERSION},"origin":"${origin}","epoch":"${epoch}","seq":${seq},"sentAt":${sentAt}`;
  // The readings themselves are looked at only where there is no text: they would be parsed for it.
  return `${head}${READINGS}${text ?? JSON.stringify(batch.readings)}}`;
}
