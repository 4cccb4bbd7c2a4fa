import type { RuleCode } from "@nightflow/domain";
import type { DayVolume } from "./detectors/day.ts";
import type { Flow, Step } from "./detectors/flow.ts";
import { stepIdle } from "./detectors/idle-use.ts";
import { isSized, stepTooLarge, stepTooSmall } from "./detectors/meter-size.ts";
import { stepReverse } from "./detectors/reverse-flow.ts";
import type { Proof } from "./evidence.ts";
import type { MeteredChannel } from "./registry.ts";
import { idleProof, reverseProof, tooLargeProof, tooSmallProof } from "./side-evidence.ts";
import type { SideState } from "./side-table.ts";
import type { RuleTuning } from "./tuning.ts";

/** What the rules of the side table need besides the state. */
export interface SideContext {
  readonly meter: MeteredChannel;
  readonly tuning: RuleTuning;
  /** Litres that its own past makes one expect of a day; 0 while it has none. */
  readonly usualLitres: number;
  readonly hasReverseRegister: boolean;
}

/** A rule about what the side table holds. */
export interface SideRule<Input> {
  readonly code: RuleCode;
  readonly direction: "up" | "down";
  /** Bit of the rule in `pastBits`. */
  readonly bit: number;
  appliesTo(meter: MeteredChannel): boolean;
  openMs(state: SideState): number;
  step(state: SideState, input: Input, context: SideContext): Step;
  proof(state: SideState, context: SideContext): Proof;
}

const isSizedWater = (meter: MeteredChannel) => meter.commodity === "water" && isSized(meter);

/** Rules of every interval, and of every reading of a reverse register. */
export const SIDE_INTERVAL_RULES: readonly SideRule<Flow>[] = [
  {
    code: "REVERSE",
    direction: "down",
    bit: 15,
    appliesTo: () => true,
    openMs: (state) => (state.backIsOpen === 1 ? state.backSinceMs : 0),
    step: (state, { endMs }, { meter, tuning, usualLitres, hasReverseRegister }) =>
      stepReverse(state, endMs, usualLitres, !hasReverseRegister && meter.quantity !== "net_total", tuning.REVERSE),
    proof: reverseProof,
  },
  {
    code: "USE_INACTIVE",
    direction: "up",
    bit: 14,
    appliesTo: () => true,
    openMs: (state) => (state.idleIsOpen === 1 ? state.idleSinceMs : 0),
    step: (state, interval, { meter, tuning }) =>
      stepIdle(state, interval, meter.inactiveSinceMs ?? null, tuning.USE_INACTIVE),
    proof: idleProof,
  },
];

/** Rules of a local day. */
export const SIDE_DAY_RULES: readonly SideRule<DayVolume>[] = [
  {
    code: "OVER",
    direction: "up",
    bit: 13,
    appliesTo: isSizedWater,
    openMs: (state) => state.overOpenMs,
    step: (state, day, { tuning }) => stepTooSmall(state, day, tuning.OVER),
    proof: tooSmallProof,
  },
  {
    code: "UNDER",
    direction: "down",
    bit: 12,
    appliesTo: isSizedWater,
    openMs: (state) => state.underOpenMs,
    step: (state, _, { meter, tuning }) => stepTooLarge(state, meter, tuning.UNDER),
    proof: tooLargeProof,
  },
];
