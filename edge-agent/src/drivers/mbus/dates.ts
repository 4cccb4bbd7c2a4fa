/** What the clock or calendar of a meter shows: a wall clock as epoch milliseconds as if it were UTC. */
export interface MbusInstant {
  readonly localMs: number;
  /** The meter says itself that its time is not to be believed. */
  readonly isInvalid: boolean;
}

/**
 * A date or a date with time, by the width of its field: 16 bits type G, 32 bits type F, 48 bits type I.
 * Null when it is no date, as when a meter has none yet.
 *
 * @see EN 13757-3 annex A
 */
export function decodeInstant(bytes: Uint8Array): MbusInstant | null {
  if (bytes.length === 2) return instantOf(bytes, [0, 0, 0], false);
  if (bytes.length === 4) {
    const [minute = 0, hour = 0] = bytes;
    const century = (hour >> 5) & 3;
    return instantOf(bytes.subarray(2), [hour & 0x1f, minute & 0x3f, 0], (minute & 0x80) !== 0, century);
  }
  if (bytes.length !== 6) return null;
  const [second = 0, minute = 0, hour = 0] = bytes;
  return instantOf(bytes.subarray(3), [hour & 0x1f, minute & 0x3f, second & 0x3f], (minute & 0x80) !== 0);
}

/** A time of day, type J: seconds since midnight, or null when it is none. */
export function decodeTimeOfDay(bytes: Uint8Array): number | null {
  const [second = 0, minute = 0, hour = 0] = bytes;
  const [s, m, h] = [second & 0x3f, minute & 0x3f, hour & 0x1f];
  return bytes.length === 3 && s < 60 && m < 60 && h < 24 ? h * 3600 + m * 60 + s : null;
}

/** Day in five bits, month in four, the year of the century in the seven bits that are left. */
function instantOf(
  date: Uint8Array,
  [hour, minute, second]: readonly [number, number, number],
  isInvalid: boolean,
  century = 0,
): MbusInstant | null {
  const [low = 0, high = 0] = date;
  const day = low & 0x1f;
  const month = high & 0x0f;
  const yearOfCentury = (low >> 5) | ((high & 0xf0) >> 1);
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return null;
  const localMs = Date.UTC(yearOf(yearOfCentury, century), month - 1, day, hour, minute, second);
  return new Date(localMs).getUTCDate() === day ? { localMs, isInvalid } : null;
}

/** Without century bits, up to 80 is of this century, as the standard advises. */
function yearOf(yearOfCentury: number, century: number): number {
  if (century > 0) return 1900 + 100 * century + yearOfCentury;
  return yearOfCentury > 80 ? 1900 + yearOfCentury : 2000 + yearOfCentury;
}
