import type { Step } from "./detectors/flow.ts";
import { type NightState, newNightState, nightBand, stepNight } from "./detectors/night-step.ts";
import type { DmaNight } from "./finding.ts";
import type { EmittedInterval } from "./intervals.ts";
import { dateTextOf, type ZoneCalendar } from "./local-time.ts";

const HOUR_MS = 3_600_000;
/** The district's night by DOMAIN 3.2, local hours. */
const NIGHT = { fromHour: 2, toHour: 5 } as const;
const LEAST_COMPLETE = 0.9;
const MOST_ESTIMATED = 0.05;
/** Days kept for late neighbours: an import brings one meter after another. */
const KEPT_DAYS = 100;

interface DistrictDay {
  inflowM3: number;
  customersM3: number;
  /** Inflow of each hour of the night window. */
  nightHoursM3: number[];
  nightGoodMs: number;
  nightEstimatedMs: number;
  hasInflow: boolean;
  hasCustomers: boolean;
  judged: DmaNight | null;
}

/** A district as it travels in a snapshot. */
export interface DistrictImage {
  readonly night: NightState;
  readonly nextDay: number | null;
  readonly isPast: boolean;
  readonly progress: readonly (readonly [string, number])[];
  readonly days: readonly (readonly [number, DistrictDay])[];
}

/** What judging one night brought. */
export interface JudgedNight {
  readonly row: DmaNight;
  readonly step: Step;
  /** Start of the finding that this night touched; 0 when none was open before or after. */
  readonly startMs: number;
  readonly nightStartMs: number;
  readonly estimatedShare: number;
}

/**
 * One metered district: inlets summed by sign on local days and nights, customers beside them. A night is judged once every
 * inlet has passed its end, in order, at ≥90 % measured and ≤5 % estimated; others are listed without a flow and teach nothing.
 */
export class District {
  readonly id: string;
  night: NightState = newNightState();
  /** Whether the open finding began in imported rows. */
  isPast = false;
  readonly #calendar: ZoneCalendar;
  readonly #inlets: ReadonlyMap<string, number>;
  #progress = new Map<string, number>();
  #days = new Map<number, DistrictDay>();
  #dirty = new Set<number>();
  #nextDay: number | null = null;

  constructor(id: string, calendar: ZoneCalendar, inlets: ReadonlyMap<string, number>) {
    this.id = id;
    this.#calendar = calendar;
    this.#inlets = inlets;
  }

  /** Adds an interval of an inlet; volumes without a value leave the night incomplete. */
  addInlet(meter: string, interval: EmittedInterval, m3: number): void {
    const sign = this.#inlets.get(meter) ?? 0;
    const number = this.#calendar.dayOf(interval.startMs);
    const day = this.#day(number);
    if (this.#nextDay === null || (number < this.#nextDay && this.night.nights === 0)) this.#nextDay = number;
    this.#progress.set(meter, interval.endMs);
    if (interval.quality > 1) return;
    day.inflowM3 += sign * m3;
    day.hasInflow = true;
    if (!this.#isNight(number, interval)) return;
    const hour = Math.floor((interval.startMs - this.#calendar.instantOf(number, NIGHT.fromHour)) / HOUR_MS);
    day.nightHoursM3[hour] = (day.nightHoursM3[hour] ?? 0) + sign * m3;
    if (interval.quality === 0) day.nightGoodMs += interval.endMs - interval.startMs;
    else day.nightEstimatedMs += interval.endMs - interval.startMs;
  }

  /** Adds a customer's consumption to the day's sum. */
  addCustomer(startMs: number, m3: number): void {
    const number = this.#calendar.dayOf(startMs);
    if (this.#nextDay !== null && number < this.#nextDay - KEPT_DAYS) return;
    const day = this.#day(number);
    day.customersM3 += m3;
    day.hasCustomers = true;
    if (this.#days.get(number + 1)?.judged) this.#dirty.add(number + 1);
  }

  /** Judges the next night that every inlet has passed; undefined when there is none yet. */
  judgeNext(): JudgedNight | undefined {
    const number = this.#nextDay;
    if (number === null || !this.#isPassed(number)) return undefined;
    this.#nextDay = number + 1;
    const judged = this.#judge(number, this.#day(number));
    this.#forget();
    return judged;
  }

  /** Rows of nights whose sums changed after they were judged; each is given once. */
  takeChangedRows(): DmaNight[] {
    const rows: DmaNight[] = [];
    for (const number of this.#dirty) {
      const day = this.#days.get(number);
      if (!day?.judged) continue;
      day.judged = { ...day.judged, ...this.#sumsBefore(number) };
      rows.push(day.judged);
    }
    this.#dirty.clear();
    return rows;
  }

  image(): DistrictImage {
    return {
      night: this.night,
      nextDay: this.#nextDay,
      isPast: this.isPast,
      progress: [...this.#progress],
      days: [...this.#days],
    };
  }

  restore(image: DistrictImage): void {
    this.night = { ...image.night };
    this.#nextDay = image.nextDay;
    this.isPast = image.isPast;
    this.#progress = new Map(image.progress);
    this.#days = new Map(image.days.map(([number, day]) => [number, { ...day }]));
  }

  #judge(number: number, day: DistrictDay): JudgedNight {
    const nightStartMs = this.#calendar.instantOf(number, NIGHT.fromHour);
    const windowMs = this.#calendar.instantOf(number, NIGHT.toHour) - nightStartMs;
    const neededMs = windowMs * this.#inlets.size;
    const completeness = neededMs === 0 ? 0 : day.nightGoodMs / neededMs;
    const estimatedShare = neededMs === 0 ? 0 : day.nightEstimatedMs / neededMs;
    const isComplete = completeness >= LEAST_COMPLETE && estimatedShare <= MOST_ESTIMATED;
    const mnfM3h = isComplete ? leastHour(day.nightHoursM3) : null;
    const band = nightBand(this.night);
    const before = this.night.openMs;
    const step = mnfM3h === null ? "none" : stepNight(this.night, mnfM3h, nightStartMs);
    day.judged = {
      dma: this.id,
      date: dateTextOf(number),
      mnfM3h,
      expectedM3h: band?.expected ?? null,
      bandLowM3h: band?.low ?? null,
      bandHighM3h: band?.high ?? null,
      ...this.#sumsBefore(number),
      completeness,
    };
    return { row: day.judged, step, startMs: this.night.openMs || before, nightStartMs, estimatedShare };
  }

  #sumsBefore(number: number): { inflowM3: number | null; customersM3: number | null } {
    const day = this.#days.get(number - 1);
    return { inflowM3: day?.hasInflow ? day.inflowM3 : null, customersM3: day?.hasCustomers ? day.customersM3 : null };
  }

  #isPassed(number: number): boolean {
    const endMs = this.#calendar.instantOf(number, NIGHT.toHour);
    for (const meter of this.#inlets.keys()) if ((this.#progress.get(meter) ?? 0) < endMs) return false;
    return this.#inlets.size > 0;
  }

  #isNight(number: number, interval: EmittedInterval): boolean {
    return (
      interval.startMs >= this.#calendar.instantOf(number, NIGHT.fromHour) &&
      interval.endMs <= this.#calendar.instantOf(number, NIGHT.toHour)
    );
  }

  #day(number: number): DistrictDay {
    let day = this.#days.get(number);
    if (!day) {
      day = {
        inflowM3: 0,
        customersM3: 0,
        nightHoursM3: [],
        nightGoodMs: 0,
        nightEstimatedMs: 0,
        hasInflow: false,
        hasCustomers: false,
        judged: null,
      };
      this.#days.set(number, day);
    }
    return day;
  }

  #forget(): void {
    if (this.#days.size <= 2 * KEPT_DAYS || this.#nextDay === null) return;
    for (const number of this.#days.keys()) if (number < this.#nextDay - KEPT_DAYS) this.#days.delete(number);
  }
}

/** The minimum night flow: the least hour of the window, m³/h. */
function leastHour(hoursM3: readonly (number | undefined)[]): number {
  return hoursM3.reduce<number>((least, m3) => Math.min(least, m3 ?? least), Number.POSITIVE_INFINITY);
}
