import type { LineAnswer, ModbusRequest, ReadRequest, WriteRequest } from "./line.ts";

/**
 * A request as function code and data.
 *
 * @see Modbus Application Protocol V1.1b3, sections 6.1 to 6.6, 6.11 and 6.12
 */
export function encodePdu(request: ModbusRequest): Buffer {
  switch (request.functionCode) {
    case 1:
    case 2:
    case 3:
    case 4:
      return head(request.functionCode, request.address, request.quantity);
    case 5:
      return head(5, request.address, request.values[0] ? 0xff00 : 0);
    case 6:
      return head(6, request.address, request.values[0] ?? 0);
    case 15:
      return withData(request, coilBytes(request.values));
    case 16:
      return withData(request, wordBytes(request.values));
  }
}

/** Bytes of the answer's data behind its byte count; of a write's answer there are none. */
export function answerBytes(request: ModbusRequest): number {
  if (!isRead(request)) return 0;
  return request.functionCode <= 2 ? Math.ceil(request.quantity / 8) : request.words * 2;
}

/** Length of the whole answer from the function code on, known from its first two bytes; undefined while they are not there. */
export function pduLength(pdu: Buffer): number | undefined {
  const [functionCode, count] = [pdu[0], pdu[1]];
  if (functionCode === undefined) return undefined;
  if ((functionCode & 0x80) !== 0) return 2;
  if (functionCode >= 5) return 5;
  return count === undefined ? undefined : 2 + count;
}

/** What an answer says; undefined when it answers no request of this function. */
export function decodePdu(request: ModbusRequest, pdu: Buffer): LineAnswer | undefined {
  const functionCode = pdu[0];
  if (functionCode === (request.functionCode | 0x80)) return exception(pdu[1] ?? 0);
  if (functionCode !== request.functionCode) return undefined;
  return isRead(request) ? decodeRead(request, pdu) : decodeWrite(request, pdu);
}

/** Whether a request reads. */
export function isRead(request: ModbusRequest): request is ReadRequest {
  return request.functionCode <= 4;
}

function decodeRead(request: ReadRequest, pdu: Buffer): LineAnswer {
  const bytes = answerBytes(request);
  if (pdu[1] !== bytes || pdu.length !== 2 + bytes)
    return malformed(`the answer holds ${pdu.length - 2} bytes, ${bytes} were asked for`);
  const words = request.functionCode <= 2 ? bitsOf(pdu, request.quantity) : wordsOf(pdu, request.words);
  return { kind: "words", words };
}

function decodeWrite(request: WriteRequest, pdu: Buffer): LineAnswer {
  const expected = encodePdu(request).subarray(0, 5);
  return pdu.equals(expected) ? { kind: "written" } : malformed("the answer does not repeat what was written");
}

function malformed(text: string): LineAnswer {
  return { kind: "exception", code: 0, text };
}

function exception(code: number): LineAnswer {
  return { kind: "exception", code, text: `${EXCEPTIONS[code] ?? "exception"} (exception ${code})` };
}

/** @see Modbus Application Protocol V1.1b3, section 7 */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: "the meter does not know this function",
  2: "the meter has no such address",
  3: "the meter does not take this value or length",
  4: "the meter failed to do it",
  5: "the meter has begun and takes long",
  6: "the meter is busy",
  8: "the meter's memory is damaged",
  10: "the gateway has no way to the meter",
  11: "the meter does not answer the gateway",
};

function head(functionCode: number, address: number, value: number): Buffer {
  return Buffer.from([functionCode, address >> 8, address & 0xff, value >> 8, value & 0xff]);
}

function withData(request: WriteRequest, data: Buffer): Buffer {
  const { functionCode, address, values } = request;
  return Buffer.concat([head(functionCode, address, values.length), Buffer.from([data.length]), data]);
}

function coilBytes(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(Math.ceil(values.length / 8));
  for (const [at, value] of values.entries()) if (value) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (1 << (at & 7));
  return bytes;
}

function wordBytes(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [at, value] of values.entries()) bytes.writeUInt16BE(value, at * 2);
  return bytes;
}

function bitsOf(pdu: Buffer, quantity: number): number[] {
  const bits = new Array<number>(quantity);
  for (let at = 0; at < quantity; at++) bits[at] = ((pdu[2 + (at >> 3)] ?? 0) >> (at & 7)) & 1;
  return bits;
}

function wordsOf(pdu: Buffer, count: number): number[] {
  const words = new Array<number>(count);
  for (let at = 0; at < count; at++) words[at] = ((pdu[2 + at * 2] ?? 0) << 8) | (pdu[3 + at * 2] ?? 0);
  return words;
}
