import { Epoch, Origin } from "@nightflow/domain";
import { z } from "zod";

/** First frame of every segment. `firstSeq` keeps the count across restarts, even when nothing is held. */
export const SegmentHeader = z.strictObject({
  format: z.literal("nightflow-outbox"),
  version: z.literal(1),
  epoch: Epoch,
  firstSeq: z.int().min(1),
  dropped: z.int().min(0).meta({ description: "Readings given up before this segment was begun." }),
  taken: z.int().min(0).meta({ description: "Readings taken before this segment was begun." }),
});
export type SegmentHeader = z.infer<typeof SegmentHeader>;

/** A batch as it lies on disk: the wire's batch, without the moment of sending. */
export const StoredBatch = z.strictObject({
  epoch: Epoch,
  seq: z.int().min(1),
  origin: Origin,
  oldestReadAt: z.int(),
  readings: z.array(z.unknown()),
});
export type StoredBatch = z.infer<typeof StoredBatch>;

/**
 * Seqs whose readings were given up. They are still sent, as empty batches: a hole that never closes would stop the
 * head-end from taking what lies behind it.
 */
export const HollowRange = z.strictObject({ epoch: Epoch, fromSeq: z.int().min(1), toSeq: z.int().min(1) });
export type HollowRange = z.infer<typeof HollowRange>;
