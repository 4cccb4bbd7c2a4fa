import { type NightState, newNightState } from "../detectors/night-step.ts";
import type { DistrictImage } from "../district.ts";

/** Nights between two states that are kept. */
const KEEP_EVERY = 7;

/** Customers' night use as it usually is and as it was last, m³/h. The usual is not learned from while a finding is open. */
export interface CustomersLevel {
  nights: number;
  mean: number;
  lastM3h: number;
  lastNightMs: number;
}

export const NO_CUSTOMERS: CustomersLevel = { nights: 0, mean: 0, lastM3h: 0, lastNightMs: 0 };

/**
 * What a district had learnt before the night of a local day. One a week is kept for as long as the sums of days are: fifteen at most,
 * about 2 KiB each.
 */
export interface KeptState {
  readonly day: number;
  readonly night: NightState;
  readonly loss: NightState;
  readonly customersNight: CustomersLevel;
  readonly nextBalanceDay: number | null;
  readonly isPast: boolean;
  readonly isLossPast: boolean;
}

/** A district before the first night whose sums have changed. */
export interface Rewound {
  /** With the sums that its nights were judged by. */
  readonly asJudged: DistrictImage;
  /** With those of today. */
  readonly asKnown: DistrictImage;
  /** The night that is judged next. */
  readonly untilDay: number;
  /** First and last local day whose sums have changed. */
  readonly firstDay: number;
  readonly lastDay: number;
}

/** The states with one more, where a week has passed; those of days before `oldestDay` are let go. */
export function keepState(kept: readonly KeptState[], state: KeptState, oldestDay: number): readonly KeptState[] {
  const last = kept.at(-1);
  if (last !== undefined && state.day >= last.day && state.day < last.day + KEEP_EVERY) return kept;
  return [...kept.filter(({ day }) => day >= oldestDay && day < state.day), state];
}

/**
 * The newest state from before a day at which no finding was open, else the newest from before it. A district that was young then begins
 * anew; where what was kept begins after the day, it is the first of it.
 */
export function stateBefore(kept: readonly KeptState[], day: number, oldestDay: number): KeptState | null {
  const before = kept.filter((state) => state.day <= day);
  const found = before.findLast(({ night, loss }) => night.openMs === 0 && loss.openMs === 0) ?? before.at(-1);
  if (found) return found;
  const [first] = kept;
  if (first === undefined) return beginning(oldestDay);
  return first.night.lastNightMs === 0 ? beginning(Math.min(day, first.day)) : first;
}

function beginning(day: number): KeptState {
  return {
    day,
    night: newNightState(),
    loss: newNightState(),
    customersNight: { ...NO_CUSTOMERS },
    nextBalanceDay: day,
    isPast: false,
    isLossPast: false,
  };
}
