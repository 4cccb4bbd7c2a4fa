import type { Measured } from "./day.ts";

const HOUR_MS = 3_600_000;
/** Of the customers' register-hours of a night, at most this share may be missing or estimated. */
const MOST_UNMEASURED = 0.05;

/** Why a night has no balance. */
export type NoBalance = "no_customers" | "inflow_incomplete" | "customers_incomplete" | "waiting";

/** A night's balance, mean flows in m³/h. */
export interface NightBalance {
  readonly inflowM3h: number | null;
  readonly customersM3h: number | null;
  /** Inflow less what customers used in the same hours; null when it is not told, and then `why` says why. */
  readonly lossM3h: number | null;
  /** Share of the customers' register-time with a good reading; null without customers. */
  readonly customersCompleteness: number | null;
  readonly why: NoBalance | null;
}

/** One side of a night: what was measured of it, and how many registers it should have come from. */
export interface BalanceSide {
  readonly measured: Measured;
  readonly registers: number;
}

/**
 * Mass balance of a district's night: inflow less Σ customers over the very same hours.
 *
 * Null case: no balance is told without customers' meters, with less than 90 % of the inflow measured, or with more than 5 % of the
 * customers' register-hours missing or estimated: a silent meter would look like a leak. Source: LEAKS 3, detector 10; DOMAIN 3.4.
 */
export function balanceNight(
  windowMs: number,
  inlets: BalanceSide,
  customers: BalanceSide,
  isInflowComplete: boolean,
): NightBalance {
  const customersDueMs = windowMs * customers.registers;
  const completeness = customersDueMs === 0 ? null : Math.min(1, customers.measured.goodMs / customersDueMs);
  const hours = windowMs / HOUR_MS;
  const inflowM3h = isInflowComplete ? inlets.measured.m3 / hours : null;
  const why = whyNone(isInflowComplete, completeness);
  const customersM3h = why === null ? customers.measured.m3 / hours : null;
  const lossM3h = inflowM3h === null || customersM3h === null ? null : inflowM3h - customersM3h;
  return { inflowM3h, customersM3h, lossM3h, customersCompleteness: completeness, why };
}

function whyNone(isInflowComplete: boolean, completeness: number | null): NoBalance | null {
  if (completeness === null) return "no_customers";
  if (!isInflowComplete) return "inflow_incomplete";
  return completeness < 1 - MOST_UNMEASURED ? "customers_incomplete" : null;
}
