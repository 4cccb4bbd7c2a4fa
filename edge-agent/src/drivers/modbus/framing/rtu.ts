import { pduLength } from "../pdu.ts";
import { crc16 } from "./crc16.ts";
import type { Decoded, Expected, Frame, FrameDecoder, Framing } from "./framing.ts";

/** Unit id, the longest PDU, and the CRC. */
const MAX_FRAME_BYTES = 256;

/**
 * Modbus RTU: unit id, PDU, CRC. Frames are told apart by silence on the wire, which no driver of a serial port and no TCP
 * hands on; so the answer that is expected is looked for by unit id, function and CRC, and what is before it is dropped.
 *
 * @see Modbus over Serial Line V1.02, section 2.5.1
 */
export const rtuFraming: Framing = {
  isNumbered: false,
  encode({ unitId, pdu }) {
    const frame = Buffer.allocUnsafe(pdu.length + 3);
    frame[0] = unitId;
    pdu.copy(frame, 1);
    frame.writeUInt16LE(crc16(frame.subarray(0, pdu.length + 1)), pdu.length + 1);
    return frame;
  },
  decoder: () => new RtuDecoder(),
};

class RtuDecoder implements FrameDecoder {
  #rest: Buffer = Buffer.alloc(0);

  get held(): number {
    return this.#rest.length;
  }

  reset(): void {
    this.#rest = Buffer.alloc(0);
  }

  push(bytes: Buffer, expected: Expected | undefined): Decoded {
    if (expected === undefined) return { frames: [], dropped: bytes.length };
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const frames: Frame[] = [];
    let dropped = 0;
    for (let at = 0; at < this.#rest.length; ) {
      const frame = frameAt(this.#rest.subarray(at), expected);
      if (frame === undefined) {
        at++;
        continue;
      }
      dropped += at;
      frames.push(frame);
      this.#rest = this.#rest.subarray(at + frame.pdu.length + 3);
      at = 0;
    }
    return { frames, dropped: dropped + this.#trim() };
  }

  /** Nothing that is longer than the longest frame can still become one. */
  #trim(): number {
    const excess = this.#rest.length - MAX_FRAME_BYTES;
    if (excess <= 0) return 0;
    this.#rest = this.#rest.subarray(excess);
    return excess;
  }
}

/** The expected answer at the beginning of some bytes, whole and with a right CRC. */
function frameAt(bytes: Buffer, { unitId, functionCode }: Expected): Frame | undefined {
  if (bytes[0] !== unitId || ((bytes[1] ?? 0) & 0x7f) !== functionCode) return undefined;
  const length = pduLength(bytes.subarray(1));
  if (length === undefined || bytes.length < length + 3) return undefined;
  if (crc16(bytes.subarray(0, length + 1)) !== bytes.readUInt16LE(length + 1)) return undefined;
  return { unitId, pdu: bytes.subarray(1, length + 1) };
}
