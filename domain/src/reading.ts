import { z } from "zod";
import { ChannelId } from "./ids.ts";
import { Flag, MissingReason } from "./quality.ts";

/** An instant as epoch milliseconds, UTC. */
export const InstantMs = z.int();

/** Register counts: a safe integer, or a bigint where the register is wider than 2^53. */
export const Counts = z.union([z.int(), z.bigint()]);

/**
 * One value of one channel at one instant of the device. A missing reading has no value by type: nothing can turn
 * "no answer" into zero. `value` is counts for registers, the channel's unit for gauges.
 */
export const Reading = z.discriminatedUnion("quality", [
  z.strictObject({
    quality: z.enum(["good", "suspect"]),
    channel: ChannelId,
    readAt: InstantMs,
    value: z.union([z.number(), z.bigint()]),
    flags: z.array(Flag),
  }),
  z.strictObject({ quality: z.literal("missing"), channel: ChannelId, readAt: InstantMs, reason: MissingReason }),
]);
export type Reading = z.infer<typeof Reading>;

/** Whether readings came from the field now or from a file of the past. */
export const Origin = z.enum(["live", "import"]);
export type Origin = z.infer<typeof Origin>;
export const ORIGIN_CODES = { live: 0, import: 1 } as const satisfies Record<Origin, number>;
