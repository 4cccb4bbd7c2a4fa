/** Length of the fixed grid's steps. */
export const HOUR_MS = 3_600_000;
/** Length of a UTC day. */
export const DAY_MS = 24 * HOUR_MS;

const HOURS = 24;
const MINUTE_S = 60;
const HEADER_BYTES = 4;
const HOUR_BYTES = HOURS * (8 + 2 + 2);

/** What became of the readings of a day's periods. */
export type PeriodMark = "arrived" | "late" | "missing";
const MARKS: readonly PeriodMark[] = ["arrived", "late", "missing"];

/** What one register knows of one hour. */
export interface HourShare {
  /** Volume in whole millilitres; of the seconds that have one. */
  readonly ml: number;
  readonly goodS: number;
  /** Seconds whose volume is estimated or suspect. */
  readonly estimatedS: number;
  readonly arrived: number;
  readonly late: number;
  readonly missing: number;
}

/**
 * One register's UTC day: volume and covered seconds of each hour, and one bit a reading period for what arrived, arrived late,
 * and was reported missing. Bits make counting repeatable: the same reading told twice changes nothing.
 */
export class MeterDay {
  readonly utcDay: number;
  readonly slotS: number;
  /** One bit for each hour that was added to, cleared or marked since the day was made or loaded. */
  #touched = 0;
  readonly #ml = new Float64Array(HOURS);
  readonly #goodS = new Uint16Array(HOURS);
  readonly #estimatedS = new Uint16Array(HOURS);
  readonly #bits: Record<PeriodMark, Uint8Array>;

  /** A day without anything; `periodMs` is how often the register is read, counted in minutes at the finest and days at the coarsest. */
  constructor(utcDay: number, periodMs: number) {
    this.utcDay = utcDay;
    this.slotS = slotOf(periodMs);
    const bytes = Math.ceil(86_400 / this.slotS / 8);
    this.#bits = { arrived: new Uint8Array(bytes), late: new Uint8Array(bytes), missing: new Uint8Array(bytes) };
  }

  /** Adds a volume to an hour of the day. */
  add(hour: number, ml: number, seconds: number, isGood: boolean): void {
    this.#ml[hour] = (this.#ml[hour] ?? 0) + ml;
    const covered = isGood ? this.#goodS : this.#estimatedS;
    covered[hour] = (covered[hour] ?? 0) + seconds;
    this.#touched |= 1 << hour;
  }

  /** Forgets the volumes from an hour on; what arrived stays. */
  clearFrom(hour: number): void {
    this.#ml.fill(0, hour);
    this.#goodS.fill(0, hour);
    this.#estimatedS.fill(0, hour);
    this.#touched |= -1 << hour;
  }

  /** Notes what became of the reading of the period nearest to `atMs`; a value that has arrived is missing no more. */
  mark(atMs: number, mark: PeriodMark): void {
    const slot = Math.floor((atMs - this.utcDay * DAY_MS) / 1000 / this.slotS);
    setBit(this.#bits[mark], slot);
    this.#touched |= 1 << Math.floor((slot * this.slotS) / 3600);
  }

  /** Whether anything was done to an hour since the day was made or loaded. */
  isTouched(hour: number): boolean {
    return (this.#touched & (1 << hour)) !== 0;
  }

  has(atMs: number, mark: PeriodMark): boolean {
    return hasBit(this.#bits[mark], Math.floor((atMs - this.utcDay * DAY_MS) / 1000 / this.slotS));
  }

  /** What the register adds to one hour of the day. */
  share(hour: number): HourShare {
    const counts = { arrived: 0, late: 0, missing: 0 };
    const first = Math.ceil((hour * 3600) / this.slotS);
    for (let slot = first; slot * this.slotS < (hour + 1) * 3600; slot++) this.#count(slot, counts);
    return {
      ml: this.#ml[hour] ?? 0,
      goodS: this.#goodS[hour] ?? 0,
      estimatedS: this.#estimatedS[hour] ?? 0,
      ...counts,
    };
  }

  #count(slot: number, counts: Record<PeriodMark, number>): void {
    if (hasBit(this.#bits.arrived, slot)) {
      counts.arrived++;
      if (hasBit(this.#bits.late, slot)) counts.late++;
    } else if (hasBit(this.#bits.missing, slot)) counts.missing++;
  }

  toBytes(): Buffer {
    const head = Buffer.alloc(HEADER_BYTES);
    head.writeUInt32LE(this.slotS, 0);
    const hours = [this.#ml, this.#goodS, this.#estimatedS].map(bytesOf);
    return Buffer.concat([head, ...hours, ...MARKS.map((mark) => this.#bits[mark])]);
  }

  /** What `toBytes` gave. @throws {RangeError} when the bytes are none of a day. */
  static fromBytes(utcDay: number, bytes: Uint8Array): MeterDay {
    const slotS = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
    const day = new MeterDay(utcDay, slotS * 1000);
    const parts = [day.#ml, day.#goodS, day.#estimatedS].map(bytesOf);
    let at = HEADER_BYTES;
    for (const part of [...parts, ...MARKS.map((mark) => day.#bits[mark])]) {
      part.set(bytes.subarray(at, at + part.length));
      at += part.length;
    }
    if (at !== bytes.length || at < HEADER_BYTES + HOUR_BYTES)
      throw new RangeError("these bytes are not a meter's day");
    return day;
  }
}

/** The UTC day of an instant, in whole days since 1970. */
export function utcDayOf(atMs: number): number {
  return Math.floor(atMs / DAY_MS);
}

function slotOf(periodMs: number): number {
  return Math.min(86_400, Math.max(MINUTE_S, Math.round(periodMs / 1000)));
}

function setBit(bits: Uint8Array, at: number): void {
  bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
}

function hasBit(bits: Uint8Array, at: number): boolean {
  return ((bits[at >> 3] ?? 0) & (1 << (at & 7))) !== 0;
}

function bytesOf(array: Float64Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
