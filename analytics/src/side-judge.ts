import type { MeterFindings } from "./meter-findings.ts";
import type { MeterSlots } from "./meter-slots.ts";
import type { DayVolume } from "./pure/detectors/day.ts";
import type { Flow } from "./pure/detectors/flow.ts";
import { countSizeDay, endSizeBlock, isSized, noteSize } from "./pure/detectors/meter-size.ts";
import { litresBack, noteBackflow } from "./pure/detectors/reverse-flow.ts";
import { expectedLitres } from "./pure/detectors/volume-cusum.ts";
import { type RuleView, sideViewsOf } from "./pure/explain.ts";
import type { EmittedInterval, NextReading } from "./pure/intervals.ts";
import type { MeterState } from "./pure/meter-table.ts";
import { SIDE_DAY_RULES, SIDE_INTERVAL_RULES, type SideContext, type SideRule } from "./pure/side-rules.ts";
import type { SideState } from "./pure/side-table.ts";
import { DEFAULT_TUNING, type RuleTuning } from "./pure/tuning.ts";
import type { WatchedMeter } from "./watched-meter.ts";

/** Judges the few meters that have a place in the side table: what runs back, what is used where nobody pays, and their size. */
export class SideJudge {
  readonly #slots: MeterSlots;
  readonly #findings: MeterFindings;
  #tuning: RuleTuning = DEFAULT_TUNING;

  constructor(slots: MeterSlots, findings: MeterFindings) {
    this.#slots = slots;
    this.#findings = findings;
  }

  /** Judges by these parameters from now on. */
  setTuning(tuning: RuleTuning): void {
    this.#tuning = tuning;
  }

  /** Takes an interval of a customer's meter that has a place, or whose register ran back. */
  take(meter: WatchedMeter, state: MeterState, interval: EmittedInterval, flow: Flow): void {
    if (!meter.kind.duty.isJudged || meter.meta.purpose !== "customer") return;
    if (meter.sideSlot < 0) this.#slots.seatAside(meter);
    const side = this.#slots.sideOf(meter);
    const context = contextOf(meter, state, this.#tuning);
    if (interval.counts < 0 && !context.hasReverseRegister) noteBackflow(side, -flow.litres, flow.startMs, flow.endMs);
    this.#judge(SIDE_INTERVAL_RULES, meter, state, side, flow, flow, interval.knownAtMs, context);
    if (isSized(meter.meta)) noteSize(side, flow, meter.meta.q3M3h ?? 0, this.#tuning.UNDER);
  }

  /** Takes a good reading of the meter's reverse register. */
  takeReverse(meter: WatchedMeter, state: MeterState, reading: NextReading): void {
    const { reverse } = meter;
    if (reverse === undefined || !meter.kind.duty.isJudged) return;
    const side = this.#slots.sideOf(meter);
    const startMs = side.reverseAtMs || reading.readAtMs;
    const { maxCountsPerHour, litresPerCount } = reverse;
    const scale = litresPerCount ?? 0;
    const mostLitresPerHour = maxCountsPerHour === null ? null : maxCountsPerHour * scale;
    const litres = litresBack(side, { ...reading, litresPerCount: scale, mostLitresPerHour });
    if (litres > 0) noteBackflow(side, litres, startMs, reading.readAtMs);
    const flow = { startMs, endMs: reading.readAtMs, litres, isGood: true };
    const [rule] = SIDE_INTERVAL_RULES;
    if (rule)
      this.#judge([rule], meter, state, side, flow, flow, reading.readAtMs, contextOf(meter, state, this.#tuning));
  }

  /** Takes a local day of a meter that has a place. */
  takeDay(meter: WatchedMeter, state: MeterState, day: DayVolume, hour: Flow, knownAtMs: number): void {
    if (!meter.kind.duty.isJudged || !isSized(meter.meta)) return;
    const side = this.#slots.sideOf(meter);
    countSizeDay(side, day);
    this.#judge(SIDE_DAY_RULES, meter, state, side, day, hour, knownAtMs, contextOf(meter, state, this.#tuning));
    endSizeBlock(side);
  }

  /** What the rules see of a meter; nothing where it has no place. */
  viewsOf(meter: WatchedMeter, state: MeterState): RuleView[] {
    if (meter.sideSlot < 0) return [];
    return sideViewsOf(this.#slots.sideOf(meter), contextOf(meter, state, this.#tuning));
  }

  #judge<Input>(
    rules: readonly SideRule<Input>[],
    meter: WatchedMeter,
    state: MeterState,
    side: SideState,
    input: Input,
    flow: Flow,
    knownAtMs: number,
    context: SideContext,
  ): void {
    for (const rule of rules) {
      if (!rule.appliesTo(meter.meta)) continue;
      const openMs = rule.openMs(side);
      const step = rule.step(side, input, context);
      const proof = () => rule.proof(side, context);
      this.#findings.report(meter, rule, step, openMs || rule.openMs(side), flow, knownAtMs, state, proof);
    }
  }
}

function contextOf(meter: WatchedMeter, state: MeterState, tuning: RuleTuning): SideContext {
  return {
    meter: meter.meta,
    tuning,
    usualLitres: expectedLitres(state),
    hasReverseRegister: meter.reverse !== undefined,
  };
}
