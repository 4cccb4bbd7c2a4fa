import { type Mark, markHolds } from "@nightflow/domain";
import type { BatchMark } from "../ports.ts";
import { BatchStoredError } from "./errors.ts";

/**
 * Refuses a commit of which a batch is stored already. Whoever asks for it did not know, so that what he has sorted out
 * is out of date: of two ingests that are brought the same batch, one stores it and the other hears of it here.
 *
 * @throws {BatchStoredError} naming the first such batch.
 */
export function refuseStored(
  batches: readonly BatchMark[],
  markOf: (agent: string, epoch: string) => Mark | undefined,
): void {
  const stored = batches.find(({ agent, epoch, seq }) => {
    const mark = markOf(agent, epoch);
    return mark !== undefined && markHolds(mark, seq);
  });
  if (stored !== undefined)
    throw new BatchStoredError(`batch ${stored.seq} of ${stored.agent}, epoch ${stored.epoch}, is stored already`);
}
