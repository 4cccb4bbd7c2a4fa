const HEADER_BYTES = 7;
const MAX_PDU_BYTES = 253;
/** Most registers that one request may ask for. */
export const MAX_READ_COUNT = 125;

/** Exceptions of the Modbus application protocol that a gateway or meter answers. */
export const MODBUS_EXCEPTION = {
  illegalFunction: 1,
  illegalAddress: 2,
  illegalValue: 3,
  gatewayTargetFailed: 0x0b,
} as const;

/** A request as it came over Modbus TCP. */
export interface ModbusRequest {
  readonly transactionId: number;
  readonly unitId: number;
  readonly functionCode: number;
  /** What follows the function code. */
  readonly data: Buffer;
}

/**
 * Cuts a byte stream into requests, however TCP split or joined them.
 *
 * @see Modbus Messaging on TCP/IP Implementation Guide V1.0b, section 3.1.3
 */
export class MbapParser {
  #rest: Buffer = Buffer.alloc(0);

  /** The requests that are complete now; undefined when the stream is not Modbus TCP and must be closed. */
  push(chunk: Buffer): readonly ModbusRequest[] | undefined {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const requests: ModbusRequest[] = [];
    while (this.#rest.length >= HEADER_BYTES + 1) {
      const length = this.#rest.readUInt16BE(4);
      if (this.#rest.readUInt16BE(2) !== 0 || length < 2 || length > MAX_PDU_BYTES + 1) return undefined;
      if (this.#rest.length < 6 + length) break;
      requests.push(requestOf(this.#rest.subarray(0, 6 + length)));
      this.#rest = this.#rest.subarray(6 + length);
    }
    return requests;
  }
}

function requestOf(frame: Buffer): ModbusRequest {
  return {
    transactionId: frame.readUInt16BE(0),
    unitId: frame.readUInt8(6),
    functionCode: frame.readUInt8(7),
    data: frame.subarray(8),
  };
}

/** The answer to a read request: its words. */
export function wordsFrame(request: ModbusRequest, words: Uint16Array): Buffer {
  const frame = answer(request, request.functionCode, 1 + words.length * 2);
  frame.writeUInt8(words.length * 2, 8);
  words.forEach((word, i) => {
    frame.writeUInt16BE(word, 9 + i * 2);
  });
  return frame;
}

/** The answer that says why there are no words. */
export function exceptionFrame(request: ModbusRequest, exception: number): Buffer {
  const frame = answer(request, request.functionCode | 0x80, 1);
  frame.writeUInt8(exception, 8);
  return frame;
}

function answer(request: ModbusRequest, functionCode: number, dataBytes: number): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES + 1 + dataBytes);
  frame.writeUInt16BE(request.transactionId, 0);
  frame.writeUInt16BE(2 + dataBytes, 4);
  frame.writeUInt8(request.unitId, 6);
  frame.writeUInt8(functionCode, 7);
  return frame;
}
