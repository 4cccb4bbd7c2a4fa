import type { RuleCode } from "@nightflow/domain";
import { AccountJudge } from "./account-judge.ts";
import type { AccountParts } from "./account-parts.ts";
import type { Districts } from "./engine-districts.ts";
import type { StandstillWatch } from "./engine-standstill.ts";
import type { MeterFindings } from "./meter-findings.ts";
import type { MeterSlots } from "./meter-slots.ts";
import type { DayVolume } from "./pure/detectors/day.ts";
import { addDutyHour, dutyPace } from "./pure/detectors/duty.ts";
import type { Flow } from "./pure/detectors/flow.ts";
import { beginRunHour, teachRunHour } from "./pure/detectors/flow-run.ts";
import { stepVolume } from "./pure/detectors/volume-cusum.ts";
import { type RuleView, viewsOf } from "./pure/explain.ts";
import type { EmittedInterval, NextReading } from "./pure/intervals.ts";
import { isWeekend, type ZoneCalendar } from "./pure/local-time.ts";
import { cellsOf, type MeterState } from "./pure/meter-table.ts";
import type { MeteredChannel } from "./pure/registry.ts";
import { DAY_RULES, HOUR_RULES, INTERVAL_RULES, type MeterRule, type RuleContext } from "./pure/rules.ts";
import { DEFAULT_TUNING, type RuleTuning } from "./pure/tuning.ts";
import { SideJudge } from "./side-judge.ts";
import type { WatchedMeter } from "./watched-meter.ts";

const HOUR_MS = 3_600_000;

type MutableFlow = { -readonly [Name in keyof Flow]: Flow[Name] };
const newFlow = (): MutableFlow => ({ startMs: 0, endMs: 0, litres: 0, isGood: false });

/** Intervals to hours and local days, and what each rule says of them. */
export class MeterJudge {
  readonly #slots: MeterSlots;
  readonly #districts: Districts;
  readonly #findings: MeterFindings;
  readonly #accounts: AccountJudge;
  readonly #side: SideJudge;
  // At work: one meter, one interval, one hour at a time. No object is made for a reading.
  readonly #context: { -readonly [Name in keyof RuleContext]: RuleContext[Name] };
  readonly #flow = newFlow();
  readonly #hour = newFlow();
  readonly #standstills: StandstillWatch;
  #meter: WatchedMeter | undefined;
  #knownAtMs = 0;

  constructor(slots: MeterSlots, districts: Districts, findings: MeterFindings, standstills: StandstillWatch) {
    this.#slots = slots;
    this.#districts = districts;
    this.#findings = findings;
    this.#accounts = new AccountJudge(slots.keyTable, findings);
    this.#side = new SideJudge(slots, findings);
    this.#context = {
      meter: undefined as unknown as MeteredChannel,
      tuning: DEFAULT_TUNING,
      ...cellsOf(slots.table),
      localHour: 0,
      litresPerCount: 1,
      isAlone: (stillSinceMs) =>
        this.#meter === undefined || standstills.isAlone(this.#meter, stillSinceMs, this.#knownAtMs),
    };
    this.#standstills = standstills;
  }

  /** Judges by these parameters from now on. */
  setTuning(tuning: RuleTuning): void {
    this.#context.tuning = tuning;
    this.#accounts.setTuning(tuning);
    this.#side.setTuning(tuning);
  }

  /** What some meters of key accounts have told of a part of an hour, and others not yet. */
  get accountParts(): AccountParts {
    return this.#accounts.parts;
  }

  /** What the rules see of a meter. */
  viewsOf(meter: WatchedMeter, state: MeterState): RuleView[] {
    const { meta } = meter;
    const context = { ...this.#context, meter: meta, litresPerCount: meta.litresPerCount ?? 0 };
    const own = viewsOf(state, context, state.anchorMs).filter(({ rule }) => isJudgedBy(meta, rule));
    const ofAccount = meter.account === undefined ? [] : this.#accounts.viewsOf(meter.account, state.anchorMs);
    return [...own, ...this.#side.viewsOf(meter, state), ...ofAccount];
  }

  /** Takes a good reading of the reverse register of the meter that the view of the slots stands on. */
  takeReverse(meter: WatchedMeter, state: MeterState, reading: NextReading): void {
    this.#side.takeReverse(meter, state, reading);
  }

  /** Takes an interval of the meter that the view of the slots stands on. */
  take(meter: WatchedMeter, interval: EmittedInterval): void {
    const { kind, meta } = meter;
    const state = this.#slots.table.view;
    const litres = interval.counts * (meta.litresPerCount ?? 0);
    this.#districts.add(meter, interval, litres / 1000, state);
    if (!kind.duty.isJudged && !kind.duty.isAccountJudged) return;
    const flow = this.#flow;
    flow.startMs = interval.startMs;
    flow.endMs = interval.endMs;
    flow.litres = litres;
    flow.isGood = interval.quality === 0;
    this.#context.meter = meta;
    this.#context.litresPerCount = meta.litresPerCount ?? 0;
    this.#judge(meter, state, kind.intervalRules, flow, flow, interval.knownAtMs);
    if (meter.sideSlot >= 0 || interval.counts < 0) this.#side.take(meter, state, interval, flow);
    if (meter.account !== undefined && meter.account.partMs > 0)
      this.#accounts.takePart(meter, state, flow, interval.knownAtMs);
    this.#gatherHour(meter, state, flow, interval.knownAtMs);
  }

  #judge<Input>(
    meter: WatchedMeter,
    state: MeterState,
    rules: readonly MeterRule<Input>[],
    input: Input,
    flow: Flow,
    knownAtMs: number,
  ): void {
    const context = this.#context;
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i];
      if (rule === undefined) continue;
      const openMs = rule.openMs(state, context);
      const step = rule.step(state, input, context);
      if (step === "none") continue;
      const proof = () => rule.proof(state, context, input);
      this.#findings.report(meter, rule, step, openMs || rule.openMs(state, context), flow, knownAtMs, state, proof);
    }
  }

  #judgeHour(meter: WatchedMeter, state: MeterState, hour: Flow, knownAtMs: number): void {
    const context = this.#context;
    const { hasProfile, hourRules, calendar } = meter.kind;
    if (!hasProfile) {
      this.#judge(meter, state, hourRules, hour, hour, knownAtMs);
      return;
    }
    context.localHour = localHourOf(calendar, hour.startMs);
    beginRunHour(state, context.runs, hour);
    addDutyHour(state, context.profile, context.localHour, hour);
    this.#judge(meter, state, hourRules, hour, hour, knownAtMs);
    teachRunHour(state, context, hour, dutyPace(state, context.tuning.INTERMITTENT));
  }

  /** Adds an interval to its hour; the hour is judged at its end, and is good only when all its parts are. */
  #gatherHour(meter: WatchedMeter, state: MeterState, flow: Flow, knownAtMs: number): void {
    const partMs = flow.endMs - flow.startMs;
    if (partMs > HOUR_MS || !isWhole(HOUR_MS, partMs)) return;
    if (isWhole(flow.startMs, HOUR_MS)) {
      state.hourLitres = 0;
      state.hourParts = 0;
    }
    state.hourLitres += flow.litres;
    if (flow.isGood) state.hourParts++;
    if (!isWhole(flow.endMs, HOUR_MS)) return;
    const hour = this.#hour;
    hour.startMs = flow.endMs - HOUR_MS;
    hour.endMs = flow.endMs;
    hour.litres = state.hourLitres;
    hour.isGood = state.hourParts === HOUR_MS / partMs;
    this.#judgeHour(meter, state, hour, knownAtMs);
    if (meter.kind.isJudgedDaily) this.#gatherDay(meter, state, hour, knownAtMs);
    if (meter.account !== undefined) this.#accounts.takeHour(meter, state, hour, knownAtMs);
  }

  #gatherDay(meter: WatchedMeter, state: MeterState, hour: Flow, knownAtMs: number): void {
    const { calendar } = meter.kind;
    const day = calendar.dayOf(hour.startMs);
    if (state.day !== 0 && state.day !== day) this.#closeDay(meter, state, hour, knownAtMs);
    state.day = day;
    if (hour.isGood) {
      noteHour(state, hour.litres);
    }
    if (calendar.dayOf(hour.endMs) !== day) this.#closeDay(meter, state, hour, knownAtMs);
  }

  #closeDay(meter: WatchedMeter, state: MeterState, hour: Flow, knownAtMs: number): void {
    const { day } = state;
    const volume: DayVolume = {
      startMs: meter.kind.calendar.instantOf(day),
      litres: state.dayLitres,
      goodHours: state.dayGoodHours,
      flowHours: state.dayFlowHours,
      peakLitres: state.daySecond,
      dutySum: state.dutySum,
      isWeekend: isWeekend(day),
      meanC: meter.meta.commodity === "gas" ? this.#districts.meanAirOf(meter.meta, day, meter.kind.calendar) : null,
    };
    startDay(state);
    this.#meter = meter;
    this.#knownAtMs = knownAtMs;
    this.#judge(meter, state, meter.kind.dayRules, volume, hour, knownAtMs);
    this.#standstills.recheck(meter, knownAtMs);
    if (meter.sideSlot >= 0) this.#side.takeDay(meter, state, volume, hour, knownAtMs);
    // A key account's days are judged by another rule; NO_USE wants to know them too.
    if (meter.meta.isKeyAccount) stepVolume(state, volume, this.#context.tuning.USAGE_CHANGE);
  }
}

/** Whether a rule of single meters applies to one: key accounts are judged by others. */
function isJudgedBy(meta: MeteredChannel, code: RuleCode): boolean {
  const isOf = (rule: { readonly code: RuleCode; appliesTo(meter: MeteredChannel): boolean }) =>
    rule.code === code && rule.appliesTo(meta);
  return INTERVAL_RULES.some(isOf) || HOUR_RULES.some(isOf) || DAY_RULES.some(isOf);
}

/** Whether an instant or a length is a whole multiple of a step. `%` of numbers this large is a call into the C library. */
function isWhole(ms: number, stepMs: number): boolean {
  return Math.floor(ms / stepMs) * stepMs === ms;
}

/** Whole hours on the wall clock, 0 to 23; without the remainder of large numbers, which is slow. */
function localHourOf(calendar: ZoneCalendar, utcMs: number): number {
  const hour = Math.floor((utcMs + calendar.offsetMs(utcMs)) / HOUR_MS);
  return hour - 24 * Math.floor(hour / 24);
}

/** Adds a good hour to its day. */
function noteHour(state: MeterState, litres: number): void {
  state.dayLitres += litres;
  state.dayGoodHours++;
  if (litres > 0) state.dayFlowHours++;
  if (litres <= state.daySecond) return;
  state.daySecond = Math.min(litres, state.dayPeak);
  state.dayPeak = Math.max(litres, state.dayPeak);
}

function startDay(state: MeterState): void {
  state.day = 0;
  state.dayLitres = 0;
  state.dayGoodHours = 0;
  state.dayFlowHours = 0;
  state.dayPeak = 0;
  state.daySecond = 0;
  state.dutySum = 0;
}
