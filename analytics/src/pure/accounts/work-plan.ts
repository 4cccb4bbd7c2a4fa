import { type AccountTerms, type CalendarDayKind, DEFAULT_THRESHOLDS, type Shift } from "@nightflow/domain";
import { dayOfDate, weekdayOf } from "../local-time.ts";

/** What a key account is judged by where nobody has agreed on anything. */
export const NO_TERMS: AccountTerms = { thresholds: DEFAULT_THRESHOLDS, shifts: [], days: [] };

const DAY_HOURS = 24;
const WEEK_DAYS = 7;
/** The hour of the week at most. */
export const WEEK_HOURS = WEEK_DAYS * DAY_HOURS;
const HOUR_MINUTES = 60;
const WEDNESDAY = 3;

/** What the customer's calendar says of an hour: as every week, outside the shifts, shut down, or a working day out of turn. */
export type HourPlan = "usual" | "off" | "shutdown" | "working";

/** A customer's own production calendar, made ready to be asked for every hour. */
export class WorkPlan {
  readonly #isWorked: Uint8Array | null;
  readonly #days = new Map<number, CalendarDayKind>();
  readonly #modelDay: number;

  constructor({ shifts, days }: Pick<AccountTerms, "shifts" | "days"> = NO_TERMS) {
    this.#isWorked = shifts.length === 0 ? null : workedHours(shifts);
    this.#modelDay = modelDayOf(shifts);
    for (const { from, to, kind } of days)
      for (let day = dayOfDate(from); day <= dayOfDate(to); day++) this.#days.set(day, kind);
  }

  /** Whether the calendar says anything about shifts. */
  get hasShifts(): boolean {
    return this.#isWorked !== null;
  }

  /** What the calendar says of an hour (0 to 23 on the wall clock) of a local day. */
  planOf(day: number, hour: number): HourPlan {
    const kind = this.#days.get(day);
    if (kind === "shutdown") return "shutdown";
    if (this.#isWorked === null) return kind === "working" ? "working" : "usual";
    const isWorked = this.#isWorked[this.#hourLike(day, hour, kind)] === 1;
    if (!isWorked) return "off";
    return kind === "working" && !this.#worksOn(weekdayOf(day)) ? "working" : "usual";
  }

  /** The hour of the week that such an hour is like: its own, or that of a working day where people work out of turn. */
  weekHourOf(day: number, hour: number): number {
    return this.#hourLike(day, hour, this.#days.get(day));
  }

  #hourLike(day: number, hour: number, kind: CalendarDayKind | undefined): number {
    const weekday = weekdayOf(day);
    const isOutOfTurn = kind === "working" && (this.#isWorked === null || !this.#worksOn(weekday));
    return (isOutOfTurn ? this.#modelDay : weekday) * DAY_HOURS + hour;
  }

  #worksOn(weekday: number): boolean {
    const worked = this.#isWorked;
    return worked?.subarray(weekday * DAY_HOURS, (weekday + 1) * DAY_HOURS).includes(1) ?? true;
  }
}

/** Hours of the week that somebody works in, if only for a part of them. */
function workedHours(shifts: readonly Shift[]): Uint8Array {
  const hours = new Uint8Array(WEEK_HOURS);
  for (const { weekday, fromMinute, toMinute } of shifts) {
    const [from, to] = [Math.floor(fromMinute / HOUR_MINUTES), Math.ceil(toMinute / HOUR_MINUTES)];
    hours.fill(1, weekday * DAY_HOURS + from, weekday * DAY_HOURS + to);
  }
  return hours;
}

/** The day of the week that a working day out of turn is like: Wednesday, or the first with shifts where nobody works then. */
function modelDayOf(shifts: readonly Shift[]): number {
  const days = new Set(shifts.map(({ weekday }) => weekday));
  if (days.size === 0 || days.has(WEDNESDAY)) return WEDNESDAY;
  return Math.min(...days);
}
