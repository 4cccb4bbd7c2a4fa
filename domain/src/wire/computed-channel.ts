import { z } from "zod";
import { ChannelId } from "../ids.ts";
import { Period } from "./buses/period.ts";
import { Id } from "./text.ts";

const AlignS = z.int().min(1).max(3600).optional().meta({
  description:
    "Furthest that a reading may lie from the boundary that it stands for; else a tenth of the period, at least 60 s.",
  unit: "s",
});

/** A virtual meter: A + B − C of registers or gauges, at the boundaries of the period's UTC grid. */
export const SumChannel = z.strictObject({
  kind: z.literal("sum"),
  channel: ChannelId.meta({ description: "The channel that the sum feeds." }),
  meter: Id,
  periodS: Period,
  alignS: AlignS,
  terms: z
    .array(
      z.strictObject({
        channel: ChannelId,
        factor: z
          .number()
          .refine((factor) => factor !== 0, "must not be 0")
          .default(1)
          .meta({ description: "1 adds, -1 takes away." }),
      }),
    )
    .min(1)
    .max(100),
});
export type SumChannel = z.infer<typeof SumChannel>;

const SensorInput = {
  /** Used while the sensor has no value; the total is then suspect. */
  fallback: z.number().optional().meta({
    description: "Taken while the sensor says nothing, and the result is suspect. Without one the result is missing.",
  }),
};

/**
 * Gas at base conditions from a meter that counts at flowing conditions:
 * Vb = Σ ΔVm × (P ÷ Pb) × (Tb ÷ T) × (Zb ÷ Z), absolute pressure, kelvin. The total goes on across restarts.
 *
 * @see EN 12405-1, section 3; DOMAIN 5.2
 */
export const BaseVolumeChannel = z
  .strictObject({
    kind: z.literal("baseVolume"),
    channel: ChannelId.meta({ description: "The vb_total channel that it feeds." }),
    meter: Id,
    periodS: Period,
    alignS: AlignS,
    volume: ChannelId.meta({ description: "The vm_total channel, at flowing conditions." }),
    pressure: z.strictObject({
      channel: ChannelId.optional(),
      ...SensorInput,
      isGauge: z.boolean().default(false).meta({ description: "True: pressure above the air's, not absolute." }),
      atmosphericKPa: z.number().min(50).max(110).default(101.325).meta({
        description: "Air pressure at the site, added to a gauge pressure.",
        unit: "kPa",
      }),
    }),
    temperature: z.strictObject({ channel: ChannelId.optional(), ...SensorInput }),
    base: z
      .strictObject({
        pressureKPa: z.number().min(50).max(200).default(101.325).meta({ unit: "kPa" }),
        temperatureC: z.number().min(-20).max(40).default(20).meta({ unit: "°C" }),
      })
      .prefault({})
      .meta({ description: "Base conditions; 20 °C and 101.325 kPa in Chinese gas trade." }),
    compressibilityRatio: z.number().min(0.5).max(2).default(1).meta({
      description: "Zb ÷ Z, a fixed value from the contract or from the gas analysis.",
    }),
    startCounts: z.int().min(0).default(0).meta({ description: "Counts that the total starts from, once." }),
  })
  .superRefine((channel, context) => {
    for (const name of ["pressure", "temperature"] as const)
      if (channel[name].channel === undefined && channel[name].fallback === undefined)
        context.addIssue({ code: "custom", path: [name], message: "needs a channel, a fallback, or both" });
  });
export type BaseVolumeChannel = z.infer<typeof BaseVolumeChannel>;

/** A channel that the agent computes from what its buses read. */
export const ComputedChannel = z.discriminatedUnion("kind", [SumChannel, BaseVolumeChannel]);
export type ComputedChannel = z.infer<typeof ComputedChannel>;

/** The channels that a computed one is made from. */
export function inputsOf(computed: ComputedChannel): string[] {
  if (computed.kind === "sum") return computed.terms.map(({ channel }) => channel);
  return [computed.volume, computed.pressure.channel, computed.temperature.channel].flatMap((id) => id ?? []);
}
