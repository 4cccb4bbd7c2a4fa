import { IDLE_SCHEMA } from "./detectors/idle-use.ts";
import { isSized, SIZE_SCHEMA } from "./detectors/meter-size.ts";
import { REVERSE_SCHEMA } from "./detectors/reverse-flow.ts";
import type { MeteredChannel } from "./registry.ts";
import type { SlotView } from "./slot-table.ts";

/**
 * What is kept besides of the few meters that it says anything about: those with a reverse register, those of closed accounts, those
 * large enough to be of the wrong size, and those whose register has said nothing for days (`gapOpenMs`: since when).
 */
export const SIDE_SCHEMA = { ...REVERSE_SCHEMA, ...IDLE_SCHEMA, ...SIZE_SCHEMA, gapOpenMs: "sec" } as const;
export type SideState = SlotView<typeof SIDE_SCHEMA>;

/** Whether a customer's meter needs a place there, by what the registry says of it; others get one when their register runs back. */
export function needsSide(meta: MeteredChannel): boolean {
  if (meta.purpose !== "customer") return false;
  return typeof meta.inactiveSinceMs === "number" || (meta.commodity === "water" && isSized(meta));
}

/** What comes of a reverse register alone, and not of the intervals. */
export function reverseOf(side: SideState) {
  const { reverseCountsHigh, reverseCountsLow, reverseAtMs } = side;
  const { backLitres, backSinceMs, backLastMs, backMoves, backIsOpen } = side;
  const register = { reverseCountsHigh, reverseCountsLow, reverseAtMs };
  return { ...register, backLitres, backSinceMs, backLastMs, backMoves, backIsOpen };
}
