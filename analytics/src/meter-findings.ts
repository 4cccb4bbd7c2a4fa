import type { EngineOptions, FindingSink } from "./engine.ts";
import type { Flow, Step } from "./pure/detectors/flow.ts";
import type { Proof } from "./pure/evidence.ts";
import type { FindingSubject } from "./pure/finding.ts";
import type { MeterState } from "./pure/meter-table.ts";
import type { HOUR_RULES } from "./pure/rules.ts";
import { subjectOf, type WatchedMeter } from "./watched-meter.ts";

const DAY_MS = 86_400_000;

/** What a report needs to know of the rule whose step it is. */
export interface RuleSignal {
  readonly code: (typeof HOUR_RULES)[number]["code"];
  readonly direction: "up" | "down";
  readonly bit: number;
}

/** What tells whether a finding is of the past: one bit per rule, the newest imported reading, and the first live one. */
export interface PastMarks {
  pastBits: number;
  readonly lastImportMs: number;
  readonly liveSinceMs: number;
}

/** From the steps of rules to what is told of a meter: its findings, whether they are of the past, and how often they are refreshed. */
export class MeterFindings {
  readonly #options: EngineOptions;
  readonly #sink: FindingSink;

  constructor(options: EngineOptions, sink: FindingSink) {
    this.#options = options;
    this.#sink = sink;
  }

  /** Gives out what a step of a rule means: a finding opened, cleared, confirmed by live readings, or refreshed now and then. */
  report(
    meter: WatchedMeter,
    rule: RuleSignal,
    step: Step,
    startMs: number,
    flow: Flow,
    atMs: number,
    state: MeterState,
    proofOf: () => Proof,
  ): void {
    if (step === "none") return;
    const { meta } = meter;
    this.reportOf(subjectOf(meta), meta.pricePerM3, rule, step, startMs, flow, atMs, state, proofOf);
  }

  /** The same of any subject. */
  reportOf(
    who: FindingSubject,
    pricePerM3: number,
    rule: RuleSignal,
    step: Exclude<Step, "none">,
    startMs: number,
    flow: Flow,
    atMs: number,
    state: PastMarks,
    proofOf: () => Proof,
  ): void {
    const mask = 1 << rule.bit;
    if (step === "open" && state.lastImportMs !== 0 && startMs <= state.lastImportMs) state.pastBits |= mask;
    const isConfirmed = (state.pastBits & mask) !== 0 && isLiveLongEnough(state, flow.endMs);
    if (isConfirmed) state.pastBits &= ~mask;
    const isPast = (state.pastBits & mask) !== 0;
    if (step === "clear") state.pastBits &= ~mask;
    const { refreshMs } = this.#options;
    const isDue = Math.floor(flow.endMs / refreshMs) !== Math.floor(flow.startMs / refreshMs);
    if (step === "hold" && !isConfirmed && !isDue) return;
    this.#sink.emit({
      type: step === "hold" ? "update" : step,
      rule: rule.code,
      direction: rule.direction,
      who,
      pricePerM3,
      startMs,
      atMs,
      isPast,
      proof: step === "clear" ? null : proofOf(),
    });
  }
}

/** Whether a day of live readings stands behind the meter. */
export function isLiveLongEnough(state: Pick<PastMarks, "liveSinceMs">, atMs: number): boolean {
  return state.liveSinceMs !== 0 && atMs - state.liveSinceMs >= DAY_MS;
}
