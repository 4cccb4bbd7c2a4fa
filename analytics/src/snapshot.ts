import { crc32 } from "node:zlib";
import { NightflowError } from "@nightflow/domain";
import type { AccountPartsImage } from "./account-parts.ts";
import type { FamiliesImage } from "./engine-families.ts";
import type { PressureImage } from "./engine-pressure.ts";
import type { WeatherImage } from "./engine-weather.ts";
import type { DistrictImage } from "./pure/district.ts";

const MAGIC = 0x4e46414e;
/** Rises with every change of what a slot holds or how it lies; what can no longer be read is set aside and the feed is read again. */
const VERSION = 3;
const HEADER_BYTES = 12;
const CRC_BYTES = 4;

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
  readonly sideChannels: readonly string[];
  readonly sideSlots: Uint8Array;
}

/** The tables whose slots a snapshot holds, in their order. */
export const TABLES = ["meters", "keyAccounts", "sides"] as const;
type Table = (typeof TABLES)[number];

export interface EngineImage {
  readonly meters: MetersImage;
  readonly districts: readonly (readonly [string, DistrictImage])[];
  readonly silence: readonly (readonly [string, number])[];
  /** Absent in snapshots of programs that judged each standstill by itself. */
  readonly standstills?: readonly (readonly [string, number])[] | undefined;
  /** Absent in snapshots of programs that knew no gauges. */
  readonly pressure?: PressureImage | undefined;
  /** Absent in snapshots of programs that knew no weather. */
  readonly weather?: WeatherImage | undefined;
  readonly families?: FamiliesImage | undefined;
  /** Absent in snapshots of programs that judged contracts by whole hours. */
  readonly accountParts?: AccountPartsImage | undefined;
}

/** Some slots side by side, with the channels that they belong to; `first` is the number of the first. */
export interface SlotsPiece {
  readonly table: Table;
  readonly first: number;
  readonly channels: readonly string[];
  readonly slots: Uint8Array;
}

/** Everything else, and how many slots there are: the first piece of a snapshot. */
export interface RestPiece extends Omit<EngineImage, "meters"> {
  readonly meters: number;
  readonly keyAccounts: number;
  /** Absent in snapshots of programs that had no side table. */
  readonly sides?: number;
}

/** Bytes of one slot of each table: a snapshot whose slots are of another size is of another program. */
export type SlotBytes = Readonly<Record<Table, number>>;

/** State as bytes in one: channels, districts and the like, then all slots. */
export function packSnapshot(image: EngineImage): Uint8Array {
  const { meters, ...rest } = image;
  const { channels, keyChannels, sideChannels, slots, keySlots, sideSlots } = meters;
  return frame({ channels, keyChannels, sideChannels, ...rest }, slots, keySlots, sideSlots);
}

/**
 * What `packSnapshot` packed.
 *
 * @throws {SnapshotError} when the bytes are damaged, of another version, or their slots of another size.
 */
export function unpackSnapshot(bytes: Uint8Array, slotBytes: SlotBytes): EngineImage {
  const { head, body } = unframe<Head>(bytes);
  const { sideChannels = [] } = head;
  const keyAt = head.channels.length * slotBytes.meters;
  const sideAt = keyAt + head.keyChannels.length * slotBytes.keyAccounts;
  if (sideAt + sideChannels.length * slotBytes.sides !== body.length)
    throw new SnapshotError("slots are of another size");
  return {
    meters: {
      channels: head.channels,
      keyChannels: head.keyChannels,
      slots: body.subarray(0, keyAt),
      keySlots: body.subarray(keyAt, sideAt),
      sideChannels,
      sideSlots: body.subarray(sideAt),
    },
    districts: head.districts,
    silence: head.silence,
    standstills: head.standstills,
    pressure: head.pressure,
    weather: head.weather,
    families: head.families,
    accountParts: head.accountParts,
  };
}

/** The first piece of a snapshot. */
export function packRest(rest: RestPiece): Uint8Array {
  return frame({ kind: "rest", ...rest });
}

/** A piece with slots. */
export function packSlots({ slots, ...names }: SlotsPiece): Uint8Array {
  return frame({ kind: "slots", ...names }, slots);
}

/** Reads the pieces of one snapshot in their order. */
export class PieceReader {
  readonly #slotBytes: SlotBytes;
  #expected: Record<Table, number> | undefined;
  readonly #seen: Record<Table, number> = { meters: 0, keyAccounts: 0, sides: 0 };

  constructor(slotBytes: SlotBytes) {
    this.#slotBytes = slotBytes;
  }

  /**
   * The next piece.
   *
   * @throws {SnapshotError} when it is damaged, of another version, or not the next one.
   */
  read(bytes: Uint8Array): ({ readonly kind: "rest" } & RestPiece) | ({ readonly kind: "slots" } & SlotsPiece) {
    const { head, body } = unframe<PieceHead>(bytes);
    if (head.kind === "rest") {
      if (this.#expected !== undefined) throw new SnapshotError("two pieces begin a snapshot");
      const { meters, keyAccounts, sides = 0 } = head;
      this.#expected = { meters, keyAccounts, sides };
      return head;
    }
    const { table, first, channels } = head;
    if (this.#expected === undefined || first !== this.#seen[table]) throw new SnapshotError("a piece is missing");
    if (channels.length * this.#slotBytes[table] !== body.length) throw new SnapshotError("slots are of another size");
    this.#seen[table] += channels.length;
    return { ...head, slots: body };
  }

  /**
   * Call it after the last piece.
   *
   * @throws {SnapshotError} when there should have been more.
   */
  end(): void {
    const expected = this.#expected;
    if (expected === undefined || TABLES.some((table) => expected[table] !== this.#seen[table]))
      throw new SnapshotError("the last pieces are missing");
  }
}

type PieceHead = ({ readonly kind: "rest" } & RestPiece) | ({ readonly kind: "slots" } & Omit<SlotsPiece, "slots">);

/** Magic, version, length of the JSON part, JSON, the bytes as they are, CRC-32 of all before it. */
function frame(json: object, ...blobs: readonly Uint8Array[]): Buffer {
  const head = Buffer.from(JSON.stringify(json));
  const length = blobs.reduce((sum, blob) => sum + blob.length, HEADER_BYTES + head.length + CRC_BYTES);
  const body = Buffer.allocUnsafe(length);
  body.writeUInt32BE(MAGIC, 0);
  body.writeUInt32BE(VERSION, 4);
  body.writeUInt32BE(head.length, 8);
  let at = HEADER_BYTES;
  for (const part of [head, ...blobs]) {
    body.set(part, at);
    at += part.length;
  }
  body.writeUInt32BE(crc32(body.subarray(0, -CRC_BYTES)), at);
  return body;
}

/** What `frame` framed: the JSON, and the bytes after it. */
function unframe<Json>(bytes: Uint8Array): { readonly head: Json; readonly body: Buffer } {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (whole.length < HEADER_BYTES + CRC_BYTES || whole.readUInt32BE(0) !== MAGIC)
    throw new SnapshotError("not a snapshot");
  const crcAt = whole.length - CRC_BYTES;
  if (crc32(whole.subarray(0, crcAt)) !== whole.readUInt32BE(crcAt)) throw new SnapshotError("CRC does not match");
  const version = whole.readUInt32BE(4);
  if (version !== VERSION) throw new SnapshotError(`version ${version}, expected ${VERSION}`);
  const bodyAt = HEADER_BYTES + whole.readUInt32BE(8);
  const head = JSON.parse(whole.toString("utf8", HEADER_BYTES, bodyAt)) as Json;
  return { head, body: whole.subarray(bodyAt, crcAt) };
}

interface Head {
  readonly channels: string[];
  readonly keyChannels: string[];
  readonly sideChannels?: string[];
  readonly districts: [string, DistrictImage][];
  readonly silence: [string, number][];
  readonly standstills?: [string, number][];
  readonly pressure?: PressureImage;
  readonly weather?: WeatherImage;
  readonly families?: FamiliesImage;
  readonly accountParts?: AccountPartsImage;
}
