/** One request for registers of one unit. */
export interface LineRequest {
  readonly unitId: number;
  readonly functionCode: 1 | 2 | 3 | 4;
  /** PDU address, from 0. */
  readonly address: number;
  /** What is asked for: words, bits, or 32-bit registers of Enron. */
  readonly quantity: number;
  /** How many values the answer holds: 16-bit words, or a 0 or 1 for each bit. */
  readonly words: number;
  /** Longest wait for the answer, real milliseconds. */
  readonly timeoutMs: number;
}

/** What came of a request. No answer from a meter is an expected outcome, so it is a value and no exception. */
export type LineAnswer =
  | { readonly kind: "words"; readonly words: readonly number[] }
  | { readonly kind: "exception"; readonly code: number; readonly text: string }
  | { readonly kind: "timeout" }
  | { readonly kind: "disconnected" };

/** A connection to the meters of one bus, which comes back by itself. Callers ask one question at a time. */
export interface MeterLine {
  readonly isOpen: boolean;
  ask(request: LineRequest): Promise<LineAnswer>;
  /** Drops the connection, so that a new one is made: the far side may be gone without a word. */
  recycle(): void;
  /** Calls `listener` each time the line has become open. One listener. */
  onOpen(listener: () => void): void;
  close(): void;
}

/** Modbus exceptions that say the unit itself was not reached. @see Modbus Application Protocol V1.1b3, section 7 */
export function isGatewayException(code: number): boolean {
  return code === 0x0a || code === 0x0b;
}

/** The unit is busy; the same question may be answered at once. */
export function isBusyException(code: number): boolean {
  return code === 0x05 || code === 0x06;
}
