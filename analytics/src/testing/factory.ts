import { type AccountTerms, DEFAULT_THRESHOLDS } from "@nightflow/domain";
import type { MeteredChannel } from "../pure/registry.ts";
import { HOUR_MS, meterOf, START_MS } from "./series.ts";

/** Account of the factory. */
export const FACTORY = "00000000-0000-7000-8000-0000000000fa";
/** Its shifts: Monday to Friday, 08 to 20. */
export const DAY_SHIFTS = [1, 2, 3, 4, 5].map((weekday) => ({ weekday, fromMinute: 480, toMinute: 1200 }));

/** A meter of the factory; what is agreed is laid over nothing agreed. */
export function factoryMeter(
  name: string,
  terms: Partial<Omit<AccountTerms, "thresholds">> & { readonly thresholds?: Partial<AccountTerms["thresholds"]> } = {},
): MeteredChannel {
  const { thresholds = {}, shifts = [], days = [] } = terms;
  return meterOf(name, {
    isKeyAccount: true,
    account: FACTORY,
    terms: { thresholds: { ...DEFAULT_THRESHOLDS, ...thresholds }, shifts, days },
  });
}

/** Litres of an hour since START_MS, a Monday: 4 to 6 m³ while it works, 0.4 m³ else, with a noise of a tenth. */
export function factoryLitres(hour: number): number {
  const [day, ofDay] = [Math.floor(hour / 24), hour % 24];
  const noise = 0.9 + (((hour * 2654435761) % 2 ** 32) / 2 ** 32) * 0.2;
  const isWork = day % 7 < 5 && ofDay >= 8 && ofDay < 20;
  return Math.round((isWork ? 4000 + 200 * Math.min(ofDay - 8, 19 - ofDay, 5) * 2 : 400) * noise);
}

/** The hour since START_MS of a day and an hour of it. */
export const at = (day: number, hour: number): number => day * 24 + hour;

/** A date of the factory's calendar, by its day since START_MS. */
export function dateOf(day: number): string {
  return new Date(START_MS + day * 24 * HOUR_MS + 12 * HOUR_MS).toISOString().slice(0, 10);
}
