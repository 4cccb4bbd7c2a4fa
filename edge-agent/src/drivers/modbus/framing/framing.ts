import type { ModbusFraming } from "@nightflow/domain";
import { asciiFraming } from "./ascii.ts";
import { mbapFraming } from "./mbap.ts";
import { rtuFraming } from "./rtu.ts";

/** A request or an answer without its frame. */
export interface Frame {
  readonly unitId: number;
  /** Function code and data. */
  readonly pdu: Buffer;
  /** Which request it answers, where the framing says so. */
  readonly transactionId?: number;
}

/** What an answer has to be, so that it is found in a stream that carries no lengths. */
export interface Expected {
  readonly unitId: number;
  readonly functionCode: number;
}

/** What a decoder makes of bytes. */
export interface Decoded {
  readonly frames: readonly Frame[];
  /** Bytes that belong to no frame were dropped. */
  readonly dropped: number;
  /** The stream cannot be followed any further: the connection must be made anew. */
  readonly isBroken?: boolean;
}

/** Cuts a stream of bytes into answers. */
export interface FrameDecoder {
  push(bytes: Buffer, expected: Expected | undefined): Decoded;
  /** Bytes that wait for the rest of their frame. */
  readonly held: number;
  /** Forgets what is held. */
  reset(): void;
}

/** How frames are put around requests and answers. */
export interface Framing {
  /** True where an answer says which request it answers; a late one is then known as such. */
  readonly isNumbered: boolean;
  encode(frame: Frame): Buffer;
  decoder(): FrameDecoder;
}

/** The framing of a bus. */
export function framingOf(name: ModbusFraming): Framing {
  return { tcp: mbapFraming, rtu: rtuFraming, ascii: asciiFraming }[name];
}
