import { between } from "../random.ts";
import type { SlotTime } from "./calendar.ts";
import type { Demand } from "./demand.ts";

/** m³/h of the three shifts on a working day, and of what runs on Sundays. */
const SHIFT_M3H = { early: 12, late: 9, night: 6.5, idle: 1.2 } as const;

/** A factory: early, late and night shift from Monday to Friday, an early shift on Saturday, cooling only on Sunday. */
export class FactoryDemand implements Demand {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  slotCounts(time: SlotTime): number {
    const order = between(this.#seed, time.localDay, 0.94, 1.06);
    const noise = between(this.#seed ^ 0x2545f491, time.slot, 0.9, 1.1);
    return Math.round(shiftFlowM3h(time) * order * noise * 250);
  }
}

function shiftFlowM3h(time: SlotTime): number {
  // The night shift of a working day is the one that began the evening before.
  const isNight = time.slotOfDay < 24 || time.slotOfDay >= 88;
  const startedOn = time.slotOfDay < 24 ? (time.weekday + 6) % 7 : time.weekday;
  if (startedOn === 0) return SHIFT_M3H.idle;
  if (startedOn === 6) return time.slotOfDay >= 24 && time.slotOfDay < 56 ? SHIFT_M3H.early : SHIFT_M3H.idle;
  if (isNight) return SHIFT_M3H.night;
  return time.slotOfDay < 56 ? SHIFT_M3H.early : SHIFT_M3H.late;
}
