import { crc32 } from "node:zlib";
import { NightflowError } from "@nightflow/domain";
import type { PressureImage } from "./engine-pressure.ts";
import type { DistrictImage } from "./pure/district.ts";

const MAGIC = 0x4e46414e;
/** Rises with every change of what a slot holds or how it lies; what can no longer be read is set aside and the feed is read again. */
const VERSION = 3;
const HEADER_BYTES = 12;

/** The bytes are not a snapshot of this program: damaged, cut, or of another version. */
export class SnapshotError extends NightflowError {
  readonly code = "SNAPSHOT_INVALID";
  readonly retriable = false;
}

export interface MetersImage {
  readonly channels: readonly string[];
  readonly keyChannels: readonly string[];
  readonly slots: Uint8Array;
  readonly keySlots: Uint8Array;
}

export interface EngineImage {
  readonly meters: MetersImage;
  readonly districts: readonly (readonly [string, DistrictImage])[];
  readonly silence: readonly (readonly [string, number])[];
  /** Absent in snapshots of programs that knew no gauges. */
  readonly pressure?: PressureImage | undefined;
}

/** State as bytes: magic, version, length of the JSON part, JSON, slots, CRC-32 of all before it. */
export function packSnapshot(image: EngineImage): Uint8Array {
  const { channels, keyChannels, slots, keySlots } = image.meters;
  const head = Buffer.from(
    JSON.stringify({
      channels,
      keyChannels,
      districts: image.districts,
      silence: image.silence,
      pressure: image.pressure,
    }),
  );
  const body = Buffer.alloc(HEADER_BYTES + head.length + slots.length + keySlots.length + 4);
  body.writeUInt32BE(MAGIC, 0);
  body.writeUInt32BE(VERSION, 4);
  body.writeUInt32BE(head.length, 8);
  body.set(head, HEADER_BYTES);
  body.set(slots, HEADER_BYTES + head.length);
  body.set(keySlots, HEADER_BYTES + head.length + slots.length);
  body.writeUInt32BE(crc32(body.subarray(0, -4)), body.length - 4);
  return body;
}

/**
 * What `packSnapshot` packed.
 *
 * @throws {SnapshotError} when the bytes are damaged, of another version, or their slots of another size.
 */
export function unpackSnapshot(
  bytes: Uint8Array,
  slotBytes: { readonly meter: number; readonly keyAccount: number },
): EngineImage {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (body.length < HEADER_BYTES + 4 || body.readUInt32BE(0) !== MAGIC) throw new SnapshotError("not a snapshot");
  if (crc32(body.subarray(0, -4)) !== body.readUInt32BE(body.length - 4)) throw new SnapshotError("CRC does not match");
  const version = body.readUInt32BE(4);
  if (version !== VERSION) throw new SnapshotError(`version ${version}, expected ${VERSION}`);
  const slotsAt = HEADER_BYTES + body.readUInt32BE(8);
  const head = JSON.parse(body.toString("utf8", HEADER_BYTES, slotsAt)) as Head;
  const keyAt = slotsAt + head.channels.length * slotBytes.meter;
  if (keyAt + head.keyChannels.length * slotBytes.keyAccount !== body.length - 4)
    throw new SnapshotError("slots are of another size");
  return {
    meters: {
      channels: head.channels,
      keyChannels: head.keyChannels,
      slots: body.subarray(slotsAt, keyAt),
      keySlots: body.subarray(keyAt, -4),
    },
    districts: head.districts,
    silence: head.silence,
    pressure: head.pressure,
  };
}

interface Head {
  readonly channels: string[];
  readonly keyChannels: string[];
  readonly districts: [string, DistrictImage][];
  readonly silence: [string, number][];
  readonly pressure?: PressureImage;
}
