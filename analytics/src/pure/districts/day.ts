import type { DmaNight } from "../finding.ts";
import type { EmittedInterval } from "../intervals.ts";
import type { ZoneCalendar } from "../local-time.ts";

const HOUR_MS = 3_600_000;
/** The district's night by DOMAIN 3.2, local hours. */
export const NIGHT = { fromHour: 2, toHour: 5 } as const;
/** The hours in which people use most, local: 07–11 and 18–23. */
const BUSY = [
  { fromHour: 7, toHour: 11 },
  { fromHour: 18, toHour: 23 },
] as const;
const BUSY_HOURS = 9;

/** Volumes of one side in a window of time, with the register-time that they were measured over. */
export interface Measured {
  m3: number;
  goodMs: number;
  estimatedMs: number;
}

/** What came into a district on one local day, and what its customers used. The night is the one that begins the day. */
export interface DistrictDay {
  readonly inflow: Measured;
  readonly inflowNight: Measured;
  readonly busy: Measured;
  readonly customers: Measured;
  readonly customersNight: Measured;
  /** Inflow of each hour of the night window. */
  nightHoursM3: number[];
  judged: DmaNight | null;
  /** Whether its balance taught the detector; absent until it was told or passed over. */
  isBalanced?: boolean;
  /** Inlets that the district had when the night was judged. */
  inlets?: number;
}

/** A day of which nothing is known yet. */
export function newDistrictDay(): DistrictDay {
  return {
    inflow: nothing(),
    inflowNight: nothing(),
    busy: nothing(),
    customers: nothing(),
    customersNight: nothing(),
    nightHoursM3: [],
    judged: null,
  };
}

/** A day of a snapshot of its own, not shared with it. */
export function copyOfDay(day: DistrictDay): DistrictDay {
  const { inflow, inflowNight, busy, customers, customersNight, nightHoursM3 } = day;
  return {
    ...day,
    inflow: { ...inflow },
    inflowNight: { ...inflowNight },
    busy: { ...busy },
    customers: { ...customers },
    customersNight: { ...customersNight },
    nightHoursM3: [...nightHoursM3],
  };
}

function nothing(): Measured {
  return { m3: 0, goodMs: 0, estimatedMs: 0 };
}

/** Adds an interval, or takes it away again (`times` -1); what is neither good nor estimated says nothing. */
export function measure(side: Measured, interval: EmittedInterval, m3: number, times: 1 | -1 = 1): void {
  if (interval.quality > 1 || !Number.isFinite(m3)) return;
  const ms = times * (interval.endMs - interval.startMs);
  side.m3 += times * m3;
  if (interval.quality === 0) side.goodMs += ms;
  else side.estimatedMs += ms;
}

/** Whether anything was measured. */
export function isMeasured(side: Measured): boolean {
  return side.goodMs + side.estimatedMs > 0;
}

/** Adds an inlet's interval to its local day, or takes it away again. */
export function addInflow(
  day: DistrictDay,
  number: number,
  calendar: ZoneCalendar,
  interval: EmittedInterval,
  m3: number,
  times: 1 | -1 = 1,
): void {
  if (interval.quality > 1 || !Number.isFinite(m3)) return;
  measure(day.inflow, interval, m3, times);
  if (BUSY.some((window) => isWithin(window, number, calendar, interval))) measure(day.busy, interval, m3, times);
  if (!isWithin(NIGHT, number, calendar, interval)) return;
  measure(day.inflowNight, interval, m3, times);
  const hour = Math.floor((interval.startMs - calendar.instantOf(number, NIGHT.fromHour)) / HOUR_MS);
  day.nightHoursM3[hour] = (day.nightHoursM3[hour] ?? 0) + times * m3;
}

/** Adds a customer's interval to its local day, or takes it away again. */
export function addCustomer(
  day: DistrictDay,
  number: number,
  calendar: ZoneCalendar,
  interval: EmittedInterval,
  m3: number,
  times: 1 | -1 = 1,
): void {
  measure(day.customers, interval, m3, times);
  if (isWithin(NIGHT, number, calendar, interval)) measure(day.customersNight, interval, m3, times);
}

function isWithin(
  window: { readonly fromHour: number; readonly toHour: number },
  number: number,
  calendar: ZoneCalendar,
  interval: EmittedInterval,
): boolean {
  return (
    interval.startMs >= calendar.instantOf(number, window.fromHour) &&
    interval.endMs <= calendar.instantOf(number, window.toHour)
  );
}

/** The minimum night flow: the least hour of the window, m³/h; null when no hour was measured. */
export function leastHourOf(day: DistrictDay): number | null {
  // An hour that is not there is a hole here, and null in a snapshot.
  const hours = day.nightHoursM3.filter((m3) => typeof m3 === "number");
  return hours.length === 0 ? null : Math.min(...hours);
}

/** Mean inflow of a day of `registers` inlets, m³/h; null when less than 20 of its hours were measured. */
export function dayFlowOf(day: DistrictDay | undefined, registers: number): number | null {
  return day === undefined ? null : flowOf(day.inflow, 20, registers);
}

/** Mean inflow of a day's busy hours, m³/h; null when less than 7 of the 9 were measured. */
export function busyFlowOf(day: DistrictDay | undefined, registers: number): number | null {
  return day === undefined ? null : flowOf(day.busy, BUSY_HOURS - 2, registers);
}

function flowOf(side: Measured, leastHours: number, registers: number): number | null {
  const hours = (side.goodMs + side.estimatedMs) / HOUR_MS / Math.max(1, registers);
  return hours < leastHours ? null : side.m3 / hours;
}
