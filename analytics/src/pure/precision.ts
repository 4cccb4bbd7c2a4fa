import type { OutcomeCode } from "@nightflow/domain";

const CONFIRMED: ReadonlySet<OutcomeCode> = new Set([
  "confirmed_leak_network",
  "confirmed_leak_customer",
  "burst",
  "meter_fault",
  "comms_fault",
  "theft",
]);

/** Whether an outcome says that a finding was true; null where nobody knows. Planned work and flushing are no faults: false. */
export function isConfirmed(outcome: OutcomeCode): boolean | null {
  return outcome === "unknown" ? null : CONFIRMED.has(outcome);
}

/** How often a rule was right, by what people found. */
export interface Precision {
  readonly judged: number;
  readonly confirmed: number;
  /** Share with its 90 % interval; null while nothing was judged. */
  readonly share: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** The normal deviate of a two-sided 90 % interval. */
const Z90 = 1.6448536;

/**
 * The share of confirmed findings among judged ones with Wilson's score interval at 90 %. Null case: nothing judged.
 *
 * @see Wilson 1927; Brown, Cai, DasGupta 2001, who recommend it for small n.
 */
export function precisionOf(confirmed: number, judged: number): Precision {
  if (judged === 0) return { judged, confirmed, share: null, low: null, high: null };
  const share = confirmed / judged;
  const z2 = Z90 * Z90;
  const centre = (share + z2 / (2 * judged)) / (1 + z2 / judged);
  const half = (Z90 / (1 + z2 / judged)) * Math.sqrt((share * (1 - share)) / judged + z2 / (4 * judged * judged));
  return { judged, confirmed, share, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
