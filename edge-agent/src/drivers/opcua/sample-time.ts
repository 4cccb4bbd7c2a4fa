/** When a sample was taken, as far as its server's word can be believed. */
export interface JudgedTime {
  readonly at: number;
  /** What is wrong with the device's clock; null when nothing is. */
  readonly note: string | null;
}

const DAY_MS = 86_400_000;
const YEAR_2000_MS = 946_684_800_000;
/** Older than this and moving on is a clock, not a backlog: what a station sends after weeks keeps its own time. */
const HALF_A_YEAR_MS = 183 * DAY_MS;

/**
 * The time of a sample. A device whose clock is years off gets the time of arrival instead, and a note; a backlog that
 * arrives late keeps its own. `rawAt` is what the device said with its sample before this one.
 */
export function judgedTime(saidAt: number | null, arrivedAt: number, rawAt: number | null): JudgedTime {
  if (saidAt === null) return { at: arrivedAt, note: null };
  // A gateway whose own clock was never set cannot judge anybody's.
  if (arrivedAt < YEAR_2000_MS) return { at: saidAt, note: null };
  const isAhead = saidAt > arrivedAt + DAY_MS;
  const hasMoved = rawAt !== null && saidAt > rawAt && saidAt - rawAt < DAY_MS;
  const isBehind = saidAt < arrivedAt - HALF_A_YEAR_MS && hasMoved;
  if (!isAhead && !isBehind && saidAt >= YEAR_2000_MS) return { at: saidAt, note: null };
  return { at: arrivedAt, note: `the device's clock says ${yearOf(saidAt)}` };
}

function yearOf(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString().slice(0, 10);
}
