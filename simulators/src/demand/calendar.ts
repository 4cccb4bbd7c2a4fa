/** Length of a slot, the grain of all demand. */
export const SLOT_MS = 900_000;
export const SLOTS_PER_DAY = 96;
export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

/** One slot as people in the town know it. */
export interface SlotTime {
  /** Whole slots since 1970, UTC. */
  readonly slot: number;
  /** Days since 1970 on the town's own calendar. */
  readonly localDay: number;
  /** 0 to 95: quarter hours since local midnight. */
  readonly slotOfDay: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

// Every meter walks the same days when it catches up, so those of a long history stay at hand.
const REMEMBERED_DAYS = 128;

/** The town's wall clock: which local day and quarter hour each slot is, clock changes included. */
export class TownCalendar {
  readonly #format: Intl.DateTimeFormat;
  readonly #days = new Map<number, readonly SlotTime[]>();

  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  }

  /** The 96 slots of one UTC day, `utcDay` days after 1970. */
  slotsOf(utcDay: number): readonly SlotTime[] {
    const known = this.#days.get(utcDay);
    if (known !== undefined) return known;
    const slots = this.#computeSlots(utcDay);
    const oldest = this.#days.keys().next().value;
    if (this.#days.size >= REMEMBERED_DAYS && oldest !== undefined) this.#days.delete(oldest);
    this.#days.set(utcDay, slots);
    return slots;
  }

  /** The slot that holds an instant. */
  slotAt(atMs: number): SlotTime {
    const offsetMs = this.#offsetMs(atMs);
    return slotTime(Math.floor(atMs / SLOT_MS), offsetMs);
  }

  #computeSlots(utcDay: number): readonly SlotTime[] {
    const startMs = utcDay * DAY_MS;
    const offsetMs = this.#offsetMs(startMs);
    const isSteady = offsetMs === this.#offsetMs(startMs + DAY_MS - 1);
    return Array.from({ length: SLOTS_PER_DAY }, (_, i) => {
      const slot = utcDay * SLOTS_PER_DAY + i;
      return slotTime(slot, isSteady ? offsetMs : this.#offsetMs(slot * SLOT_MS));
    });
  }

  #offsetMs(atMs: number): number {
    const name = this.#format.formatToParts(atMs).find((part) => part.type === "timeZoneName")?.value ?? "GMT";
    const match = /GMT([+-])(\d\d):(\d\d)/.exec(name);
    if (match === null) return 0;
    const minutes = Number(match[2]) * 60 + Number(match[3]);
    return (match[1] === "-" ? -minutes : minutes) * 60_000;
  }
}

function slotTime(slot: number, offsetMs: number): SlotTime {
  const localMs = slot * SLOT_MS + offsetMs;
  const localDay = Math.floor(localMs / DAY_MS);
  const slotOfDay = Math.floor((localMs - localDay * DAY_MS) / SLOT_MS);
  // 1970-01-01 was a Thursday.
  return { slot, localDay, slotOfDay, weekday: (localDay + 4) % 7 };
}
