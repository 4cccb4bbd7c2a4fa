import { between } from "../random.ts";
import type { SlotTime } from "./calendar.ts";
import type { Demand } from "./demand.ts";

/** m³/h by hour of day at full house: never still, laundry at night, showers in the morning and the evening. */
const FULL_HOUSE_M3H: readonly number[] = [
  2.4, 1.9, 1.6, 1.5, 1.6, 2.3, 5.2, 8.8, 8.6, 6.1, 5.0, 4.6, 4.9, 4.7, 4.2, 4.1, 4.5, 5.6, 7.0, 7.9, 8.3, 7.4, 5.4,
  3.6,
];

/** A hotel: guests by the day of the week, and a night flow that never reaches zero. */
export class HotelDemand implements Demand {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  slotCounts(time: SlotTime): number {
    const isBusyNight = time.weekday === 5 || time.weekday === 6;
    const house = between(this.#seed, time.localDay, 0.82, 0.92) + (isBusyNight ? 0.06 : 0);
    const noise = between(this.#seed ^ 0x51ed270b, time.slot, 0.92, 1.08);
    return Math.round(hourlyShape(FULL_HOUSE_M3H, time.slotOfDay) * house * noise * 250);
  }
}

/** The hourly curve at the middle of a quarter hour, straight between the middles of its hours. */
export function hourlyShape(byHour: readonly number[], slotOfDay: number): number {
  const hour = (slotOfDay + 0.5) / 4 - 0.5;
  const before = Math.floor(hour);
  const share = hour - before;
  const from = byHour[(before + 24) % 24] ?? 0;
  const to = byHour[(before + 1) % 24] ?? 0;
  return from + (to - from) * share;
}
