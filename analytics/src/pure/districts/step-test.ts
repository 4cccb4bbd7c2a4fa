/** A sub-zone that was closed. Instants in ms. */
export interface ValveStep {
  readonly id: string;
  readonly subZone: string;
  readonly closedAtMs: number;
  /** When it was opened again; null while it is closed, or not known. */
  readonly openedAtMs: number | null;
}

/** What the inflow did when a sub-zone was closed. Flows in m³/h. */
export interface StepDrop {
  readonly id: string;
  readonly beforeM3h: number | null;
  readonly afterM3h: number | null;
  /** Negative where the inflow rose. */
  readonly dropM3h: number | null;
  /** Half the width of the 95 % interval of the drop; null with fewer than two intervals on a side. */
  readonly uncertaintyM3h: number | null;
  /** Intervals it is worked out from: before, after. */
  readonly intervals: readonly [number, number];
  /** True where the drop is larger than its uncertainty. */
  readonly isClear: boolean;
}

/** The inflow as flows on a grid; NaN where nothing was measured. */
export interface InflowGrid {
  readonly fromMs: number;
  readonly stepMs: number;
  readonly flowsM3h: ArrayLike<number>;
}

/** The longest stretch of inflow on either side of a closing. */
const WINDOW_MS = 2 * 3_600_000;

/**
 * The drop of the inflow at each closing of a step test, the largest first: mean of the intervals before (back to the
 * valve before) less mean of those after (up to the next valve), at most two hours on a side. The interval in which the
 * valve turns counts on neither. Uncertainty by Welch's two means, with a normal quantile.
 *
 * Null case: a step with no measured interval on a side has no drop and comes last.
 *
 * @see Farley, "Leakage management and control", WHO 2001, step testing
 */
export function stepDrops(inflow: InflowGrid, steps: readonly ValveStep[]): StepDrop[] {
  const turns = steps.flatMap((step) => [step.closedAtMs, ...(step.openedAtMs === null ? [] : [step.openedAtMs])]);
  const drops = steps.map((step) => dropOf(inflow, step, turns));
  return drops.sort((a, b) => (b.dropM3h ?? Number.NEGATIVE_INFINITY) - (a.dropM3h ?? Number.NEGATIVE_INFINITY));
}

function dropOf(inflow: InflowGrid, { id, closedAtMs }: ValveStep, turns: readonly number[]): StepDrop {
  const last = Math.max(closedAtMs - WINDOW_MS, ...turns.filter((at) => at < closedAtMs));
  const next = Math.min(closedAtMs + WINDOW_MS, ...turns.filter((at) => at > closedAtMs));
  const before = momentsOf(flowsIn(inflow, last, closedAtMs));
  const after = momentsOf(flowsIn(inflow, closedAtMs, next));
  const intervals = [before.count, after.count] as const;
  if (before.count === 0 || after.count === 0)
    return { id, beforeM3h: null, afterM3h: null, dropM3h: null, uncertaintyM3h: null, intervals, isClear: false };
  const dropM3h = before.mean - after.mean;
  const hasSpread = before.count > 1 && after.count > 1;
  const uncertaintyM3h = hasSpread ? 1.96 * Math.sqrt(errorOf(before) + errorOf(after)) : null;
  const isClear = uncertaintyM3h !== null && dropM3h > uncertaintyM3h;
  return { id, beforeM3h: before.mean, afterM3h: after.mean, dropM3h, uncertaintyM3h, intervals, isClear };
}

/** The measured flows of intervals that lie wholly in [fromMs, toMs]. */
function flowsIn({ fromMs: gridFromMs, stepMs, flowsM3h }: InflowGrid, fromMs: number, toMs: number): number[] {
  const first = Math.max(0, Math.ceil((fromMs - gridFromMs) / stepMs));
  const end = Math.min(flowsM3h.length, Math.floor((toMs - gridFromMs) / stepMs));
  const flows: number[] = [];
  for (let at = first; at < end; at++) {
    const flow = flowsM3h[at] ?? Number.NaN;
    if (!Number.isNaN(flow)) flows.push(flow);
  }
  return flows;
}

interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
}

function momentsOf(flows: readonly number[]): Moments {
  const count = flows.length;
  if (count === 0) return { count, mean: 0, variance: 0 };
  const mean = flows.reduce((sum, flow) => sum + flow, 0) / count;
  const variance = count < 2 ? 0 : flows.reduce((sum, flow) => sum + (flow - mean) ** 2, 0) / (count - 1);
  return { count, mean, variance };
}

function errorOf({ variance, count }: Moments): number {
  return variance / count;
}
