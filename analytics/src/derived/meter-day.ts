/** Length of the fixed grid's steps. */
export const HOUR_MS = 3_600_000;
/** Length of a UTC day. */
export const DAY_MS = 24 * HOUR_MS;

const HOURS = 24;
const MINUTE_S = 60;
/** Where each column begins among a day's bytes; behind the hours lie the bits of each mark. */
const ML_AT = 4;
const GOOD_AT = ML_AT + HOURS * 8;
const ESTIMATED_AT = GOOD_AT + HOURS * 2;
const BITS_AT = ESTIMATED_AT + HOURS * 2;

/** What became of the readings of a day's periods. */
export type PeriodMark = "arrived" | "late" | "missing";
const MARK_NOS: Readonly<Record<PeriodMark, number>> = { arrived: 0, late: 1, missing: 2 };
const MARKS = 3;

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
 * and was reported missing. Bits make counting repeatable: the same reading told twice changes nothing. It works on its bytes
 * as they are stored, for a city's registers have a day or two each in memory.
 */
export class MeterDay {
  readonly utcDay: number;
  readonly slotS: number;
  /** One bit for each hour that was added to, cleared or marked since the day was made, loaded or settled. */
  #touched = 0;
  readonly #room: Room;
  readonly #bytesPerMark: number;

  /** A day without anything; `periodMs` is how often the register is read, counted in minutes at the finest and days at the coarsest. */
  constructor(utcDay: number, periodMs: number, room?: Room) {
    this.utcDay = utcDay;
    this.slotS = slotOf(periodMs);
    this.#bytesPerMark = bytesPerMark(this.slotS);
    this.#room = room ?? roomInSlab(BITS_AT + MARKS * this.#bytesPerMark);
    this.#room.view.setUint32(this.#room.at, this.slotS, true);
  }

  /** Adds a volume to an hour of the day. */
  add(hour: number, ml: number, seconds: number, isGood: boolean): void {
    const { view, at } = this.#room;
    const mlAt = at + ML_AT + hour * 8;
    view.setFloat64(mlAt, view.getFloat64(mlAt, true) + ml, true);
    const coveredAt = at + (isGood ? GOOD_AT : ESTIMATED_AT) + hour * 2;
    view.setUint16(coveredAt, view.getUint16(coveredAt, true) + seconds, true);
    this.#touched |= 1 << hour;
  }

  /** Forgets the volumes from an hour on; what arrived stays. */
  clearFrom(hour: number): void {
    const bytes = this.toBytes();
    bytes.fill(0, ML_AT + hour * 8, GOOD_AT);
    bytes.fill(0, GOOD_AT + hour * 2, ESTIMATED_AT);
    bytes.fill(0, ESTIMATED_AT + hour * 2, BITS_AT);
    this.#touched |= -1 << hour;
  }

  /** Notes what became of the reading of the period nearest to `atMs`; a value that has arrived is missing no more. */
  mark(atMs: number, mark: PeriodMark): void {
    const slot = this.#slotAt(atMs);
    const at = this.#byteOf(slot, mark);
    this.#room.view.setUint8(at, this.#room.view.getUint8(at) | (1 << (slot & 7)));
    this.#touched |= 1 << Math.floor((slot * this.slotS) / 3600);
  }

  /** Whether anything was done to an hour since the day was made, loaded or settled. */
  isTouched(hour: number): boolean {
    return (this.#touched & (1 << hour)) !== 0;
  }

  /** From now on no hour is touched. */
  settle(): void {
    this.#touched = 0;
  }

  has(atMs: number, mark: PeriodMark): boolean {
    return this.#hasBit(this.#slotAt(atMs), mark);
  }

  /** What the register adds to one hour of the day. */
  share(hour: number): HourShare {
    const { view, at } = this.#room;
    const counts = { arrived: 0, late: 0, missing: 0 };
    const first = Math.ceil((hour * 3600) / this.slotS);
    for (let slot = first; slot * this.slotS < (hour + 1) * 3600; slot++) this.#count(slot, counts);
    return {
      ml: view.getFloat64(at + ML_AT + hour * 8, true),
      goodS: view.getUint16(at + GOOD_AT + hour * 2, true),
      estimatedS: view.getUint16(at + ESTIMATED_AT + hour * 2, true),
      ...counts,
    };
  }

  #count(slot: number, counts: Record<PeriodMark, number>): void {
    if (this.#hasBit(slot, "arrived")) {
      counts.arrived++;
      if (this.#hasBit(slot, "late")) counts.late++;
    } else if (this.#hasBit(slot, "missing")) counts.missing++;
  }

  #slotAt(atMs: number): number {
    return Math.floor((atMs - this.utcDay * DAY_MS) / 1000 / this.slotS);
  }

  #byteOf(slot: number, mark: PeriodMark): number {
    return this.#room.at + BITS_AT + MARK_NOS[mark] * this.#bytesPerMark + (slot >> 3);
  }

  #hasBit(slot: number, mark: PeriodMark): boolean {
    return (this.#room.view.getUint8(this.#byteOf(slot, mark)) & (1 << (slot & 7))) !== 0;
  }

  /** The day as it is stored. It is the day's own memory: copy what must stay. */
  toBytes(): Uint8Array {
    const { view, at } = this.#room;
    return new Uint8Array(view.buffer, at, BITS_AT + MARKS * this.#bytesPerMark);
  }

  /** The same day in memory of its own, for a short time; no hour of it is touched. */
  copy(): MeterDay {
    const bytes = Uint8Array.from(this.toBytes());
    return new MeterDay(this.utcDay, this.slotS * 1000, { view: new DataView(bytes.buffer), at: 0 });
  }

  /** What `toBytes` gave, copied. @throws {RangeError} when the bytes are none of a day. */
  static fromBytes(utcDay: number, bytes: Uint8Array): MeterDay {
    const slotS = bytes.length < BITS_AT ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    if (slotS < MINUTE_S || bytes.length !== BITS_AT + MARKS * bytesPerMark(slotS))
      throw new RangeError("these bytes are not a meter's day");
    const day = new MeterDay(utcDay, slotS * 1000);
    day.toBytes().set(bytes);
    return day;
  }
}

/** Where a day lies in memory. */
interface Room {
  readonly view: DataView<ArrayBuffer>;
  readonly at: number;
}

const SLAB_BYTES = 65_536;
let slab = { view: new DataView(new ArrayBuffer(SLAB_BYTES)), end: 0 };

/** Room of zeros beside that of other days: an array buffer for each would take more than the day itself. */
function roomInSlab(bytes: number): Room {
  if (slab.end + bytes > SLAB_BYTES) slab = { view: new DataView(new ArrayBuffer(SLAB_BYTES)), end: 0 };
  const at = slab.end;
  slab.end += bytes;
  return { view: slab.view, at };
}

function bytesPerMark(slotS: number): number {
  return Math.ceil(86_400 / slotS / 8);
}

/** The UTC day of an instant, in whole days since 1970. */
export function utcDayOf(atMs: number): number {
  return Math.floor(atMs / DAY_MS);
}

function slotOf(periodMs: number): number {
  return Math.min(86_400, Math.max(MINUTE_S, Math.round(periodMs / 1000)));
}
