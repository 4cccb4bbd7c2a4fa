/** What a meter showed at one moment of commissioning, in m³ (or Sm³) and m³/h. */
export interface MeterSample {
  /** Real milliseconds, any beginning. */
  readonly atMs: number;
  readonly totalM3: number | null;
  readonly flowM3h: number | null;
}

/** What is known of the meter beforehand. */
export interface MeterSize {
  /** Permanent flow of the type plate. */
  readonly q3M3h?: number | undefined;
  readonly nominalDiameterMm?: number | undefined;
  /** Whether it is read for gas, which flows faster. */
  readonly isGas?: boolean | undefined;
}

/** One thing that commissioning found. */
export interface Finding {
  readonly code:
    | "no_total"
    | "no_flow"
    | "stands_still"
    | "falls"
    | "flow_is_negative"
    | "direction_differs"
    | "flow_too_large"
    | "unit_differs"
    | "flow_is_zero"
    | "fits";
  readonly severity: "fault" | "doubt" | "good";
  /** In words for the person at the meter, with what to do. */
  readonly text: string;
}

/** Q4 ÷ Q3. @see ISO 4064-1, 4.1 */
const OVERLOAD = 1.25;
/** Faster than any meter measures, m/s. */
const MAX_VELOCITY = { water: 12, gas: 60 };
/** Ratios between a flow and the growth of its total that point to a unit, and what they mean. */
const UNIT_RATIOS: readonly (readonly [number, string])[] = [
  [1000, "the flow is in L/h and not in m3/h, or the total in m3 and not in L"],
  [0.001, "the total is in L and not in m3"],
  [3600, "the flow is per hour and was taken as per second"],
  [1 / 3600, "the flow is in m3/s and not in m3/h"],
  [1 / 3.6, "the flow is in L/s and not in m3/h"],
  [60, "the flow is per hour and was taken as per minute"],
  [1 / 60, "the flow is in m3/min and not in m3/h"],
  [10, "a place of the decimal point differs"],
  [0.1, "a place of the decimal point differs"],
  [100, "two places of the decimal point differ"],
  [0.01, "two places of the decimal point differ"],
];

/** What some samples of one meter say: direction, sign, unit and order of magnitude. The first fault is the worst. */
export function judgeSamples(samples: readonly MeterSample[], size: MeterSize): Finding[] {
  const findings = [...judgeTotal(samples), ...judgeFlow(samples, size), ...judgeTogether(samples)];
  return findings.length > 0 ? findings : [good("fits", "Total, flow and their directions fit together.")];
}

function judgeTotal(samples: readonly MeterSample[]): Finding[] {
  const totals = samples.flatMap(({ totalM3 }) => totalM3 ?? []);
  const [first, last] = [totals[0], totals.at(-1)];
  if (first === undefined || last === undefined)
    return [fault("no_total", "The total could not be read: check address, type and function code.")];
  if (last < first)
    return [fault("falls", "The total falls: it may be the reverse total, or the meter is mounted against the flow.")];
  if (last > first || totals.length < 2) return [];
  const flows = samples.flatMap(({ flowM3h }) => flowM3h ?? []);
  return flows.some((flow) => Math.abs(flow) > 0)
    ? [
        doubt(
          "stands_still",
          "The total stands still although there is flow: wait longer than one count takes, or check the register.",
        ),
      ]
    : [doubt("stands_still", "The total stands still: open a tap, so that its direction shows.")];
}

function judgeFlow(samples: readonly MeterSample[], size: MeterSize): Finding[] {
  const flows = samples.flatMap(({ flowM3h }) => flowM3h ?? []);
  if (flows.length === 0) return [doubt("no_flow", "There is no flow to compare the total with.")];
  const findings: Finding[] = [];
  const largest = Math.max(...flows.map(Math.abs));
  if (largest === 0) findings.push(doubt("flow_is_zero", "The flow is 0: open a tap, so that sign and size show."));
  if (flows.some((flow) => flow < 0))
    findings.push(
      doubt(
        "flow_is_negative",
        "The flow is negative: the meter is mounted against the flow, or the sign is another register.",
      ),
    );
  const most = mostFlowM3h(size);
  if (most !== null && largest > most.flowM3h)
    findings.push(
      fault(
        "flow_too_large",
        `The flow of ${shown(largest)} m3/h is beyond ${shown(most.flowM3h)} m3/h (${most.why}): unit, scale or order of words is wrong.`,
      ),
    );
  return findings;
}

function mostFlowM3h({ q3M3h, nominalDiameterMm, isGas }: MeterSize): { flowM3h: number; why: string } | null {
  if (q3M3h !== undefined) return { flowM3h: q3M3h * OVERLOAD, why: `Q4 = ${OVERLOAD} x Q3` };
  if (nominalDiameterMm === undefined) return null;
  const velocity = MAX_VELOCITY[isGas ? "gas" : "water"];
  const areaM2 = (Math.PI * (nominalDiameterMm / 1000) ** 2) / 4;
  return { flowM3h: velocity * areaM2 * 3600, why: `${velocity} m/s in DN ${nominalDiameterMm}` };
}

function judgeTogether(samples: readonly MeterSample[]): Finding[] {
  const whole = samples.filter(({ totalM3, flowM3h }) => totalM3 !== null && flowM3h !== null);
  const [first, last] = [whole[0], whole.at(-1)];
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return [];
  const grownM3h = (((last.totalM3 ?? 0) - (first.totalM3 ?? 0)) * 3_600_000) / (last.atMs - first.atMs);
  const flowM3h = whole.reduce((total, sample) => total + (sample.flowM3h ?? 0) / whole.length, 0);
  if (grownM3h === 0 || flowM3h === 0) return [];
  if (Math.sign(grownM3h) !== Math.sign(flowM3h))
    return [fault("direction_differs", "Total and flow go in opposite directions: one of them has the wrong sign.")];
  return judgeRatio(flowM3h / grownM3h, grownM3h, flowM3h);
}

/** A total grows in steps, so that a short look sees anything within a third of the flow. */
const STEP_TOLERANCE = 0.35;

function judgeRatio(ratio: number, grownM3h: number, flowM3h: number): Finding[] {
  if (isNear(ratio, 1))
    return [good("fits", `The total grows by ${shown(grownM3h)} m3/h at a flow of ${shown(flowM3h)} m3/h.`)];
  const known = UNIT_RATIOS.find(([expected]) => isNear(ratio, expected));
  const text = `The total grows by ${shown(grownM3h)} m3/h and the flow says ${shown(flowM3h)} m3/h`;
  if (known !== undefined) return [fault("unit_differs", `${text}: it looks as if ${known[1]}.`)];
  return [doubt("unit_differs", `${text}: let it run longer, and then check unit and scale.`)];
}

function isNear(ratio: number, expected: number): boolean {
  return Math.abs(ratio / expected - 1) <= STEP_TOLERANCE;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}

const fault = (code: Finding["code"], text: string): Finding => ({ code, severity: "fault", text });
const doubt = (code: Finding["code"], text: string): Finding => ({ code, severity: "doubt", text });
const good = (code: Finding["code"], text: string): Finding => ({ code, severity: "good", text });
