import type { RuleCode } from "@nightflow/domain";
import { stepBurst } from "./detectors/burst.ts";
import { stepFloor } from "./detectors/floor-record.ts";
import type { Flow, Step } from "./detectors/flow.ts";
import { GAS_RUN, stepRun, WATER_RUN } from "./detectors/run-record.ts";
import { type DayVolume, stepCusum } from "./detectors/volume-cusum.ts";
import { stepZero } from "./detectors/zero-run.ts";
import { burstProof, cusumProof, floorProof, type Proof, runProof, zeroProof } from "./evidence.ts";
import type { MeterState } from "./meter-table.ts";
import type { MeteredChannel } from "./registry.ts";

/** A rule about one meter: when it applies, its open episode, one step, and its proof. */
export interface MeterRule<Input> {
  readonly code: RuleCode;
  readonly direction: "up" | "down";
  /** Bit of the rule in `pastBits`. */
  readonly bit: number;
  appliesTo(meter: MeteredChannel): boolean;
  openMs(state: MeterState): number;
  step(state: MeterState, input: Input, context: RuleContext): Step;
  proof(state: MeterState, meter: MeteredChannel): Proof;
}

export interface RuleContext {
  readonly meter: MeteredChannel;
  readonly floorRing: { get(index: number): number; set(index: number, litres: number): void };
}

const isCustomer = (meter: MeteredChannel) => meter.purpose === "customer";
const isWater = (meter: MeteredChannel) => isCustomer(meter) && meter.commodity === "water";
const isSmallWater = (meter: MeteredChannel) => isWater(meter) && !meter.isKeyAccount;

/** Rules that judge every interval of the meter's own period. */
export const INTERVAL_RULES: readonly MeterRule<Flow>[] = [
  {
    code: "BURST",
    direction: "up",
    bit: 0,
    appliesTo: isWater,
    openMs: (state) => state.burstOpenMs,
    step: (state, interval, { meter }) => stepBurst(state, interval, meter.q3M3h),
    proof: (state, meter) => burstProof(state, meter.q3M3h),
  },
];

/** Rules that judge whole hours. */
export const HOUR_RULES: readonly MeterRule<Flow>[] = [
  {
    code: "CONT_FLOW",
    direction: "up",
    bit: 1,
    appliesTo: isSmallWater,
    openMs: (state) => state.runOpenMs,
    step: (state, hour) => stepRun(state, hour, WATER_RUN),
    proof: (state) => runProof(state),
  },
  {
    code: "GAS_CONT",
    direction: "up",
    bit: 2,
    appliesTo: (meter) => isCustomer(meter) && meter.commodity === "gas" && !meter.isKeyAccount,
    openMs: (state) => state.runOpenMs,
    step: (state, hour) => stepRun(state, hour, GAS_RUN),
    proof: (state) => runProof(state),
  },
  {
    code: "FLOOR_RISE",
    direction: "up",
    bit: 3,
    appliesTo: isWater,
    openMs: (state) => state.floorOpenMs,
    step: (state, hour, { floorRing }) => stepFloor(state, floorRing, hour),
    proof: (state) => floorProof(state),
  },
  {
    code: "NO_USE",
    direction: "down",
    bit: 4,
    appliesTo: isWater,
    openMs: (state) => state.zeroOpenMs,
    step: (state, hour) => stepZero(state, hour),
    proof: (state) => zeroProof(state, state),
  },
];

/** The two directions of the volume CUSUM; one step moves both, so they share it. */
export const DAY_RULES: readonly Omit<MeterRule<DayVolume>, "step">[] = [
  {
    code: "INTERMITTENT",
    direction: "up",
    bit: 5,
    appliesTo: isSmallWater,
    openMs: (state) => state.cusumUpOpenMs,
    proof: (state) => cusumProof(state, "up"),
  },
  {
    code: "UNDER_REG",
    direction: "down",
    bit: 6,
    appliesTo: isSmallWater,
    openMs: (state) => state.cusumDownOpenMs,
    proof: (state) => cusumProof(state, "down"),
  },
];

/** Steps both directions of the volume CUSUM, in the order of DAY_RULES. */
export function stepDayRules(state: MeterState, day: DayVolume): readonly Step[] {
  const { up, down } = stepCusum(state, day);
  return [up, down];
}
