/**
 * What of one agent's epoch has been stored: the highest contiguous seq, and a bounded set above it
 * (replicas on a shared subscription see batches out of order).
 */
export interface Mark {
  readonly seq: number;
  readonly above: readonly number[];
}

/** Nothing stored yet. */
export const EMPTY_MARK: Mark = { seq: 0, above: [] };

/** Seqs kept above the contiguous one; a batch further ahead is not taken until the hole closes. */
export const MAX_ABOVE = 1024;

/** Whether the mark already holds `seq`: then the batch is a repeat, acknowledged and not stored. */
export function markHolds(mark: Mark, seq: number): boolean {
  return seq <= mark.seq || mark.above.includes(seq);
}

/** The mark after `seq` has been stored too. */
export function markWith(mark: Mark, seq: number): Mark {
  if (mark.above.length === 0 && seq === mark.seq + 1) return { seq, above: mark.above };
  if (markHolds(mark, seq)) return mark;
  const above = new Set(mark.above).add(seq);
  let contiguous = mark.seq;
  while (above.delete(contiguous + 1)) contiguous++;
  return { seq: contiguous, above: [...above].sort((a, b) => a - b) };
}
