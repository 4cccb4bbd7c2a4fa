import type { ChannelMatch, QuarantineRow } from "../../../api/operations-queries.ts";

export type Quantity = ChannelMatch["quantity"];
export type Unit = ChannelMatch["unit"];

/** Quantities that a channel may have, registers first. */
export const QUANTITIES = [
  ...(["forward_total", "reverse_total", "net_total", "vb_total", "vm_total"] as const),
  ...(["flow", "pressure", "temperature", "battery", "valve", "alarm_word"] as const),
] satisfies readonly Quantity[];

const REGISTERS: ReadonlySet<Quantity> = new Set([
  "forward_total",
  "reverse_total",
  "net_total",
  "vb_total",
  "vm_total",
]);

/** Whether a quantity is a cumulative register, which counts in steps of its resolution. */
export function isRegister(quantity: Quantity): boolean {
  return REGISTERS.has(quantity);
}

/** Units that make sense for a quantity, the usual one first. */
export const UNITS_OF: Readonly<Record<Quantity, readonly [Unit, ...Unit[]]>> = {
  forward_total: ["m3", "L"],
  reverse_total: ["m3", "L"],
  net_total: ["m3", "L"],
  vb_total: ["Sm3"],
  vm_total: ["m3"],
  flow: ["m3/h", "L/h", "Sm3/h", "m3/s"],
  pressure: ["kPa", "bar"],
  temperature: ["Cel"],
  battery: ["V", "%"],
  valve: ["%", "1"],
  alarm_word: ["1"],
};

/** What a new channel most likely is; a person looks at it and changes what is wrong. */
export interface Guess {
  readonly meterId: string;
  readonly commodity: "water" | "gas";
  readonly periodS: number;
  readonly quantity: Quantity;
  readonly unit: Unit;
  readonly resolution: number;
}

const PERIODS_S = [60, 300, 600, 900, 1800, 3600, 86_400] as const;
const USUAL_PERIOD_S = 3600;
const USUAL_RESOLUTION = 0.001;
const HINTS: readonly (readonly [pattern: RegExp, quantity: Quantity])[] = [
  [/rev(erse)?/, "reverse_total"],
  [/\bnet/, "net_total"],
  [/\bvb|base|sm3/, "vb_total"],
  [/\bvm/, "vm_total"],
  [/flow|rate|q_?inst|m3_?h/, "flow"],
  [/press|kpa|bar/, "pressure"],
  [/temp/, "temperature"],
  [/batt|volt/, "battery"],
  [/valve/, "valve"],
  [/alarm|status/, "alarm_word"],
];

/** Guesses from the name, from what the agent says of the channel, and from the times of what came. */
export function guessChannel({
  channel,
  announced,
  samples,
}: Pick<QuarantineRow, "channel" | "announced" | "samples">): Guess {
  const quantity = announced?.quantity ?? quantityOf(channel);
  const unit = announced?.unit ?? UNITS_OF[quantity][0];
  const isGas = unit === "Sm3" || unit === "Sm3/h" || quantity === "vm_total";
  return {
    meterId: meterOf(channel),
    commodity: isGas ? "gas" : "water",
    periodS: periodOf(samples),
    quantity,
    unit,
    resolution: announced?.resolution ?? USUAL_RESOLUTION,
  };
}

function meterOf(channel: string): string {
  const dot = channel.lastIndexOf(".");
  return dot > 0 ? channel.slice(0, dot) : channel;
}

function quantityOf(channel: string): Quantity {
  const name = channel.slice(channel.lastIndexOf(".") + 1).toLowerCase();
  return (
    QUANTITIES.find((quantity) => quantity === name) ?? HINTS.find(([hint]) => hint.test(name))?.[1] ?? "forward_total"
  );
}

/** The usual period next to the median distance of the samples' times. */
function periodOf(samples: readonly string[]): number {
  const times = samples.flatMap((sample) => timeOf(sample) ?? []).toSorted((a, b) => a - b);
  const gaps = times.slice(1).map((time, at) => (time - (times[at] ?? 0)) / 1000);
  const median = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)];
  if (median === undefined || median <= 0) return USUAL_PERIOD_S;
  return PERIODS_S.reduce((best, period) => (Math.abs(period - median) < Math.abs(best - median) ? period : best));
}

/** Time of a sample, epoch ms; undefined when it tells none. */
export function timeOf(sample: string): number | undefined {
  const json = jsonOf(sample);
  const time = Array.isArray(json) ? (json as unknown[])[1] : (json as { timeMs?: unknown } | null | undefined)?.timeMs;
  return typeof time === "number" && Number.isFinite(time) ? time : undefined;
}

/** Whether what came is of a device: its numbers are in its own unit, not in counts. */
export function isOfDevice(agents: readonly string[]): boolean {
  return agents.some((agent) => agent.startsWith("dev/") || agent.startsWith("spb/"));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
