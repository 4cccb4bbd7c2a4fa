import type { EmittedInterval } from "../intervals.ts";
import { DEFAULT_VEE_LIMITS, type VeeLimits } from "./limits.ts";
import { note, type VeeNote } from "./note.ts";

const DAY_MS = 86_400_000;

type Row = Readonly<EmittedInterval>;

/**
 * Consecutive-interval jump: a good interval more than 1,000 % above the good one before it, by at least a tenth of what Q4 lets
 * through, and further than this register ever jumped before. Homes jump from nothing to a shower every morning: hence the two
 * additions to the plain ratio; a count stands for an interval before without any.
 *
 * Null case: no Q4; nothing good in the day before; the first seven days of the history teach how far it jumps.
 *
 * @see LEAKS 4, consecutive-interval jump (Itron Demand Tolerance)
 */
export function checkJumps(
  rows: readonly Row[],
  mostCounts: number | null,
  limits: VeeLimits = DEFAULT_VEE_LIMITS,
): VeeNote[] {
  if (mostCounts === null) return [];
  const notes: VeeNote[] = [];
  let [before, highest]: [Row | undefined, number] = [undefined, limits.jumpQ4Share * mostCounts];
  const judgedFromMs = (rows[0]?.startMs ?? 0) + limits.jumpLearnMs;
  for (const row of rows) {
    if (row.quality !== 0) continue;
    const jump = before === undefined || row.startMs - before.endMs > DAY_MS ? 0 : row.counts - before.counts;
    const ratio = jump / Math.max(1, before?.counts ?? 0);
    if (jump > highest && ratio > limits.jumpRatio && row.startMs >= judgedFromMs)
      notes.push(jumpNote(row, before?.counts ?? 0, ratio));
    highest = Math.max(highest, jump);
    before = row;
  }
  return notes;
}

function jumpNote(row: Row, beforeCounts: number, ratio: number): VeeNote {
  return note(
    "jump",
    "warn",
    "spike",
    [row.startMs, row.endMs],
    { counts: row.counts, beforeCounts, ratio },
    {
      zh: `由 ${beforeCounts} 跳到 ${row.counts} 个计数，超过该表以往任何一次跳变`,
      en: `from ${beforeCounts} to ${row.counts} counts from one interval to the next, further than ever before`,
    },
  );
}

/** The highest good interval of a span, and how many days of it are known. */
export interface SpanPeak {
  readonly counts: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly days: number;
}

/** The peak of the good intervals in [fromMs, toMs). */
export function peakOf(rows: readonly Row[], fromMs: number, toMs: number): SpanPeak {
  let [peak, knownMs]: [Row | undefined, number] = [undefined, 0];
  for (const row of rows) {
    if (row.startMs < fromMs || row.endMs > toMs || row.quality !== 0) continue;
    knownMs += row.endMs - row.startMs;
    if (row.counts > (peak?.counts ?? 0)) peak = row;
  }
  const days = knownMs / DAY_MS;
  return { counts: peak?.counts ?? 0, startMs: peak?.startMs ?? fromMs, endMs: peak?.endMs ?? toMs, days };
}

/**
 * Historical peak: the highest interval of a span against that of the equally long span before, above 200 %. Null case: fewer than
 * seven known days on either side, or nothing used before.
 *
 * @see LEAKS 4, historical peak (Itron Hist Max)
 */
export function checkPeak(now: SpanPeak, before: SpanPeak, limits: VeeLimits = DEFAULT_VEE_LIMITS): VeeNote | null {
  if (now.days < limits.usageDays || before.days < limits.usageDays || before.counts <= 0) return null;
  const ratio = now.counts / before.counts;
  if (ratio <= limits.peakRatio) return null;
  const percent = Math.round(ratio * 100);
  return note(
    "peak_high",
    "warn",
    "high",
    [now.startMs, now.endMs],
    { counts: now.counts, beforeCounts: before.counts, ratio },
    {
      zh: `最高时段为前一同长时段最高值的 ${percent} %`,
      en: `the highest interval is ${percent} % of the highest of the span before`,
    },
  );
}
