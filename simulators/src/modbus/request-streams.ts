import { MbapParser } from "./mbap.ts";

/** How requests come and answers go. */
export type SimulatedFraming = "tcp" | "rtu" | "ascii";

/** A request as it came, in whichever framing. */
export interface FramedRequest {
  readonly unitId: number;
  /** Function code and data. */
  readonly pdu: Buffer;
  /** Of Modbus TCP; else 0. */
  readonly transactionId: number;
}

/** Cuts a stream into requests. Undefined: it cannot be followed. */
export type RequestStream = (chunk: Buffer) => readonly FramedRequest[] | undefined;

/** A stream of requests in a framing. It shares no code with the agent, so that a shared mistake shows. */
export function requestStream(framing: SimulatedFraming): RequestStream {
  if (framing === "ascii") return asciiStream();
  return framing === "rtu" ? rtuStream() : tcpStream();
}

/** An answer in its frame. */
export function framed(framing: SimulatedFraming, answer: FramedRequest): Buffer {
  const body = Buffer.concat([Buffer.of(answer.unitId), answer.pdu]);
  if (framing === "rtu") return Buffer.concat([body, crcOf(body)]);
  if (framing === "ascii") return Buffer.from(`:${body.toString("hex")}${checkDigits(body)}\r\n`.toUpperCase());
  const header = Buffer.alloc(6);
  header.writeUInt16BE(answer.transactionId, 0);
  header.writeUInt16BE(body.length, 4);
  return Buffer.concat([header, body]);
}

function tcpStream(): RequestStream {
  const parser = new MbapParser();
  return (chunk) =>
    parser.push(chunk)?.map(({ transactionId, unitId, functionCode, data }) => ({
      transactionId,
      unitId,
      pdu: Buffer.concat([Buffer.of(functionCode), data]),
    }));
}

function rtuStream(): RequestStream {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const requests: FramedRequest[] = [];
    for (let bytes = rtuLength(rest); bytes !== undefined && rest.length >= bytes; bytes = rtuLength(rest)) {
      const body = rest.subarray(0, bytes - 2);
      if (!crcOf(body).equals(rest.subarray(bytes - 2, bytes))) return undefined;
      requests.push({ unitId: body.readUInt8(0), pdu: body.subarray(1), transactionId: 0 });
      rest = rest.subarray(bytes);
    }
    return requests;
  };
}

/** Length of the request at the beginning, with unit id and CRC; undefined while it cannot be known. */
function rtuLength(bytes: Buffer): number | undefined {
  const [functionCode, count] = [bytes[1], bytes[6]];
  if (functionCode === undefined) return undefined;
  if (functionCode !== 15 && functionCode !== 16) return 8;
  return count === undefined ? undefined : 9 + count;
}

function asciiStream(): RequestStream {
  let rest = "";
  return (chunk) => {
    rest += chunk.toString("latin1");
    const lines = rest.split("\r\n");
    rest = lines.pop() ?? "";
    const bodies = lines.map((line) => Buffer.from(line.slice(1), "hex"));
    if (bodies.some((body) => body.reduce((sum, byte) => sum + byte, 0) % 256 !== 0)) return undefined;
    return bodies.map((body) => ({ unitId: body.readUInt8(0), pdu: body.subarray(1, -1), transactionId: 0 }));
  };
}

function crcOf(bytes: Buffer): Buffer {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc % 2 === 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return Buffer.of(crc & 0xff, crc >>> 8);
}

function checkDigits(bytes: Buffer): string {
  const sum = bytes.reduce((total, byte) => total + byte, 0) % 256;
  return ((256 - sum) % 256).toString(16).padStart(2, "0");
}
