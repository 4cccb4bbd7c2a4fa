import { MbusFrameError } from "./errors.ts";

const ACK = 0xe5;
const SHORT_START = 0x10;
const LONG_START = 0x68;
const END = 0x16;
const SHORT_BYTES = 5;
/** Two starts, two lengths, and after the counted part the sum and the end. */
const LONG_AROUND = 6;
/** Control, address and control information. */
const LONG_LEAST = 3;

/** Control fields of the primary station. @see EN 13757-2, 5.7 */
export const MBUS_CONTROL = { sndNke: 0x40, sndUd: 0x53, reqUd2: 0x5b } as const;
/** Frame count bit: turns with each answered request, so that a meter can tell a repeat from a new one. */
export const MBUS_FCB = 0x20;
/** The address under which a meter that has been selected by its number answers. */
export const MBUS_SELECTED = 0xfd;

/** A frame of wired M-Bus. @see EN 13757-2, 5.4 */
export type MbusFrame =
  | { readonly kind: "ack" }
  | { readonly kind: "short"; readonly control: number; readonly address: number }
  | {
      readonly kind: "long";
      readonly control: number;
      readonly address: number;
      readonly ci: number;
      readonly data: Uint8Array;
    };

/** The bytes of a frame. @throws {RangeError} when it holds more than 252 bytes of data. */
export function encodeMbusFrame(frame: MbusFrame): Uint8Array {
  if (frame.kind === "ack") return Uint8Array.of(ACK);
  const { control, address } = frame;
  if (frame.kind === "short") return Uint8Array.of(SHORT_START, control, address, (control + address) & 0xff, END);
  const counted = Uint8Array.of(control, address, frame.ci, ...frame.data);
  if (counted.length > 0xff) throw new RangeError(`${frame.data.length} bytes do not fit into one frame`);
  return Uint8Array.of(LONG_START, counted.length, counted.length, LONG_START, ...counted, sumOf(counted), END);
}

/** The one frame in some bytes. @throws {MbusFrameError} when they hold none, or more than one. */
export function decodeMbusFrame(bytes: Uint8Array): MbusFrame {
  const length = lengthAt(bytes);
  if (length === "none") throw new MbusFrameError("no frame begins so");
  if (length === "more" || bytes.length < length) throw new MbusFrameError(`a frame of ${bytes.length} bytes is cut`);
  if (bytes.length > length) throw new MbusFrameError(`${bytes.length - length} bytes follow the frame`);
  const frame = wholeFrame(bytes);
  if (frame === undefined) throw new MbusFrameError("the sum or the end is wrong");
  return frame;
}

/** Finds frames in what comes over a line, past noise and damage. */
export class MbusScanner {
  #rest = new Uint8Array(0);
  #skipped = 0;

  /** Bytes so far that belonged to no frame. */
  get skippedBytes(): number {
    return this.#skipped;
  }

  /** The frames that are whole now. */
  push(chunk: Uint8Array): MbusFrame[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const frames: MbusFrame[] = [];
    for (let found = this.#next(); found !== undefined; found = this.#next()) frames.push(found);
    return frames;
  }

  /** Forgets what is half there, as before a new question. */
  clear(): void {
    this.#drop(this.#rest.length);
  }

  #next(): MbusFrame | undefined {
    let keepFrom: number | undefined;
    for (let at = 0; at < this.#rest.length; at++) {
      const body = this.#rest.subarray(at);
      const length = lengthAt(body);
      if (length === "none") continue;
      // An E5 inside a frame that is still coming is data, not an acknowledgement.
      if (length === 1 && keepFrom !== undefined) continue;
      if (length === "more" || body.length < length) {
        keepFrom ??= at;
        continue;
      }
      const frame = wholeFrame(body.subarray(0, length));
      if (frame === undefined) continue;
      this.#drop(at);
      this.#rest = this.#rest.subarray(length);
      return frame;
    }
    this.#drop(keepFrom ?? this.#rest.length);
    return undefined;
  }

  #drop(bytes: number): void {
    const excess = Math.max(bytes, this.#rest.length - 0xff - LONG_AROUND);
    this.#skipped += excess;
    this.#rest = this.#rest.subarray(excess);
  }
}

/** How long the frame is that begins here; "more" when more bytes must say. */
function lengthAt(bytes: Uint8Array): number | "more" | "none" {
  const [start, first, second, again] = bytes;
  if (start === ACK) return 1;
  if (start === SHORT_START) return SHORT_BYTES;
  if (start !== LONG_START) return "none";
  if (first === undefined) return "more";
  if (first < LONG_LEAST || (second !== undefined && second !== first)) return "none";
  if (again !== undefined && again !== LONG_START) return "none";
  return again === undefined ? "more" : first + LONG_AROUND;
}

function wholeFrame(bytes: Uint8Array): MbusFrame | undefined {
  const [start = 0, control = 0, address = 0] = bytes;
  if (start === ACK) return { kind: "ack" };
  const counted = bytes.subarray(start === SHORT_START ? 1 : 4, -2);
  if (bytes.at(-1) !== END || bytes.at(-2) !== sumOf(counted)) return undefined;
  if (start === SHORT_START) return { kind: "short", control, address };
  const [c = 0, a = 0, ci = 0] = counted;
  return { kind: "long", control: c, address: a, ci, data: Uint8Array.from(counted.subarray(3)) };
}

function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum = (sum + byte) & 0xff;
  return sum;
}
