import type { Epoch, Origin, WireReading } from "@nightflow/domain";
import { z } from "zod";

/** How much an outbox may hold, how long it groups writes, and what gives way when it is full. */
export const OutboxLimits = z.strictObject({
  maxBytes: z
    .int()
    .min(65_536)
    .default(268_435_456)
    .meta({ description: "Most that the outbox takes on disk.", unit: "bytes" }),
  maxAgeDays: z.number().min(0.01).max(3650).default(90).meta({
    description: "Under dropOldest, readings that wait longer than this are given up. Under stop nothing is.",
    unit: "days",
  }),
  policy: z.enum(["dropOldest", "stop"]).default("dropOldest").meta({
    description: "When full: give up the oldest readings, or take no new ones. Both are counted.",
  }),
  flushMs: z
    .int()
    .min(10)
    .max(60_000)
    .default(1000)
    .meta({ description: "Longest wait before readings are written and synced.", unit: "ms" }),
  // 4,000 of the longest readings stay below the 1 MiB that a broker takes in one packet.
  maxBatch: z.int().min(1).max(4000).default(500).meta({ description: "Most readings in one batch." }),
});
export type OutboxLimits = z.infer<typeof OutboxLimits>;

/** How full an outbox is and what it has lost. */
export interface OutboxFill {
  readonly records: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly oldestReadAt: number | null;
  /** Readings given up under the policy, ever. */
  readonly dropped: number;
  /** Readings made durable, ever, across restarts and epochs. */
  readonly taken: number;
  /** Fill level is at 80 % or above. */
  readonly alarm: boolean;
  /** What gives way when it is full. */
  readonly policy: OutboxLimits["policy"];
  /** Hours until it is full, were nothing taken over any more, at the present rate; null while nothing comes in. */
  readonly holdsH: number | null;
  /** Stretches of its files that could not be read at start. */
  readonly damagedStretches: number;
}

/** A batch out of the outbox, ready to be put on the wire. */
export interface TakenBatch {
  readonly epoch: Epoch;
  readonly seq: number;
  readonly origin: Origin;
  readonly readings: readonly WireReading[];
  /** The same as JSON text, where it is there already. */
  readonly readingsText?: string;
}
