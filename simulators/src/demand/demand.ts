import type { SlotTime } from "./calendar.ts";

/** What one customer draws; the answer depends on nothing but the model's seed and the slot. */
export interface Demand {
  /** Volume of one slot in whole counts of the meter's resolution (water 1 L, gas 0.01 Sm³). */
  slotCounts(time: SlotTime): number;
}
