import type { Duplex } from "node:stream";

const CONNECT_TYPE = 1;
const MAX_LENGTH_BYTES = 4;
// Who has not signed in yet may not make us gather more than a name, a password and a last will.
const MAX_CONNECT_BYTES = 16 * 1024;

/** Why a stream of bytes cannot be served. */
export type FrameFault = "too-large" | "not-mqtt";

/**
 * Follows the packets in a stream by their fixed headers alone, without keeping any byte.
 * @see MQTT 3.1.1, section 2.2: type and flags, then the remaining length in 1 to 4 bytes of 7 bits
 */
export class FrameScanner {
  readonly #maxPacketBytes: number;
  #bodyLeft = 0;
  #lengthBytes = -1;
  #length = 0;
  #isConnect = false;
  #isFirst = true;

  constructor(maxPacketBytes: number) {
    this.#maxPacketBytes = maxPacketBytes;
  }

  /** How many of the next bytes belong to a packet that has begun; undefined within its fixed header. */
  get bytesBeforePacket(): number | undefined {
    return this.#lengthBytes < 0 ? this.#bodyLeft : undefined;
  }

  /** The first fault in the next bytes of the stream; undefined when there is none. */
  feed(bytes: Uint8Array): FrameFault | undefined {
    let at = 0;
    while (at < bytes.length) {
      const skipped = Math.min(this.#bodyLeft, bytes.length - at);
      this.#bodyLeft -= skipped;
      at += skipped;
      const byte = bytes[at];
      if (byte === undefined) return undefined;
      const fault = this.#header(byte);
      if (fault !== undefined) return fault;
      at++;
    }
    return undefined;
  }

  #header(byte: number): FrameFault | undefined {
    if (this.#lengthBytes < 0) return this.#type(byte);
    this.#length += (byte & 0x7f) * 2 ** (7 * this.#lengthBytes);
    this.#lengthBytes++;
    if (byte & 0x80) return this.#lengthBytes === MAX_LENGTH_BYTES ? "not-mqtt" : undefined;
    this.#bodyLeft = this.#length;
    this.#lengthBytes = -1;
    const mostBytes = this.#isConnect ? Math.min(MAX_CONNECT_BYTES, this.#maxPacketBytes) : this.#maxPacketBytes;
    return this.#length > mostBytes ? "too-large" : undefined;
  }

  #type(byte: number): FrameFault | undefined {
    this.#lengthBytes = 0;
    this.#length = 0;
    this.#isConnect = byte >> 4 === CONNECT_TYPE;
    const isFault = this.#isFirst && !this.#isConnect;
    this.#isFirst = false;
    return isFault ? "not-mqtt" : undefined;
  }
}

/** Takes whole packets out of what was read; the first one begins at `from`. Gives what is left, null for nothing. */
export type FrameTap = (bytes: Buffer, from: number) => Buffer | null;

/**
 * Watches what is read from `connection` and destroys it at the first packet that is too large, before its body is
 * gathered: Aedes' parser would wait for up to 256 MiB. A reader sees the end of the stream instead.
 */
export function guardFrames(
  connection: Duplex,
  maxPacketBytes: number,
  onFault: (fault: FrameFault) => void,
  tap: FrameTap,
): void {
  const scanner = new FrameScanner(maxPacketBytes);
  const read = connection.read.bind(connection);
  connection.read = (size?: number) => {
    const bytes: Buffer | null = read(size);
    if (bytes === null) return null;
    const from = scanner.bytesBeforePacket;
    const fault = scanner.feed(bytes);
    if (fault === undefined) return from === undefined ? bytes : tap(bytes, from);
    onFault(fault);
    connection.destroy();
    return null;
  };
}
