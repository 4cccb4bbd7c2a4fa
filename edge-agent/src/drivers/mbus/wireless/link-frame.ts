import { MbusFrameError } from "../errors.ts";
import { decodeIdentity, encodeIdentity, type MbusIdentity } from "../header.ts";

/** The link layer of a radio telegram, its check sums taken off. */
export interface WmbusLink {
  readonly control: number;
  readonly identity: MbusIdentity;
  /** From the first control information byte on. */
  readonly body: Uint8Array;
  /** Maker and address as they were sent: what a key is bound to. */
  readonly addressBytes: Uint8Array;
}

/** Length, control, maker and address. */
const HEADER_BYTES = 10;
const BLOCK_BYTES = 16;
/** The first two blocks of format B share one CRC. */
const FORMAT_B_FIRST = 126;
const CRC_BYTES = 2;

/**
 * The telegram in some bytes, whether its gateway left the CRCs of format A or B in or took them off.
 *
 * @throws {MbusFrameError} when its length or a CRC is wrong.
 * @see EN 13757-4, section 11
 */
export function decodeWmbusLink(bytes: Uint8Array): WmbusLink {
  const bare = withoutCrcs(bytes);
  if (bare.length <= HEADER_BYTES) throw new MbusFrameError(`a telegram of ${bare.length} bytes is cut`);
  const addressBytes = Uint8Array.from(bare.subarray(2, HEADER_BYTES));
  const identity = identityOf(addressBytes);
  return { control: bare[1] ?? 0, identity, addressBytes, body: Uint8Array.from(bare.subarray(HEADER_BYTES)) };
}

/** On the radio the maker comes before the number; in a header it is the other way round. */
export function identityOf(addressBytes: Uint8Array): MbusIdentity {
  const [makerLow = 0, makerHigh = 0, ...rest] = addressBytes;
  return decodeIdentity(Uint8Array.of(...rest.slice(0, 4), makerLow, makerHigh, ...rest.slice(4)));
}

/** The bytes of a telegram without CRCs, as a gateway that takes them off passes it on. */
export function encodeWmbusLink(link: Pick<WmbusLink, "control" | "identity" | "body">): Uint8Array {
  const header = encodeIdentity(link.identity);
  const address = [...header.subarray(4, 6), ...header.subarray(0, 4), ...header.subarray(6)];
  return Uint8Array.of(HEADER_BYTES - 1 + link.body.length, link.control, ...address, ...link.body);
}

/** The same with the CRCs of format A. */
export function withFormatACrcs(bare: Uint8Array): Uint8Array {
  const blocks = [bare.subarray(0, HEADER_BYTES)];
  for (let at = HEADER_BYTES; at < bare.length; at += BLOCK_BYTES) blocks.push(bare.subarray(at, at + BLOCK_BYTES));
  return Uint8Array.from(blocks.flatMap((block) => [...block, ...crcBytes(block)]));
}

function withoutCrcs(bytes: Uint8Array): Uint8Array {
  const length = bytes[0];
  if (length === undefined || length < HEADER_BYTES) throw new MbusFrameError("a telegram begins with its length");
  const bare = formatA(bytes, length) ?? formatB(bytes, length);
  if (bare !== undefined) return bare;
  if (bytes.length === length + 1) return bytes;
  if (bytes.length < length + 1) throw new MbusFrameError(`${bytes.length} bytes came of a telegram of ${length + 1}`);
  throw new MbusFrameError("a CRC is wrong, or bytes follow the telegram");
}

/** Blocks of 16 bytes with a CRC each, which the length does not count. */
function formatA(bytes: Uint8Array, length: number): Uint8Array | undefined {
  const blocks = Math.ceil((length + 1 - HEADER_BYTES) / BLOCK_BYTES);
  if (bytes.length !== length + 1 + (1 + blocks) * CRC_BYTES) return undefined;
  const parts: number[] = [];
  for (let at = 0, size = HEADER_BYTES; at < bytes.length; at += size + CRC_BYTES, size = BLOCK_BYTES) {
    const block = bytes.subarray(at, Math.min(at + size, bytes.length - CRC_BYTES));
    if (!isCrcRight(block, bytes.subarray(at + block.length))) return undefined;
    parts.push(...block);
  }
  return Uint8Array.of(length, ...parts.slice(1));
}

/** One or two blocks whose CRCs the length counts. */
function formatB(bytes: Uint8Array, length: number): Uint8Array | undefined {
  if (bytes.length !== length + 1 || length < HEADER_BYTES + CRC_BYTES) return undefined;
  const cut = bytes.length > FORMAT_B_FIRST + CRC_BYTES ? FORMAT_B_FIRST : bytes.length - CRC_BYTES;
  const [first, second] = [bytes.subarray(0, cut), bytes.subarray(cut + CRC_BYTES)];
  if (!isCrcRight(first, bytes.subarray(cut))) return undefined;
  if (second.length === 0) return Uint8Array.of(length - CRC_BYTES, ...first.subarray(1));
  const rest = second.subarray(0, -CRC_BYTES);
  if (second.length <= CRC_BYTES || !isCrcRight(rest, second.subarray(rest.length))) return undefined;
  return Uint8Array.of(length - 2 * CRC_BYTES, ...first.subarray(1), ...rest);
}

function isCrcRight(block: Uint8Array, crc: Uint8Array): boolean {
  const [high, low] = crcBytes(block);
  return crc[0] === high && crc[1] === low;
}

function crcBytes(block: Uint8Array): readonly [number, number] {
  const crc = crcOf(block);
  return [crc >> 8, crc & 0xff];
}

/** CRC-16 of EN 13757-4: polynomial 3D65h, sent inverted, high byte first. */
export function crcOf(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x3d65;
    crc &= 0xffff;
  }
  return crc ^ 0xffff;
}
