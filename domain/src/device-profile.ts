import { z } from "zod";
import { parseDecimal } from "./decimal.ts";
import { ChannelId } from "./ids.ts";
import { Unit } from "./units.ts";

const DecimalText = z
  .string()
  .max(60)
  .refine((text) => parseDecimal(text) !== undefined, "is not a decimal number such as 0.001");

/** Longest name of a field of a device; a Sparkplug metric is a field too. */
export const MAX_FIELD_LENGTH = 200;

/** How one field of a device feeds a channel. */
export const DeviceField = z.strictObject({
  channel: ChannelId.meta({ description: "The channel that the field feeds." }),
  unit: Unit.optional().meta({ description: "Unit of what is sent without one; default the channel's." }),
  scale: DecimalText.refine((text) => parseDecimal(text)?.numerator !== 0n, "must not be 0")
    .default("1")
    .meta({ description: "Value × scale is in the unit. A pulse of 10 L is `10` with the unit L." }),
  rounding: z.enum(["exact", "nearest"]).default("exact").meta({
    description:
      "What to do with a register value between two counts of the channel: set it aside, or take the nearest count.",
  }),
  missing: z
    .array(DecimalText)
    .max(20)
    .default([])
    .meta({ description: "Values by which the device says that it has none, before scaling." }),
});
export type DeviceField = z.infer<typeof DeviceField>;

/** How a device that is not a Nightflow agent maps to channels. */
export const DeviceProfile = z.strictObject({
  v: z.literal(1),
  fields: z.record(z.string().min(1).max(MAX_FIELD_LENGTH), DeviceField).default({}),
  ignore: z
    .array(z.string().min(1).max(MAX_FIELD_LENGTH))
    .max(1000)
    .default([])
    .meta({ description: "Fields that are no readings: neither stored nor set aside. A * at the end stands for any." }),
  arrivalTime: z.boolean().default(false).meta({
    description: "A reading without a time gets the time at which it came, and the flag `clock_shift`.",
  }),
});
export type DeviceProfile = z.infer<typeof DeviceProfile>;

/** The profile of a device that has none: every field is a channel of its own, to be approved. */
export const NO_PROFILE: DeviceProfile = DeviceProfile.parse({ v: 1 });

/** Whether the profile says that a field is no reading. */
export function isIgnored({ ignore }: DeviceProfile, field: string): boolean {
  return ignore.some((name) => (name.endsWith("*") ? field.startsWith(name.slice(0, -1)) : name === field));
}
