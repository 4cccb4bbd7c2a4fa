import { between, chance } from "../random.ts";
import type { SlotTime } from "./calendar.ts";
import type { Demand } from "./demand.ts";
import { dayOfYear } from "./weather.ts";

/** Counts of 0.01 Sm³ a slot; meals at these quarter hours. */
const MEALS: readonly { readonly from: number; readonly to: number; readonly likely: number }[] = [
  { from: 26, to: 31, likely: 0.5 },
  { from: 45, to: 50, likely: 0.45 },
  { from: 70, to: 78, likely: 0.6 },
];

/** A home on gas: meals, hot water, heating from mid-November to mid-March; every burner is off from 23:00 to 05:30. */
export class GasHomeDemand implements Demand {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  slotCounts(time: SlotTime): number {
    if (time.slotOfDay < 22 || time.slotOfDay >= 92) return 0;
    return this.#cooking(time) + this.#heating(time);
  }

  #cooking(time: SlotTime): number {
    const meal = MEALS.find(({ from, to }) => time.slotOfDay >= from && time.slotOfDay < to);
    if (chance(this.#seed, time.slot) >= (meal?.likely ?? 0.05)) return 0;
    return Math.round(between(this.#seed ^ 0x1b873593, time.slot, 4, 18));
  }

  #heating(time: SlotTime): number {
    const day = dayOfYear(time.localDay);
    if (day >= 74 && day < 319) return 0;
    const isBoilerOn = chance(this.#seed ^ 0x6c62272e, time.slot) < 0.55;
    return isBoilerOn ? Math.round(between(this.#seed ^ 0x7feb352d, time.slot, 15, 40)) : 0;
  }
}

/** A restaurant on gas: stoves from 09:30 to 14:00 and from 16:00 to 21:30, nothing at night. */
export class GasRestaurantDemand implements Demand {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  slotCounts(time: SlotTime): number {
    const isOpen = (time.slotOfDay >= 38 && time.slotOfDay < 56) || (time.slotOfDay >= 64 && time.slotOfDay < 86);
    if (!isOpen) return 0;
    const guests = time.weekday === 0 || time.weekday >= 5 ? 1.3 : 1;
    return Math.round(between(this.#seed, time.slot, 35, 80) * guests);
  }
}
