import type { RuleCode } from "@nightflow/domain";
import { stepBurst } from "./detectors/burst.ts";
import type { DayVolume } from "./detectors/day.ts";
import { stepDuty } from "./detectors/duty.ts";
import type { Flow, Step } from "./detectors/flow.ts";
import { type RunContext, stepContinuous, stepFloor } from "./detectors/flow-run.ts";
import { stepGasRise, stepGasVolume } from "./detectors/gas-volume.ts";
import { stepRun } from "./detectors/run-record.ts";
import { restStill, stepStill } from "./detectors/standstill.ts";
import { stepUnder } from "./detectors/under-registration.ts";
import { stepVolume } from "./detectors/volume-cusum.ts";
import {
  burstProof,
  dutyProof,
  floorProof,
  type Proof,
  runProof,
  stillProof,
  underProof,
  volumeProof,
} from "./evidence.ts";
import { gasRiseProof, gasRunProof, gasVolumeProof } from "./gas-evidence.ts";
import type { MeterState } from "./meter-table.ts";
import type { MeteredChannel } from "./registry.ts";

/** A rule about one meter: when it applies, its open episode, one step, and its proof. */
export interface MeterRule<Input> {
  readonly code: RuleCode;
  readonly direction: "up" | "down";
  /** Bit of the rule in `pastBits`. */
  readonly bit: number;
  appliesTo(meter: MeteredChannel): boolean;
  openMs(state: MeterState, context: RuleContext): number;
  step(state: MeterState, input: Input, context: RuleContext): Step;
  proof(state: MeterState, context: RuleContext, input: Input): Proof;
}

/** What a rule needs besides the state: the registry's word on the meter, its cells, and where in the day the hour lies. */
export interface RuleContext extends RunContext {
  readonly meter: MeteredChannel;
  /** Whether a standstill since then is the meter's own, or one of many at once. */
  readonly isAlone: (stillSinceMs: number) => boolean;
}

/** Bit of USAGE_CHANGE; a meter has it by its account's days or by its own. */
export const USAGE_BIT = 7;

const isCustomer = (meter: MeteredChannel) => meter.purpose === "customer";
const isWater = (meter: MeteredChannel) => isCustomer(meter) && meter.commodity === "water";
const isGas = (meter: MeteredChannel) => isCustomer(meter) && meter.commodity === "gas";
const isSmallGas = (meter: MeteredChannel) => isGas(meter) && !meter.isKeyAccount;
const isSmallWater = (meter: MeteredChannel) => isWater(meter) && !meter.isKeyAccount;

/** Rules that judge every interval of the meter's own period. */
export const INTERVAL_RULES: readonly MeterRule<Flow>[] = [
  {
    code: "BURST",
    direction: "up",
    bit: 0,
    appliesTo: isWater,
    openMs: (state) => state.burstOpenMs,
    step: (state, interval, { meter, tuning }) => stepBurst(state, interval, meter.q3M3h, tuning.BURST),
    proof: (state, { meter, tuning }) => burstProof(state, meter.q3M3h, tuning.BURST),
  },
  {
    code: "BURST",
    direction: "up",
    bit: 0,
    appliesTo: isGas,
    openMs: (state) => state.burstOpenMs,
    step: (state, interval, { meter }) => stepGasRise(state, interval, meter.q3M3h),
    proof: (state, { meter }) => gasRiseProof(state, meter.q3M3h ?? 0),
  },
];

/** Rules that judge whole hours. */
export const HOUR_RULES: readonly MeterRule<Flow>[] = [
  {
    code: "CONT_FLOW",
    direction: "up",
    bit: 1,
    appliesTo: isSmallWater,
    openMs: (_, { runs }) => (runs.isOpen.get(0) === 1 ? runs.startMs.get(0) : 0),
    step: stepContinuous,
    proof: (_, context, hour) => runProof(context, hour),
  },
  {
    code: "GAS_CONT",
    direction: "up",
    bit: 2,
    appliesTo: isSmallGas,
    openMs: (state) => state.floorOpenMs,
    step: (state, hour, { runs, tuning }) => stepRun(state, runs, hour, tuning.GAS_CONT),
    proof: (state, { runs }, hour) => gasRunProof(state, runs, hour),
  },
  {
    code: "FLOOR_RISE",
    direction: "up",
    bit: 3,
    appliesTo: isWater,
    openMs: (state) => state.floorOpenMs,
    step: stepFloor,
    proof: (_, context, hour) => floorProof(context, hour),
  },
];

/** Rules that judge local days. The last one learns the usual volume that the others go by. */
export const DAY_RULES: readonly MeterRule<DayVolume>[] = [
  {
    code: "NO_USE",
    direction: "down",
    bit: 4,
    appliesTo: isWater,
    openMs: (state) => (state.stillIsOpen === 1 ? state.stillStartMs : 0),
    step: (state, day, { meter, tuning, isAlone }) =>
      typeof meter.inactiveSinceMs === "number" ? restStill(state) : stepStill(state, day, tuning.NO_USE, isAlone),
    proof: (state, { tuning }) => stillProof(state, tuning.NO_USE),
  },
  {
    code: "INTERMITTENT",
    direction: "up",
    bit: 5,
    appliesTo: isSmallWater,
    openMs: (state) => (state.dutyIsOpen === 1 ? state.dutyStartMs : 0),
    step: (state, day, { tuning }) => stepDuty(state, day, tuning.INTERMITTENT),
    proof: (state, { tuning }, day) => dutyProof(state, day, tuning.INTERMITTENT),
  },
  {
    code: "UNDER_REG",
    direction: "down",
    bit: 6,
    appliesTo: isSmallWater,
    openMs: (state) => (state.underIsOpen === 1 ? state.underStartMs : 0),
    step: (state, day, { tuning }) => stepUnder(state, day, tuning.UNDER_REG),
    proof: (state, _, day) => underProof(state, day),
  },
  {
    code: "USAGE_CHANGE",
    direction: "up",
    bit: USAGE_BIT,
    appliesTo: isSmallWater,
    openMs: (state) => (state.volumeIsOpen === 1 ? state.volumeStartMs : 0),
    step: (state, day, { tuning }) => stepVolume(state, day, tuning.USAGE_CHANGE),
    proof: (state, _, day) => volumeProof(state, day),
  },
  {
    code: "USAGE_CHANGE",
    direction: "up",
    bit: USAGE_BIT,
    appliesTo: (meter) => isSmallGas(meter) && (meter.weather ?? null) !== null,
    openMs: (state) => (state.volumeIsOpen === 1 ? state.volumeStartMs : 0),
    step: (state, day, { tuning }) => stepGasVolume(state, day, tuning.USAGE_CHANGE),
    proof: (state, _, day) => gasVolumeProof(state, day),
  },
];
