import { crc32 } from "node:zlib";
import type { BatchMark, CommitRequest, ReadingColumns } from "../../../ports.ts";
import type { NumberedChannel } from "../channel-numbers.ts";

/** Readings as columns, by the store file's own numbers of channels. */
export type NumberedReadings = Omit<ReadingColumns, "channels">;

/** One commit as the journal holds it: everything the store file needs to catch up with it. */
export interface JournalEntry extends Omit<CommitRequest, "readings"> {
  readonly no: number;
  /** Channels that got their number in this commit. */
  readonly fresh: readonly NumberedChannel[];
  readonly readings: NumberedReadings;
}

const MAGIC = 0x314a_464e;
const HEADER_BYTES = 40;
const HAS_COUNTS = 1;
const HAS_GAUGES = 2;
const HAS_FLAGS = 4;

type PackedBatches = readonly (readonly [agent: string, epoch: string, seqs: readonly number[]])[];

type Meta = Omit<JournalEntry, "no" | "readings" | "batches"> & { readonly batches: PackedBatches };

/**
 * The bytes of one commit, to be sealed: magic, CRC-32 of all that follows, segment, length, number, then what is said of the commit
 * as JSON, then its columns, little-endian, each at a multiple of 8. A column that says nothing is left out.
 */
export function encodeRecord(entry: JournalEntry): Buffer {
  const meta = Buffer.from(JSON.stringify(metaOf(entry)));
  const parts = columnParts(entry.readings);
  const metaBytes = padded(meta.length);
  const bodyBytes = parts.columns.reduce((sum, column) => sum + padded(column.byteLength), metaBytes);
  const record = Buffer.alloc(HEADER_BYTES + bodyBytes);
  record.writeUInt32LE(MAGIC, 0);
  record.writeUInt32LE(bodyBytes, 12);
  record.writeDoubleLE(entry.no, 16);
  record.writeUInt32LE(meta.length, 24);
  record.writeUInt32LE(entry.readings.length, 28);
  record.writeUInt32LE(parts.bits, 32);
  meta.copy(record, HEADER_BYTES);
  let at = HEADER_BYTES + metaBytes;
  for (const column of parts.columns) {
    record.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
    at += padded(column.byteLength);
  }
  return record;
}

/** Writes the segment, and the checksum over everything behind it, into an encoded record. */
export function sealRecord(record: Buffer, segment: number): Buffer {
  record.writeUInt32LE(segment, 8);
  record.writeUInt32LE(crc32(record.subarray(8)), 4);
  return record;
}

/** Where a whole record stands, and what its head says. */
export interface RecordPlace {
  readonly no: number;
  readonly segment: number;
  readonly rows: number;
  readonly at: number;
  readonly end: number;
}

/** The record that begins at `at`; undefined when there is none, or it is torn or damaged. */
export function placeAt(bytes: Buffer, at: number): RecordPlace | undefined {
  if (at + HEADER_BYTES > bytes.length || bytes.readUInt32LE(at) !== MAGIC) return undefined;
  const end = at + HEADER_BYTES + bytes.readUInt32LE(at + 12);
  if (end > bytes.length || crc32(bytes.subarray(at + 8, end)) !== bytes.readUInt32LE(at + 4)) return undefined;
  const rows = bytes.readUInt32LE(at + 28);
  return { no: bytes.readDoubleLE(at + 16), segment: bytes.readUInt32LE(at + 8), rows, at, end };
}

/** What a record says. */
export function decodeRecord(bytes: Buffer, { no, at }: RecordPlace): JournalEntry {
  const metaLength = bytes.readUInt32LE(at + 24);
  const metaAt = at + HEADER_BYTES;
  const meta = JSON.parse(bytes.toString("utf8", metaAt, metaAt + metaLength)) as Meta;
  return { ...meta, no, batches: unpacked(meta.batches), readings: decodeReadings(bytes, at) };
}

/** The readings alone of the record that begins at `at`. */
export function decodeReadings(bytes: Buffer, at: number): NumberedReadings {
  const columnsAt = at + HEADER_BYTES + padded(bytes.readUInt32LE(at + 24));
  return readColumns(bytes, columnsAt, bytes.readUInt32LE(at + 28), bytes.readUInt32LE(at + 32));
}

/** Every whole record in the bytes, in the order of their places, whatever stands between them. */
export function* recordsIn(bytes: Buffer): Generator<RecordPlace> {
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const found = placeAt(bytes, at);
    if (found !== undefined) yield found;
    at = found?.end ?? at + 8;
  }
}

function metaOf({ no: _, readings: __, batches, ...rest }: JournalEntry): Meta {
  return { ...rest, batches: packed(batches) };
}

function packed(batches: readonly BatchMark[]): PackedBatches {
  const byEpoch = new Map<string, [agent: string, epoch: string, seqs: number[]]>();
  for (const { agent, epoch, seq } of batches) {
    const key = `${agent} ${epoch}`;
    const seqs = byEpoch.get(key);
    if (seqs === undefined) byEpoch.set(key, [agent, epoch, [seq]]);
    else seqs[2].push(seq);
  }
  return [...byEpoch.values()];
}

function unpacked(batches: PackedBatches): BatchMark[] {
  return batches.flatMap(([agent, epoch, seqs]) => seqs.map((seq) => ({ agent, epoch, seq })));
}

function columnParts(readings: NumberedReadings): { bits: number; columns: ArrayBufferView[] } {
  const { length } = readings;
  const kinds = new Uint8Array(length);
  let bits = 0;
  for (let i = 0; i < length; i++) {
    const isRegister = readings.isRegister[i] ?? 0;
    kinds[i] = (readings.qualities[i] ?? 0) | (isRegister << 2) | ((readings.origins[i] ?? 0) << 3);
    bits |= isRegister === 1 ? HAS_COUNTS : HAS_GAUGES;
    if (readings.flags[i] !== 0) bits |= HAS_FLAGS;
  }
  const columns: ArrayBufferView[] = [readings.readAtMs.subarray(0, length)];
  if (bits & HAS_COUNTS) columns.push(readings.counts.subarray(0, length));
  if (bits & HAS_GAUGES) columns.push(readings.gauges.subarray(0, length));
  columns.push(readings.channelNos.subarray(0, length));
  if (bits & HAS_FLAGS) columns.push(readings.flags.subarray(0, length));
  columns.push(kinds);
  return { bits, columns };
}

function readColumns(bytes: Buffer, from: number, length: number, bits: number): NumberedReadings {
  let at = from;
  const next = (bytesEach: number): ArrayBuffer => {
    const start = bytes.byteOffset + at;
    at += padded(length * bytesEach);
    return bytes.buffer.slice(start, start + length * bytesEach) as ArrayBuffer;
  };
  const readAtMs = new Float64Array(next(8));
  const counts = bits & HAS_COUNTS ? new BigInt64Array(next(8)) : new BigInt64Array(length);
  const gauges = bits & HAS_GAUGES ? new Float64Array(next(8)) : new Float64Array(length).fill(Number.NaN);
  const channelNos = new Int32Array(next(4));
  const flags = bits & HAS_FLAGS ? new Uint32Array(next(4)) : new Uint32Array(length);
  const kinds = new Uint8Array(next(1));
  return {
    length,
    channelNos,
    readAtMs,
    counts,
    gauges,
    flags,
    isRegister: kinds.map((kind) => (kind >> 2) & 1),
    qualities: kinds.map((kind) => kind & 3),
    origins: kinds.map((kind) => kind >> 3),
  };
}

function padded(bytes: number): number {
  return (bytes + 7) & ~7;
}
