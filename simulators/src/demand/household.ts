import { between, chance, hash32 } from "../random.ts";
import type { SlotTime } from "./calendar.ts";
import type { Demand } from "./demand.ts";

interface DayPlan {
  readonly localDay: number;
  readonly isAway: boolean;
  readonly wakeSlot: number;
  readonly bedSlot: number;
  /** The one flush of a night with a flush; -1 for the many nights without. */
  readonly nightSlot: number;
  readonly isWeekend: boolean;
}

/**
 * A home: people get up, leave, come back and sleep. Between bed (before midnight) and getting up (after 05:00)
 * nothing flows but one flush in one night of eight, so that every home has hours of no flow on every day; leak rules stand on that.
 */
export class HouseholdDemand implements Demand {
  readonly #seed: number;
  readonly #occupants: number;
  #plan: DayPlan | undefined;

  constructor(seed: number, occupants: number) {
    this.#seed = seed;
    this.#occupants = occupants;
  }

  slotCounts(time: SlotTime): number {
    const plan = this.#planOf(time);
    if (plan.isAway) return 0;
    if (time.slotOfDay === plan.nightSlot) return 6;
    if (time.slotOfDay < plan.wakeSlot || time.slotOfDay >= plan.bedSlot) return 0;
    const likely = useChance(time.slotOfDay, plan) * (0.6 + 0.14 * this.#occupants);
    if (chance(this.#seed, time.slot) >= Math.min(0.85, likely)) return 0;
    return Math.max(1, Math.round(drawLitres(this.#seed, time.slot) * (0.6 + 0.18 * this.#occupants)));
  }

  #planOf(time: SlotTime): DayPlan {
    if (this.#plan?.localDay === time.localDay) return this.#plan;
    this.#plan = planDay(this.#seed, time);
    return this.#plan;
  }
}

function planDay(seed: number, time: SlotTime): DayPlan {
  const daySeed = hash32(seed ^ 0x5bd1e995, time.localDay);
  const isWeekend = time.weekday === 0 || time.weekday === 6;
  // Habits are the home's own, the jitter is the day's.
  const habitSlot = Math.floor(between(seed, 1, 22, 28));
  const isOnHoliday = chance(seed ^ 0x27d4eb2f, Math.floor(time.localDay / 4)) < 0.025;
  return {
    localDay: time.localDay,
    isAway: isOnHoliday || chance(daySeed, 1) < 0.015,
    wakeSlot: habitSlot + Math.floor(between(daySeed, 2, -2, 3)) + (isWeekend ? 4 : 0),
    bedSlot: Math.floor(between(seed, 2, 87, 92)) + Math.floor(between(daySeed, 3, -2, 3)),
    nightSlot: chance(daySeed, 4) < 0.12 ? Math.floor(between(daySeed, 5, 4, 18)) : -1,
    isWeekend,
  };
}

function useChance(slotOfDay: number, plan: DayPlan): number {
  if (slotOfDay < plan.wakeSlot + 7) return 0.5;
  if (slotOfDay >= 72) return 0.45;
  if (slotOfDay >= 46 && slotOfDay < 54) return plan.isWeekend ? 0.35 : 0.15;
  return plan.isWeekend ? 0.18 : 0.07;
}

/** Litres of one use: taps, flushes, showers, the washing machine. */
function drawLitres(seed: number, slot: number): number {
  const kind = chance(seed ^ 0x165667b1, slot);
  const size = chance(seed ^ 0x3c6ef372, slot);
  if (kind < 0.5) return 2 + size * 4;
  if (kind < 0.82) return 6 + size * 9;
  if (kind < 0.97) return 20 + size * 25;
  return 45 + size * 20;
}
