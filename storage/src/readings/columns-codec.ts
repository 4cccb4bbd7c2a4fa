import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";
import { NightflowError, QUALITY_CODES } from "@nightflow/domain";
import type { ReadingColumns } from "../ports.ts";
import { blankColumns } from "./reading-columns.ts";

const deflate = promisify<Uint8Array, { level: number }, Buffer>(deflateRaw);
const inflate = promisify<Uint8Array, Buffer>(inflateRaw);

/** Bytes that should hold readings and do not. */
export class ColumnsFormatError extends NightflowError {
  readonly code = "COLUMNS_FORMAT";
  readonly retriable = false;
}

const FORMAT = 1;
const HEADER_BYTES = 8;

/**
 * Readings as compact bytes: one byte of format, then deflated: rows, length of the channel list, the list as JSON, and the
 * columns one after the other, little-endian. Times are differences to the row before, values only where there are
 * some. Every format ever written stays readable.
 */
export async function encodeColumns(columns: ReadingColumns): Promise<Buffer> {
  const packed = await deflate(packColumns(columns), { level: 1 });
  return Buffer.concat([Uint8Array.of(FORMAT), packed]);
}

/** @throws {ColumnsFormatError} when the bytes are of an unknown format or cut. */
export async function decodeColumns(bytes: Uint8Array): Promise<ReadingColumns> {
  if (bytes[0] !== FORMAT) throw new ColumnsFormatError(`format ${bytes[0]} of stored readings is unknown`);
  try {
    return unpackColumns(await inflate(bytes.subarray(1)));
  } catch (cause) {
    throw new ColumnsFormatError("stored readings are damaged", { cause });
  }
}

function packColumns(columns: ReadingColumns): Buffer {
  const { length } = columns;
  const channels = Buffer.from(JSON.stringify(columns.channels));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(length, 0);
  header.writeUInt32LE(channels.length, 4);
  const { counts, gauges } = valuesOf(columns);
  const parts = [columns.channelNos, differences(columns), counts, gauges, columns.flags.slice(0, length)];
  return Buffer.concat([header, channels, kindsOf(columns), ...parts.map(bytesOf)]);
}

function kindsOf({ length, isRegister, qualities, origins }: ReadingColumns): Uint8Array {
  return Uint8Array.from(
    { length },
    (_, i) => (isRegister[i] ?? 0) | ((qualities[i] ?? 0) << 1) | ((origins[i] ?? 0) << 3),
  );
}

function differences({ length, readAtMs }: ReadingColumns): Float64Array {
  return Float64Array.from({ length }, (_, i) => (readAtMs[i] ?? 0) - (i === 0 ? 0 : (readAtMs[i - 1] ?? 0)));
}

function valuesOf(columns: ReadingColumns): { counts: BigInt64Array; gauges: Float64Array } {
  const counts = new BigInt64Array(columns.length);
  const gauges = new Float64Array(columns.length);
  let registers = 0;
  let others = 0;
  for (let i = 0; i < columns.length; i++) {
    if (columns.qualities[i] === QUALITY_CODES.missing) continue;
    if (columns.isRegister[i] === 1) counts[registers++] = columns.counts[i] ?? 0n;
    else gauges[others++] = columns.gauges[i] ?? Number.NaN;
  }
  return { counts: counts.slice(0, registers), gauges: gauges.slice(0, others) };
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Takes typed arrays from the front of some bytes, copied so that they are aligned. */
class Cutter {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  take(length: number): ArrayBuffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError(`${end} of ${this.#bytes.length} bytes asked for`);
    const part = this.#bytes.slice(this.#at, end);
    this.#at = end;
    return part.buffer.slice(part.byteOffset, part.byteOffset + length) as ArrayBuffer;
  }
}

function unpackColumns(packed: Buffer): ReadingColumns {
  const length = packed.readUInt32LE(0);
  const cutter = new Cutter(packed, HEADER_BYTES);
  const channels = JSON.parse(Buffer.from(cutter.take(packed.readUInt32LE(4))).toString()) as string[];
  const columns = blankColumns(length, channels);
  const { registers, gauges } = takeKinds(columns, new Uint8Array(cutter.take(length)));
  columns.channelNos = new Int32Array(cutter.take(length * 4));
  let readAtMs = 0;
  new Float64Array(cutter.take(length * 8)).forEach((difference, i) => {
    readAtMs += difference;
    columns.readAtMs[i] = readAtMs;
  });
  placeValues(columns, new BigInt64Array(cutter.take(registers * 8)), new Float64Array(cutter.take(gauges * 8)));
  columns.flags = new Uint32Array(cutter.take(length * 4));
  return columns;
}

function takeKinds(columns: ReadingColumns, kinds: Uint8Array): { registers: number; gauges: number } {
  let registers = 0;
  let gauges = 0;
  kinds.forEach((kind, i) => {
    columns.isRegister[i] = kind & 1;
    columns.qualities[i] = (kind >> 1) & 3;
    columns.origins[i] = kind >> 3;
    if (((kind >> 1) & 3) === QUALITY_CODES.missing) return;
    if ((kind & 1) === 1) registers++;
    else gauges++;
  });
  return { registers, gauges };
}

function placeValues(columns: ReadingColumns, counts: BigInt64Array, gauges: Float64Array): void {
  let register = 0;
  let gauge = 0;
  for (let i = 0; i < columns.length; i++) {
    if (columns.qualities[i] === QUALITY_CODES.missing) continue;
    if (columns.isRegister[i] === 1) columns.counts[i] = counts[register++] ?? 0n;
    else columns.gauges[i] = gauges[gauge++] ?? Number.NaN;
  }
}
