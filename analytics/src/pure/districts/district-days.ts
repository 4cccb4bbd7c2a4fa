import type { NightConditions } from "../detectors/night-conditions.ts";
import type { ZoneCalendar } from "../local-time.ts";
import type { RuleTuning } from "../tuning.ts";
import { copyOfDay, type DistrictDay, isMeasured, NIGHT, newDistrictDay } from "./day.ts";
import { balanceNight, type NightBalance } from "./night-balance.ts";

const LEAST_COMPLETE = 0.9;
const MOST_ESTIMATED = 0.05;

/** Who feeds a district and who stands in it. */
export interface DistrictMeters {
  /** Signs of the inlets by meter. */
  readonly inlets: ReadonlyMap<string, number>;
  readonly customers: number;
  /** Water is balanced at night, when little is used; gas over the whole day before, whose difference is its supply less its sales. */
  readonly balancedOver: "night" | "day";
  readonly tuning: () => RuleTuning;
  /** Frost, heat and holidays of the night that begins a local day; an ordinary night where it is left out. */
  readonly conditionsOf?: (day: number) => NightConditions;
}

/** What the inlets and customers of a district measured, day by day, and what that says of a night. */
export class DistrictDays {
  readonly #calendar: ZoneCalendar;
  readonly #meters: DistrictMeters;
  #days = new Map<number, DistrictDay>();
  /** Nights before this day are gone through again. */
  againUntil = Number.NEGATIVE_INFINITY;

  constructor(calendar: ZoneCalendar, meters: DistrictMeters) {
    this.#calendar = calendar;
    this.#meters = meters;
  }

  get size(): number {
    return this.#days.size;
  }

  /** The oldest day that is kept. */
  get oldest(): number {
    return Math.min(...this.#days.keys());
  }

  get(number: number): DistrictDay | undefined {
    return this.#days.get(number);
  }

  /** A day, made when it is new. */
  day(number: number): DistrictDay {
    let day = this.#days.get(number);
    if (!day) {
      day = newDistrictDay();
      this.#days.set(number, day);
    }
    return day;
  }

  entries(): [number, DistrictDay][] {
    return [...this.#days];
  }

  /** Takes kept days; those of a program that kept other sums are left out. */
  restore(entries: readonly (readonly [number, DistrictDay])[]): void {
    const days = entries.filter(([, day]) => day.inflowNight !== undefined);
    this.#days = new Map(days.map(([number, day]) => [number, copyOfDay(day)]));
  }

  forgetBefore(oldest: number): void {
    for (const number of this.#days.keys()) if (number < oldest) this.#days.delete(number);
  }

  /** How much of a night's inflow was measured and estimated, and whether that is enough to judge it. */
  inflowShares(number: number): { completeness: number; estimatedShare: number; isComplete: boolean } {
    const neededMs = this.#windowMs(number) * this.inletsOf(number);
    const night = this.#days.get(number)?.inflowNight;
    const completeness = neededMs === 0 || !night ? 0 : night.goodMs / neededMs;
    const estimatedShare = neededMs === 0 || !night ? 0 : night.estimatedMs / neededMs;
    return {
      completeness,
      estimatedShare,
      isComplete: completeness >= LEAST_COMPLETE && estimatedShare <= MOST_ESTIMATED,
    };
  }

  /** A night's balance: inflow less customers, with why there is none. */
  balanceOf(number: number): NightBalance {
    const { customers, balancedOver } = this.#meters;
    if (balancedOver === "day") return this.#balanceOfDay(number - 1);
    const day = this.#days.get(number) ?? newDistrictDay();
    return balanceNight(
      this.#windowMs(number),
      { measured: day.inflowNight, registers: this.inletsOf(number) },
      { measured: day.customersNight, registers: customers },
      this.inflowShares(number).isComplete,
    );
  }

  #balanceOfDay(number: number): NightBalance {
    const { customers } = this.#meters;
    const inlets = this.inletsOf(number + 1);
    const day = this.#days.get(number) ?? newDistrictDay();
    const windowMs = this.#calendar.instantOf(number + 1) - this.#calendar.instantOf(number);
    const isComplete = day.inflow.goodMs >= (1 - MOST_ESTIMATED) * windowMs * inlets;
    return balanceNight(
      windowMs,
      { measured: day.inflow, registers: inlets },
      { measured: day.customers, registers: customers },
      isComplete,
    );
  }

  /** How many inlets there are; of a night that is judged again how many there were: one that is added later was not missing then. */
  inletsOf(number: number): number {
    const { size } = this.#meters.inlets;
    return number < this.againUntil ? (this.#days.get(number)?.inlets ?? size) : size;
  }

  /** What went in and was used on the day before a night, m³; null where it was not measured. */
  sumsBefore(number: number): { inflowM3: number | null; customersM3: number | null } {
    const day = this.#days.get(number - 1);
    return {
      inflowM3: day && isMeasured(day.inflow) ? day.inflow.m3 : null,
      customersM3: day && isMeasured(day.customers) ? day.customers.m3 : null,
    };
  }

  #windowMs(number: number): number {
    return this.#calendar.instantOf(number, NIGHT.toHour) - this.#calendar.instantOf(number, NIGHT.fromHour);
  }
}
