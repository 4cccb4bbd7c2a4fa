import { ID_PATTERN } from "@nightflow/domain";
import { z } from "zod";
import { HOUR_MS } from "../demand/calendar.ts";

const Id = z.string().regex(ID_PATTERN);
const span = {
  id: Id,
  startMs: z.int().meta({ description: "Instant at which the fault begins, by the device clock.", unit: "ms" }),
  endMs: z
    .int()
    .nullable()
    .meta({ description: "Instant at which it ends; null when only a repair ends it.", unit: "ms" }),
};
const FlowM3h = z
  .number()
  .positive()
  .meta({ description: "Flow of the fault; for gas at base conditions.", unit: "m3/h" });

/**
 * One fault of the town. A customer's fault runs through his meter and so through his district's inlet; a network
 * leak through the inlet alone; a silent unit measures on but does not answer; a pump that trips lowers the pressure.
 */
export const Fault = z
  .discriminatedUnion("kind", [
    z.strictObject({
      ...span,
      kind: z.enum(["toilet", "burst", "gas_leak", "extra_use"]),
      meter: Id,
      flowM3h: FlowM3h,
    }),
    z.strictObject({
      ...span,
      kind: z.literal("growing_leak"),
      meter: Id,
      flowM3h: FlowM3h,
      rampMs: z
        .int()
        .positive()
        .meta({ description: "Time in which the leak grows from nothing to its flow.", unit: "ms" }),
    }),
    z.strictObject({ ...span, kind: z.literal("network_leak"), dma: Id, flowM3h: FlowM3h }),
    z.strictObject({ ...span, kind: z.literal("silent_unit"), meter: Id }),
    z.strictObject({
      ...span,
      kind: z.literal("pump_trip"),
      dma: Id,
      headM: z.number().min(0).meta({ description: "Head that is left before the district's valve.", unit: "m" }),
    }),
  ])
  .refine((fault) => fault.endMs === null || fault.endMs >= fault.startMs, {
    path: ["endMs"],
    message: "a fault cannot end before it starts",
  });
export type Fault = z.infer<typeof Fault>;

/** The faults of a town, in any order, no id twice. */
export const FaultPlan = z.array(Fault).superRefine((faults, context) => {
  const ids = faults.map((fault) => fault.id);
  for (const id of new Set(ids.filter((known, i) => ids.indexOf(known) !== i)))
    context.addIssue({ code: "custom", message: `fault ${id} is planned twice` });
});
export type FaultPlan = z.infer<typeof FaultPlan>;

/** Whether the fault is at work at an instant. */
export function isActive(fault: Fault, atMs: number): boolean {
  return atMs >= fault.startMs && (fault.endMs === null || atMs < fault.endMs);
}

/** Flow that the fault adds at an instant, m³/h (gas: Sm³/h). */
export function faultFlowM3h(fault: Fault, atMs: number): number {
  if (!("flowM3h" in fault) || !isActive(fault, atMs)) return 0;
  if (fault.kind !== "growing_leak") return fault.flowM3h;
  return fault.flowM3h * Math.min(1, (atMs - fault.startMs) / fault.rampMs);
}

/**
 * Volume that the fault has let through until an instant, m³ (gas: Sm³). Never falls, also when the end is moved
 * forward to now, because only what has passed counts.
 */
export function faultVolumeM3(fault: Fault, atMs: number): number {
  if (!("flowM3h" in fault)) return 0;
  const elapsedMs = Math.max(0, Math.min(atMs, fault.endMs ?? atMs) - fault.startMs);
  return (fault.flowM3h * effectiveMs(fault, elapsedMs)) / HOUR_MS;
}

/** Time at full flow that gives the same volume. */
function effectiveMs(fault: Fault, elapsedMs: number): number {
  if (fault.kind !== "growing_leak") return elapsedMs;
  if (elapsedMs >= fault.rampMs) return elapsedMs - fault.rampMs / 2;
  return elapsedMs ** 2 / (2 * fault.rampMs);
}
