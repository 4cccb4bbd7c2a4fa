import { z } from "zod";
import { ChannelId } from "./ids.ts";
import { isRegister, Quantity, Unit } from "./units.ts";

/**
 * Report by exception: a value is sent when it is further than the deadband from the last one that was *sent*, when its
 * quality changes, and at the latest after the heartbeat. What is sent has its own time and quality; nothing is repeated.
 */
export const Reporting = z.strictObject({
  deadband: z
    .number()
    .min(0)
    .default(0)
    .meta({ description: "Change that is worth a reading, in the channel's unit; 0: any change." }),
  deadbandPercent: z
    .number()
    .min(0)
    .max(100)
    .default(0)
    .meta({ description: "The same as a share of the value last sent; the greater of the two holds.", unit: "%" }),
  heartbeatS: z.int().min(1).max(86_400).default(900).meta({
    description: "Longest pause between two readings of a live meter: the period that the platform expects.",
    unit: "s",
  }),
});
export type Reporting = z.infer<typeof Reporting>;

/**
 * What an agent announces of a channel. A register travels as integer counts of `resolution` (in `unit`); a changed
 * resolution is a new channel. Gauges have no resolution.
 */
export const ChannelDescription = z
  .strictObject({
    id: ChannelId,
    quantity: Quantity,
    unit: Unit,
    resolution: z
      .number()
      .positive()
      .optional()
      .meta({ description: "Size of one count, in the channel's unit. Registers only." }),
    reporting: Reporting.optional().meta({ description: "Which readings are sent; without it all of them." }),
  })
  .superRefine((channel, context) => {
    if (isRegister(channel.quantity) && channel.resolution === undefined)
      context.addIssue({
        code: "custom",
        path: ["resolution"],
        message: `${channel.id} is a register and needs a resolution: give the size of one count, such as 0.001`,
      });
    if (!isRegister(channel.quantity) && channel.resolution !== undefined)
      context.addIssue({
        code: "custom",
        path: ["resolution"],
        message: `${channel.id} is a gauge and has no resolution: leave it out`,
      });
  });
export type ChannelDescription = z.infer<typeof ChannelDescription>;

/** The usual id of a meter's channel: `M-0001` and `forward_total` give `M-0001.forward_total`. */
export function channelIdOf(meterId: string, quantity: Quantity): string {
  return `${meterId}.${quantity}`;
}
