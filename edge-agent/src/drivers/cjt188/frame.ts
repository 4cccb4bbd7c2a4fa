import { Cjt188FrameError } from "./errors.ts";

const START = 0x68;
const END = 0x16;
/** What wakes a meter up: sent in front of a request, and often sent back in front of the answer. */
const PREAMBLE = 0xfe;
/** Start, type, address, control and length. */
const HEADER_BYTES = 11;
/** The standard allows 64h data bytes in an answer to a read. Makers' own frames go further, up to what one byte counts. */
const MAX_FRAME_BYTES = HEADER_BYTES + 0xff + 2;

/** A frame of CJ/T 188, either way. @see CJ/T 188-2004, 7.4; the 2018 edition keeps the frame (taken on trust) */
export interface Cjt188Frame {
  /** 10h to 13h water, 20h and 21h heat, 30h gas; AAh in a broadcast. */
  readonly meterType: number;
  /** The 14 digits of A6 to A0, as printed: maker's code first. */
  readonly address: string;
  readonly control: number;
  readonly data: Uint8Array;
}

/** The address that every meter takes for its own. Only for a line with one meter on it. */
export const BROADCAST_ADDRESS = "AAAAAAAAAAAAAA";
export const BROADCAST_TYPE = 0xaa;

/** The bytes of a frame, with so many wake-up bytes before it. */
export function encodeCjt188Frame(frame: Cjt188Frame, preamble = 0): Uint8Array {
  const bytes = new Uint8Array(preamble + HEADER_BYTES + frame.data.length + 2).fill(PREAMBLE, 0, preamble);
  const body = bytes.subarray(preamble);
  body[0] = START;
  body[1] = frame.meterType;
  body.set(Buffer.from(frame.address, "hex").reverse(), 2);
  body[9] = frame.control;
  body[10] = frame.data.length;
  body.set(frame.data, HEADER_BYTES);
  body[body.length - 2] = sumOf(body.subarray(0, -2));
  body[body.length - 1] = END;
  return bytes;
}

/**
 * The frame in some bytes: exactly one, with or without wake-up bytes before it.
 *
 * @throws {Cjt188FrameError} when they hold none, or more than one.
 */
export function decodeCjt188Frame(bytes: Uint8Array): Cjt188Frame {
  const from = bytes.findIndex((byte) => byte !== PREAMBLE);
  if (from === -1 || bytes[from] !== START) throw new Cjt188FrameError("a frame begins with 68h");
  const body = bytes.subarray(from);
  const length = lengthAt(body);
  if (length === undefined || body.length < length)
    throw new Cjt188FrameError(`a frame of ${body.length} bytes is cut`);
  if (body.length > length) throw new Cjt188FrameError(`${body.length - length} bytes follow the frame`);
  if (body[length - 1] !== END) throw new Cjt188FrameError("a frame ends with 16h");
  if (body[length - 2] !== sumOf(body.subarray(0, length - 2))) throw new Cjt188FrameError("the sum is wrong");
  return frameOf(body);
}

/** Finds frames in what comes over a line: byte by byte, two at once, with noise between them. */
export class Cjt188Scanner {
  #rest = new Uint8Array(0);
  #skipped = 0;

  /** Bytes so far that belonged to no frame and were no wake-up either. */
  get skippedBytes(): number {
    return this.#skipped;
  }

  /** The frames that are whole now. */
  push(chunk: Uint8Array): Cjt188Frame[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const frames: Cjt188Frame[] = [];
    for (let found = this.#next(); found !== undefined; found = this.#next()) frames.push(found);
    return frames;
  }

  /** Forgets what is half there, as before a new question. */
  clear(): void {
    this.#drop(this.#rest.length);
  }

  /**
   * A start byte may be noise whose "length" waits for bytes that never come, so every later one is looked at too:
   * the first frame that is whole and whose sum is right is taken, and what stands before it is dropped.
   */
  #next(): Cjt188Frame | undefined {
    let keepFrom: number | undefined;
    for (let at = this.#rest.indexOf(START); at !== -1; at = this.#rest.indexOf(START, at + 1)) {
      const body = this.#rest.subarray(at);
      const length = lengthAt(body);
      if (length === undefined || body.length < length) keepFrom ??= at;
      else if (body[length - 1] === END && body[length - 2] === sumOf(body.subarray(0, length - 2))) {
        this.#drop(at);
        this.#rest = this.#rest.subarray(length);
        return frameOf(body);
      }
    }
    this.#drop(keepFrom ?? this.#rest.length);
    return undefined;
  }

  #drop(bytes: number): void {
    const excess = Math.max(bytes, this.#rest.length - MAX_FRAME_BYTES);
    for (const byte of this.#rest.subarray(0, excess)) if (byte !== PREAMBLE) this.#skipped++;
    this.#rest = this.#rest.subarray(excess);
  }
}

function lengthAt(body: Uint8Array): number | undefined {
  const data = body[HEADER_BYTES - 1];
  return data === undefined ? undefined : HEADER_BYTES + data + 2;
}

function frameOf(body: Uint8Array): Cjt188Frame {
  const address = Buffer.from(body.subarray(2, 9)).reverse().toString("hex").toUpperCase();
  const data = Uint8Array.from(body.subarray(HEADER_BYTES, HEADER_BYTES + (body[10] ?? 0)));
  return { meterType: body[1] ?? 0, address, control: body[9] ?? 0, data };
}

function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum = (sum + byte) & 0xff;
  return sum;
}
