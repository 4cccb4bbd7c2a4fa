import type { Step } from "./detectors/flow.ts";
import { type NightConditions, ORDINARY_NIGHT } from "./detectors/night-conditions.ts";
import {
  type NightState,
  type NightStepParameters,
  newNightState,
  nightBand,
  stepNight,
} from "./detectors/night-step.ts";
import {
  addCustomer,
  addInflow,
  busyFlowOf,
  type DistrictDay,
  dayFlowOf,
  leastHourOf,
  NIGHT,
} from "./districts/day.ts";
import { DistrictDays, type DistrictMeters } from "./districts/district-days.ts";
import {
  type CustomersLevel,
  type KeptState,
  keepState,
  NO_CUSTOMERS,
  type Rewound,
  stateBefore,
} from "./districts/kept-states.ts";
import { LateSums, type LateSumsImage } from "./districts/late-sums.ts";
import type { NightBalance } from "./districts/night-balance.ts";
import type { DmaNight } from "./finding.ts";
import type { MovedIntervals } from "./interval-changes.ts";
import type { EmittedInterval } from "./intervals.ts";
import type { LateSpan } from "./late.ts";
import { dateTextOf, type ZoneCalendar } from "./local-time.ts";
import type { MeteredChannel } from "./registry.ts";
import { nightStepOf } from "./tuning.ts";

export type { DistrictMeters } from "./districts/district-days.ts";

/** Share of a day's gas that its meters together may be wrong by: class 1.5 of EN 1359 and EN 12480. */
const GAS_METER_ERROR = 0.015;
/** Days kept for late neighbours: an import brings one meter after another. */
const KEPT_DAYS = 100;
/** Nights that a balance waits for its customers' readings. */
const BALANCE_WAITS_NIGHTS = 3;
const CUSTOMERS_ALPHA = 0.05;
const LEAST_CUSTOMER_NIGHTS = 5;

/** A district as it travels in a snapshot. */
export interface DistrictImage extends LateSumsImage {
  readonly night: NightState;
  readonly loss?: NightState;
  readonly customersNight?: CustomersLevel;
  readonly nextDay: number | null;
  readonly nextBalanceDay?: number | null;
  readonly isPast: boolean;
  readonly isLossPast?: boolean;
  readonly progress: readonly (readonly [string, number])[];
  readonly days: readonly (readonly [number, DistrictDay])[];
  /** What follows is absent in snapshots of programs that judged no night again. */
  readonly kept?: readonly KeptState[];
  readonly origin?: InletOrigin;
}

/** Where the readings of a district's inlets come from: first live one, newest imported one; 0 when there is none. */
export interface InletOrigin {
  readonly liveSinceMs: number;
  readonly lastImportMs: number;
}

/** What late readings of a meter change of its intervals, beside those that are in the sums already. */
export type MovedOf = (known: readonly LateSpan[]) => MovedIntervals;

/** What judging one night brought. */
export interface JudgedNight {
  readonly row: DmaNight;
  readonly step: Step;
  /** Start of the finding that this night touched; 0 when none was open before or after. */
  readonly startMs: number;
  readonly nightStartMs: number;
  readonly estimatedShare: number;
}

/** What balancing one night brought. */
export interface JudgedBalance extends JudgedNight {
  readonly balance: NightBalance;
}

/**
 * One metered district: inlets summed by sign on local days and nights, customers beside them. A night is judged once every
 * inlet has passed its end, in order, at ≥90 % measured and ≤5 % estimated; others are listed without a flow and teach nothing.
 * Its balance is told as soon as ≥95 % of the customers' register-hours are there, or not at all after three nights.
 */
export class District {
  readonly id: string;
  night: NightState = newNightState();
  loss: NightState = newNightState();
  /** Whether the open finding began in imported rows. */
  isPast = false;
  isLossPast = false;
  readonly #calendar: ZoneCalendar;
  readonly #meters: DistrictMeters;
  #customersNight: CustomersLevel = { ...NO_CUSTOMERS };
  #progress = new Map<string, number>();
  readonly #days: DistrictDays;
  #dirty = new Set<number>();
  #nextDay: number | null = null;
  #nextBalanceDay: number | null = null;
  #kept: readonly KeptState[] = [];
  readonly #late = new LateSums();
  /** While nights are gone through again: whether balances are those that were told then. */
  #isAsJudged = false;
  /** Of the inlets, when a night was last judged. */
  origin: InletOrigin = { liveSinceMs: 0, lastImportMs: 0 };

  constructor(id: string, calendar: ZoneCalendar, meters: DistrictMeters) {
    this.id = id;
    this.#calendar = calendar;
    this.#meters = meters;
    this.#days = new DistrictDays(calendar, meters);
  }

  /** Adds an interval of an inlet; volumes without a value leave the night incomplete. */
  addInlet(meter: string, interval: EmittedInterval, m3: number): void {
    const sign = this.#meters.inlets.get(meter) ?? 0;
    const number = this.#calendar.dayOf(interval.startMs);
    if (this.#nextDay === null || (number < this.#nextDay && !this.#hasLearned())) this.#nextDay = number;
    this.#progress.set(meter, interval.endMs);
    addInflow(this.#days.day(number), number, this.#calendar, interval, sign * m3);
  }

  /** Adds a customer's consumption to the day's sum. */
  addCustomer(interval: EmittedInterval, m3: number): void {
    const number = this.#calendar.dayOf(interval.startMs);
    if (this.#isForgotten(number)) return;
    const night = this.#days.get(this.#nightOf(number));
    // A night that was passed over without its customers may be told after all.
    if (night?.isBalanced === false) this.#keepAsJudged(number);
    addCustomer(this.#days.day(number), number, this.#calendar, interval, m3);
    if (night?.isBalanced === false && this.#days.balanceOf(this.#nightOf(number)).why === null)
      this.#late.isStale = true;
    this.#touch(number);
  }

  /**
   * Puts right what late readings show a meter to have measured; `movedOf` tells it, given which readings are in the sums already. Told
   * twice, as after a crash, it changes nothing: what was corrected is known as long as the sums are.
   */
  correct(meter: MeteredChannel, late: readonly LateSpan[], movedOf: MovedOf): void {
    const moved = movedOf(this.#late.correctedOf(meter));
    const m3PerCount = (meter.litresPerCount ?? 0) / 1000;
    const sign = this.#meters.inlets.get(meter.meter);
    if (sign !== undefined) this.#correctInlet(moved, sign * m3PerCount);
    else this.#correctCustomer(moved, m3PerCount);
    this.#late.noteCorrected(meter, late);
  }

  #correctInlet({ was, now }: MovedIntervals, m3PerCount: number): void {
    this.#put(was, (day, number, interval) =>
      addInflow(day, number, this.#calendar, interval, interval.counts * m3PerCount, -1),
    );
    this.#put(now, (day, number, interval) =>
      addInflow(day, number, this.#calendar, interval, interval.counts * m3PerCount),
    );
    this.#late.isStale ||= this.#late.judgedAs.size > 0 && was.length + now.length > 0;
  }

  #correctCustomer({ was, now }: MovedIntervals, m3PerCount: number): void {
    this.#put(was, (day, number, interval) =>
      addCustomer(day, number, this.#calendar, interval, interval.counts * m3PerCount, -1),
    );
    this.#put(now, (day, number, interval) =>
      addCustomer(day, number, this.#calendar, interval, interval.counts * m3PerCount),
    );
    this.#late.isStale ||= [...this.#late.judgedAs.keys()].some((number) =>
      this.#isOtherwiseBalanced(this.#nightOf(number)),
    );
  }

  /** Whether nights that were judged have other sums now, so that they should be judged again. */
  get isStale(): boolean {
    return this.#late.isStale;
  }

  /**
   * The district before the first night whose sums have changed, once with the sums that its nights were judged by and once with those
   * of today; null when no state is kept from before it.
   */
  rewound(): Rewound | null {
    const untilDay = this.#nextDay;
    const changed = [...this.#late.judgedAs.keys()].filter((number) => untilDay !== null && number < untilDay);
    if (untilDay === null || changed.length === 0) return null;
    const oldestDay = Math.max(this.#days.oldest, untilDay - KEPT_DAYS);
    const state = stateBefore(this.#kept, Math.min(...changed), oldestDay);
    if (state === null || !changed.some((number) => number >= state.day)) return null;
    const { day, nextBalanceDay, ...learnt } = state;
    const asKnown: DistrictImage = {
      ...this.image(),
      ...learnt,
      nextDay: day,
      nextBalanceDay: nextBalanceDay ?? day,
      kept: this.#kept.filter((kept) => kept.day < day),
      judgedAs: [],
      isStale: false,
    };
    const asJudged = { ...asKnown, days: [...new Map([...this.#days.entries(), ...this.#late.judgedAs])] };
    return { asKnown, asJudged, untilDay, firstDay: Math.min(...changed), lastDay: Math.max(...changed) };
  }

  /** Lets `judgeNext` and `balanceNext` go through the nights before a day again. Those not balanced then are left out where they are asked for as judged. */
  goAgain(untilDay: number, isAsJudged: boolean): void {
    this.#days.againUntil = untilDay;
    this.#isAsJudged = isAsJudged;
  }

  /** Forgets what nights were judged by: they have been judged again, or cannot be. */
  settle(): void {
    this.#late.settle();
  }

  #put(
    intervals: readonly EmittedInterval[],
    put: (day: DistrictDay, number: number, interval: EmittedInterval) => void,
  ): void {
    for (const interval of intervals) {
      const number = this.#calendar.dayOf(interval.startMs);
      if (this.#isForgotten(number)) continue;
      this.#keepAsJudged(number);
      put(this.#days.day(number), number, interval);
      this.#touch(number);
    }
  }

  #keepAsJudged(number: number): void {
    if (this.#nextDay !== null && number < this.#nextDay) this.#late.keep(number, this.#days.day(number));
  }

  /** Whether a night's balance was told and is another one now, or can be told only now. */
  #isOtherwiseBalanced(number: number): boolean {
    const isTold = this.#days.balanceOf(number).why === null;
    return isTold || this.#wasBalanced(number);
  }

  #wasBalanced(number: number): boolean {
    const day = this.#days.get(number);
    return day?.isBalanced ?? (day?.judged?.lossM3h ?? null) !== null;
  }

  /** The night that a day's customers are balanced with. */
  #nightOf(number: number): number {
    return this.#meters.balancedOver === "day" ? number + 1 : number;
  }

  #isForgotten(number: number): boolean {
    return this.#nextDay !== null && number < this.#nextDay - KEPT_DAYS;
  }

  #touch(number: number): void {
    if (this.#days.get(number)?.judged) this.#dirty.add(number);
    if (this.#days.get(number + 1)?.judged) this.#dirty.add(number + 1);
  }

  /** Judges the next night that every inlet has passed; undefined when there is none yet. */
  judgeNext(): JudgedNight | undefined {
    const number = this.#nextDay;
    if (number === null || (number >= this.#days.againUntil && !this.#isPassed(number))) return undefined;
    this.#kept = keepState(this.#kept, this.#state(number), number - KEPT_DAYS + 1);
    this.#nextDay = number + 1;
    this.#nextBalanceDay ??= number;
    const judged = this.#judge(number, this.#days.day(number));
    this.#forget();
    return judged;
  }

  /**
   * Balances the next night that has been judged and whose customers are there; undefined when there is none. A night whose
   * customers stay away is passed over after three nights.
   */
  balanceNext(): JudgedBalance | undefined {
    while (this.#nextBalanceDay !== null && this.#nextDay !== null && this.#nextBalanceDay < this.#nextDay) {
      const number = this.#nextBalanceDay;
      const balance = this.#days.balanceOf(number);
      const isAwaited = balance.why === "customers_incomplete" && this.#nextDay - number <= BALANCE_WAITS_NIGHTS;
      if (isAwaited && !this.#isAsJudged) return undefined;
      this.#nextBalanceDay = number + 1;
      if (this.#isAsJudged && !this.#wasBalanced(number)) continue;
      const judged = this.#judgeBalance(number, balance);
      const day = this.#days.get(number);
      if (day && !this.#isAsJudged) day.isBalanced = judged !== undefined;
      this.#dirty.add(number);
      if (judged) return judged;
    }
    return undefined;
  }

  /**
   * How much more than usual the customers used in the last balanced night, m³/h; null while that is not known, or when that night
   * was before `sinceMs`.
   */
  customersRiseM3h(sinceMs: number): number | null {
    const { nights, mean, lastM3h, lastNightMs } = this.#customersNight;
    return nights < LEAST_CUSTOMER_NIGHTS || lastNightMs < sinceMs ? null : lastM3h - mean;
  }

  /** Rows of nights whose sums changed after they were judged; each is given once. */
  takeChangedRows(): DmaNight[] {
    const rows: DmaNight[] = [];
    for (const number of this.#dirty) {
      const day = this.#days.get(number);
      if (!day?.judged) continue;
      day.judged = { ...day.judged, ...this.#days.sumsBefore(number), ...this.#balanceColumns(number) };
      rows.push(day.judged);
    }
    this.#dirty.clear();
    return rows;
  }

  image(): DistrictImage {
    return {
      night: this.night,
      loss: this.loss,
      customersNight: this.#customersNight,
      nextDay: this.#nextDay,
      nextBalanceDay: this.#nextBalanceDay,
      isPast: this.isPast,
      isLossPast: this.isLossPast,
      progress: [...this.#progress],
      days: this.#days.entries(),
      kept: this.#kept,
      ...this.#late.image(),
      origin: this.origin,
    };
  }

  #state(day: number): KeptState {
    return {
      day,
      night: { ...this.night },
      loss: { ...this.loss },
      customersNight: { ...this.#customersNight },
      nextBalanceDay: this.#nextBalanceDay,
      isPast: this.isPast,
      isLossPast: this.isLossPast,
    };
  }

  /** Takes a kept state; what an older program did not keep is learned anew. */
  restore(image: DistrictImage): void {
    this.night = { ...newNightState(), ...image.night };
    this.loss = { ...newNightState(), ...image.loss };
    this.#customersNight = { ...NO_CUSTOMERS, ...image.customersNight };
    this.#nextDay = image.nextDay;
    this.#nextBalanceDay = image.nextBalanceDay ?? image.nextDay;
    this.isPast = image.isPast;
    this.isLossPast = image.isLossPast ?? false;
    this.#progress = new Map(image.progress);
    this.#days.restore(image.days);
    this.#kept = image.kept ?? [];
    this.#late.restore(image);
    this.origin = image.origin ?? { liveSinceMs: 0, lastImportMs: 0 };
    this.#dirty.clear();
  }

  #hasLearned(): boolean {
    return this.night.hasLevel === 1 || this.night.nights > 0;
  }

  #tunedBy(rule: "NIGHT_MIN" | "DMA_LOSS" | "GAS_UFG"): NightStepParameters {
    return nightStepOf(this.#meters.tuning(), rule);
  }

  #judge(number: number, day: DistrictDay): JudgedNight {
    const nightStartMs = this.#calendar.instantOf(number, NIGHT.fromHour);
    day.inlets ??= this.#meters.inlets.size;
    const { completeness, estimatedShare, isComplete } = this.#days.inflowShares(number);
    const mnfM3h = isComplete ? leastHourOf(day) : null;
    const band = nightBand(this.night, this.#tunedBy("NIGHT_MIN"));
    const before = this.night.openMs;
    // The night flow of gas follows the cold.
    const isJudged = mnfM3h !== null && this.#meters.balancedOver === "night";
    const flows = () => this.#flowsOf(number, mnfM3h ?? 0);
    const step = isJudged ? stepNight(this.night, flows(), nightStartMs, this.#tunedBy("NIGHT_MIN")) : "none";
    day.judged = {
      dma: this.id,
      date: dateTextOf(number),
      mnfM3h,
      expectedM3h: band?.expected ?? null,
      bandLowM3h: band?.low ?? null,
      bandHighM3h: band?.high ?? null,
      ...this.#days.sumsBefore(number),
      completeness,
      ...this.#balanceColumns(number),
      lossExpectedM3h: null,
      lossBandHighM3h: null,
    };
    return { row: day.judged, step, startMs: this.night.openMs || before, nightStartMs, estimatedShare };
  }

  #judgeBalance(number: number, balance: NightBalance): JudgedBalance | undefined {
    const day = this.#days.get(number);
    if (balance.lossM3h === null || !day?.judged) return undefined;
    const nightStartMs = this.#calendar.instantOf(number, NIGHT.fromHour);
    const parameters = this.#tunedBy(this.#meters.balancedOver === "day" ? "GAS_UFG" : "DMA_LOSS");
    const band = nightBand(this.loss, parameters);
    const before = this.loss.openMs;
    const step = stepNight(this.loss, this.#flowsOf(number, balance.lossM3h), nightStartMs, parameters);
    this.#noteCustomers(balance.customersM3h ?? 0, nightStartMs);
    const isBanded = { lossExpectedM3h: band?.expected ?? null, lossBandHighM3h: band?.high ?? null };
    day.judged = { ...day.judged, ...this.#balanceColumns(number), ...isBanded };
    const { estimatedShare } = this.#days.inflowShares(number);
    return { row: day.judged, step, startMs: this.loss.openMs || before, nightStartMs, estimatedShare, balance };
  }

  #noteCustomers(m3h: number, nightStartMs: number): void {
    const level = this.#customersNight;
    level.lastM3h = m3h;
    level.lastNightMs = nightStartMs;
    // A sum that grows may become a finding: its nights are not what is usual.
    if (this.night.openMs !== 0 || this.night.up > 0) return;
    level.nights++;
    level.mean += Math.max(CUSTOMERS_ALPHA, 1 / level.nights) * (m3h - level.mean);
  }

  #flowsOf(number: number, nightM3h: number) {
    const [dayBefore, registers] = [this.#days.get(number - 1), this.#days.inletsOf(number)];
    const dayM3h = dayFlowOf(dayBefore, registers);
    const conditions = this.#conditionsOf(number, dayM3h);
    return { nightM3h, dayM3h, busyM3h: busyFlowOf(dayBefore, registers), conditions };
  }

  /** Gas flows by the weather, and what its meters are wrong by grows with it: a cold snap is no loss. */
  #conditionsOf(number: number, dayM3h: number | null): NightConditions {
    const { conditionsOf, balancedOver } = this.#meters;
    const known = conditionsOf?.(number) ?? ORDINARY_NIGHT;
    if (balancedOver === "night" || dayM3h === null) return known;
    const demandM3h = GAS_METER_ERROR * Math.max(0, dayM3h - this.loss.inflowMean);
    return { ...known, coldestC: null, meanC: null, demandM3h };
  }

  #balanceColumns(number: number) {
    const balance = this.#days.balanceOf(number);
    const isWaiting = balance.why === "customers_incomplete" && number >= (this.#nextBalanceDay ?? number);
    return {
      customersNightM3h: balance.customersM3h,
      customersCompleteness: balance.customersCompleteness,
      lossM3h: balance.lossM3h,
      noBalance: isWaiting ? "waiting" : balance.why,
    } as const;
  }

  #isPassed(number: number): boolean {
    const endMs = this.#calendar.instantOf(number, NIGHT.toHour);
    for (const meter of this.#meters.inlets.keys()) if ((this.#progress.get(meter) ?? 0) < endMs) return false;
    return this.#meters.inlets.size > 0;
  }

  #forget(): void {
    if (this.#days.size <= 2 * KEPT_DAYS || this.#nextDay === null) return;
    const oldest = this.#nextDay - KEPT_DAYS;
    this.#days.forgetBefore(oldest);
    this.#late.forget(oldest, this.#calendar.instantOf(oldest));
  }
}
