import { crc32 } from "node:zlib";

/**
 * What a segment file is made of: `length, crc32, kind, JSON`, little-endian. The CRC covers kind and JSON. A segment
 * starts with a header frame; batches follow. The last frame of all says that the outbox was closed in order.
 */
export const FRAME_HEAD_BYTES = 8;

/** Longer than any batch; a length beyond it is damage. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;

export const FRAME_KINDS = { header: 0x48, batch: 0x42, hollow: 0x5a, closed: 0x43 } as const;

/** One frame of a file; `end` is the offset behind it. */
export interface Frame {
  readonly kind: number;
  readonly offset: number;
  readonly end: number;
  readonly json: unknown;
}

/** A frame's bytes. */
export function encodeFrame(kind: number, json: unknown): Buffer {
  return encodeTextFrame(kind, JSON.stringify(json));
}

/** The same for JSON that is text already. */
export function encodeTextFrame(kind: number, text: string): Buffer {
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(FRAME_HEAD_BYTES + 1 + length);
  frame.writeUInt8(kind, FRAME_HEAD_BYTES);
  frame.write(text, FRAME_HEAD_BYTES + 1);
  frame.writeUInt32LE(1 + length, 0);
  frame.writeUInt32LE(crc32(frame.subarray(FRAME_HEAD_BYTES)), 4);
  return frame;
}

/** The JSON text of the frame at `offset`; undefined when there is no whole and undamaged one. */
export function frameTextAt(file: Buffer, offset: number): string | undefined {
  return bodyAt(file, offset)?.toString("utf8", 1);
}

/** The frame at `offset`; undefined when there is no whole and undamaged one. */
export function frameAt(file: Buffer, offset: number): Frame | undefined {
  const body = bodyAt(file, offset);
  const json = body && parsed(body.subarray(1));
  if (body === undefined || json === undefined) return undefined;
  return { kind: body[0] ?? 0, offset, end: offset + FRAME_HEAD_BYTES + body.length, json };
}

/** Kind and JSON of the frame at `offset`, whole and undamaged. */
function bodyAt(file: Buffer, offset: number): Buffer | undefined {
  const length = lengthAt(file, offset);
  if (length === undefined || offset + FRAME_HEAD_BYTES + length > file.length) return undefined;
  const body = file.subarray(offset + FRAME_HEAD_BYTES, offset + FRAME_HEAD_BYTES + length);
  return crc32(body) === file.readUInt32LE(offset + 4) ? body : undefined;
}

function lengthAt(file: Buffer, offset: number): number | undefined {
  if (offset + FRAME_HEAD_BYTES > file.length) return undefined;
  const length = file.readUInt32LE(offset);
  return length >= 1 && length <= MAX_FRAME_BYTES ? length : undefined;
}

function parsed(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** A stretch of a file that holds no readable frame. `torn`: a write that a power cut left unfinished. */
export interface Damage {
  readonly offset: number;
  readonly end: number;
  readonly torn: boolean;
}

/**
 * Every readable frame of a file, and what lies damaged between or behind them. Past a damaged frame the scan goes on
 * at its declared end when a good frame starts there; else everything behind is lost, because lengths cannot be trusted.
 */
export function scanFrames(file: Buffer): { readonly frames: Frame[]; readonly damages: Damage[] } {
  const frames: Frame[] = [];
  const damages: Damage[] = [];
  let offset = 0;
  while (offset < file.length) {
    const frame = frameAt(file, offset);
    if (frame !== undefined) frames.push(frame);
    const end = frame?.end ?? endOfDamage(file, offset);
    if (frame === undefined) damages.push({ offset, end, torn: isTorn(file, offset, end) });
    offset = end;
  }
  return { frames, damages };
}

function endOfDamage(file: Buffer, offset: number): number {
  const length = lengthAt(file, offset);
  const declaredEnd = length === undefined ? file.length : offset + FRAME_HEAD_BYTES + length;
  return frameAt(file, declaredEnd) === undefined ? file.length : declaredEnd;
}

/** An unfinished write reaches the file's end and is either cut short or, after a power cut, blocks of zeros. */
function isTorn(file: Buffer, offset: number, end: number): boolean {
  if (end !== file.length) return false;
  const length = lengthAt(file, offset);
  const isCutShort =
    length === undefined ? file.length - offset < FRAME_HEAD_BYTES : offset + FRAME_HEAD_BYTES + length > end;
  return isCutShort || file.subarray(offset, end).every((byte) => byte === 0);
}
