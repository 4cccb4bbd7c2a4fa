import type { Decoded, Frame, FrameDecoder, Framing } from "./framing.ts";

const HEADER_BYTES = 7;
/** Unit id and the longest PDU. */
const MAX_LENGTH = 254;

/**
 * Modbus TCP: a header with a number of the request, and the length.
 *
 * @see Modbus Messaging on TCP/IP Implementation Guide V1.0b, section 3.1.3
 */
export const mbapFraming: Framing = {
  isNumbered: true,
  encode({ unitId, pdu, transactionId = 0 }) {
    const frame = Buffer.allocUnsafe(HEADER_BYTES + pdu.length);
    frame.writeUInt16BE(transactionId, 0);
    frame.writeUInt16BE(0, 2);
    frame.writeUInt16BE(pdu.length + 1, 4);
    frame[6] = unitId;
    pdu.copy(frame, HEADER_BYTES);
    return frame;
  },
  decoder: () => new MbapDecoder(),
};

class MbapDecoder implements FrameDecoder {
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
    while (rest.length >= HEADER_BYTES) {
      const length = rest.readUInt16BE(4);
      if (rest.readUInt16BE(2) !== 0 || length < 2 || length > MAX_LENGTH) return this.#broken(frames, rest.length);
      if (rest.length < 6 + length) break;
      frames.push({
        transactionId: rest.readUInt16BE(0),
        unitId: rest.readUInt8(6),
        pdu: rest.subarray(HEADER_BYTES, 6 + length),
      });
      rest = rest.subarray(6 + length);
    }
    this.#rest = rest;
    return { frames, dropped: 0 };
  }

  #broken(frames: readonly Frame[], dropped: number): Decoded {
    this.reset();
    return { frames, dropped, isBroken: true };
  }
}
