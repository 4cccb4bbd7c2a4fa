import type { ZoneCalendar } from "../local-time.ts";

/** Classes of use that a usual day is known of. */
export type ProfileClass = "home_water" | "business_water" | "gas" | "district";

/**
 * Shares of a day by local hour, in thousandths. Shapes, not measurements: two peaks of a home, the working day of a business, the
 * meals of a gas cooker, the flatter curve of a district. Used only where a register has no days of its own.
 *
 * @see LEAKS 4, estimation 4 (class profile factor)
 */
const SHARES: Readonly<Record<ProfileClass, readonly number[]>> = {
  home_water: [9, 6, 5, 5, 7, 17, 45, 74, 66, 52, 45, 45, 48, 41, 36, 36, 41, 57, 77, 86, 81, 62, 38, 21],
  business_water: [14, 13, 13, 13, 14, 18, 28, 46, 66, 72, 74, 72, 62, 62, 70, 70, 66, 56, 44, 36, 30, 25, 20, 16],
  gas: [6, 5, 5, 5, 8, 24, 62, 72, 44, 34, 56, 82, 56, 26, 24, 30, 60, 102, 106, 74, 52, 36, 20, 11],
  district: [26, 23, 22, 22, 24, 30, 42, 54, 54, 50, 47, 46, 47, 45, 43, 43, 45, 49, 54, 57, 55, 49, 41, 32],
};

/** Weights of slots of `periodMs` from `firstMs` on by the class's usual day; never null, never all zero. */
export function classWeights(
  profile: ProfileClass,
  firstMs: number,
  slots: number,
  periodMs: number,
  calendar: ZoneCalendar,
): number[] {
  const shares = SHARES[profile];
  if (periodMs >= 86_400_000) return Array.from({ length: slots }, () => 1);
  return Array.from({ length: slots }, (_, i) => shares[Math.floor(calendar.hourOf(firstMs + i * periodMs))] ?? 1);
}
