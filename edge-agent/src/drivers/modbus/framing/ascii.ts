import type { Decoded, Frame, FrameDecoder, Framing } from "./framing.ts";

const COLON = 0x3a;
const LINE_FEED = 0x0a;
/** Colon, two digits for each of 255 bytes, and the line end. */
const MAX_FRAME_BYTES = 513;

/**
 * Modbus ASCII: a colon, the bytes as hex digits, their LRC, and a line end.
 *
 * @see Modbus over Serial Line V1.02, section 2.5.2
 */
export const asciiFraming: Framing = {
  isNumbered: false,
  encode({ unitId, pdu }) {
    const bytes = Buffer.concat([Buffer.from([unitId]), pdu]);
    const checked = Buffer.concat([bytes, Buffer.from([lrc(bytes)])]);
    return Buffer.from(`:${checked.toString("hex").toUpperCase()}\r\n`, "latin1");
  },
  decoder: () => new AsciiDecoder(),
};

/** The check of an ASCII frame: minus the sum of its bytes. */
export function lrc(bytes: Uint8Array): number {
  return -bytes.reduce((sum, byte) => sum + byte, 0) & 0xff;
}

class AsciiDecoder implements FrameDecoder {
  #rest: Buffer = Buffer.alloc(0);

  get held(): number {
    return this.#rest.length;
  }

  reset(): void {
    this.#rest = Buffer.alloc(0);
  }

  push(bytes: Buffer): Decoded {
    let rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const frames: Frame[] = [];
    let dropped = 0;
    for (let end = rest.indexOf(LINE_FEED); end !== -1; end = rest.indexOf(LINE_FEED)) {
      const frame = frameOf(rest.subarray(0, end));
      if (frame === undefined) dropped += end + 1;
      else frames.push(frame);
      rest = rest.subarray(end + 1);
    }
    if (rest.length > MAX_FRAME_BYTES) {
      dropped += rest.length;
      rest = Buffer.alloc(0);
    }
    this.#rest = rest;
    return { frames, dropped };
  }
}

/** The frame behind the last colon of a line, with a right LRC. */
function frameOf(line: Buffer): Frame | undefined {
  const text = line
    .subarray(line.lastIndexOf(COLON) + 1)
    .toString("latin1")
    .trimEnd();
  if (line.lastIndexOf(COLON) === -1 || !/^([0-9A-Fa-f]{2}){4,}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, "hex");
  const unitId = bytes[0] ?? 0;
  return lrc(bytes) === 0 ? { unitId, pdu: bytes.subarray(1, -1) } : undefined;
}
