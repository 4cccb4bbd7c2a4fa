import type { Stranger } from "../../transports/byte-transport.ts";

/** A request that reads: coils, discrete inputs, holding or input registers. */
export interface ReadRequest {
  readonly functionCode: 1 | 2 | 3 | 4;
  /** PDU address, from 0. */
  readonly address: number;
  /** What the request says: words, bits of coils, or 32-bit registers of Enron. */
  readonly quantity: number;
  /** How many values the answer holds: 16-bit words (an Enron register is two), or one 0 or 1 for each bit. */
  readonly words: number;
}

/** A request that sets coils (0 or 1) or words. 5 and 6 set one, 15 and 16 some. */
export interface WriteRequest {
  readonly functionCode: 5 | 6 | 15 | 16;
  readonly address: number;
  readonly values: readonly number[];
}

export type ModbusRequest = ReadRequest | WriteRequest;

/** One request to one unit, or to all of them: nobody answers a broadcast. */
export type LineRequest = ModbusRequest & {
  readonly unitId: number;
  readonly isBroadcast?: boolean;
  /** Longest wait for the answer, real milliseconds. */
  readonly timeoutMs: number;
};

/** What came of a request. No answer from a meter is an expected outcome, so it is a value and no exception. */
export type LineAnswer =
  | { readonly kind: "words"; readonly words: readonly number[] }
  | { readonly kind: "written" }
  /** Code 0: something came that is no right answer. The meter is there, so this is no silence. */
  | { readonly kind: "exception"; readonly code: number; readonly text: string }
  | { readonly kind: "timeout" }
  /** `wasAsked`: the line was lost while this request was on it, and maybe by it. */
  | { readonly kind: "disconnected"; readonly wasAsked: boolean };

/** An answer and how long it took from the request on, real milliseconds; the wait for the line's turn is no part of it. */
export interface Exchange {
  readonly answer: LineAnswer;
  readonly tookMs: number;
}

/** A connection to the meters of one bus, which comes back by itself. Callers ask one question at a time. */
export interface MeterLine {
  readonly isOpen: boolean;
  /** Why it is not open, and what to do; null while it is. */
  readonly fault: string | null;
  /** Answers that were late, damaged or of another unit, and were dropped. */
  readonly strays: number;
  /** Devices that came and were refused, where devices come. */
  readonly strangers?: readonly Stranger[] | undefined;
  ask(request: LineRequest): Promise<Exchange>;
  /** Connects, where the line was let go of. */
  open(): void;
  /** Lets go of the line until the next `open`. */
  release(): void;
  /** Drops the connection, so that a new one is made: the far side may be gone without a word. */
  recycle(): void;
  /** Calls `listener` each time the line has become open. One listener. */
  onOpen(listener: () => void): void;
  close(): void;
}

/** What questions can be put to: a line, or a running bus that lets others look at its own. */
export type LineAsker = Pick<MeterLine, "ask">;

/** Modbus exceptions that say the unit itself was not reached. @see Modbus Application Protocol V1.1b3, section 7 */
export function isGatewayException(code: number): boolean {
  return code === 0x0a || code === 0x0b;
}

/** The unit is busy; the same question may be answered at once. */
export function isBusyException(code: number): boolean {
  return code === 0x05 || code === 0x06;
}

/** An answer by which a unit shows that it is there. */
export function isOfUnit(answer: LineAnswer): boolean {
  if (answer.kind === "exception") return !isGatewayException(answer.code);
  return answer.kind === "words" || answer.kind === "written";
}
