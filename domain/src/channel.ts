import { z } from "zod";
import { ChannelId } from "./ids.ts";
import { isRegister, Quantity, Unit } from "./units.ts";

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
  })
  .superRefine((channel, context) => {
    if (isRegister(channel.quantity) && channel.resolution === undefined)
      context.addIssue({
        code: "custom",
        path: ["resolution"],
        message: `${channel.id} is a register and needs a resolution`,
      });
    if (!isRegister(channel.quantity) && channel.resolution !== undefined)
      context.addIssue({
        code: "custom",
        path: ["resolution"],
        message: `${channel.id} is a gauge and has no resolution`,
      });
  });
export type ChannelDescription = z.infer<typeof ChannelDescription>;

/** The usual id of a meter's channel: `M-0001` and `forward_total` give `M-0001.forward_total`. */
export function channelIdOf(meterId: string, quantity: Quantity): string {
  return `${meterId}.${quantity}`;
}
