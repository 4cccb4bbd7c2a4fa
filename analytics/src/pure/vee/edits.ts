import type { EditMethod, IntervalQuality, RevisionKind } from "@nightflow/domain";
import { type EmittedInterval, INTERVAL_CODES } from "../intervals.ts";
import { calendarOf } from "../local-time.ts";
import { apportion } from "./apportion.ts";
import { classWeights, type ProfileClass } from "./class-profile.ts";
import type { LikeDays } from "./like-day.ts";
import type { ValidatedInterval } from "./validate.ts";

/** A change of intervals, never undone in place: an undo is another one. `no` rises by one within a register. */
export interface Revision {
  readonly id: string;
  readonly no: number;
  readonly kind: RevisionKind;
  readonly undoes: string | null;
  /** Start of each interval that it is about, and what it has held since; null is no volume. Late readings list none. */
  readonly changes: readonly (readonly [startMs: number, counts: number | null])[];
  readonly fromMs: number;
  readonly toMs: number;
}

/** An interval in its three states side by side: as read, as validated, as edited. */
export interface VersionedInterval extends ValidatedInterval {
  /** What a person put there; null where nobody did. */
  readonly edit: { readonly counts: number | null; readonly revision: string } | null;
  /** The quality that counts: `edited` where a person's volume stands. */
  readonly finalQuality: IntervalQuality;
  readonly finalCounts: number | null;
  /** 1 as first made; one more for each late reading, edit and undo that touched it. */
  readonly version: number;
  /** Late readings came after the edit: somebody should look at it again. */
  readonly isOvertaken: boolean;
}

/** An edit that stands on one interval. */
export interface StandingEdit {
  readonly counts: number | null;
  readonly revision: string;
  readonly no: number;
}

/** The edits that stand, by the start of their interval: the latest of each that is not undone. */
export function standingEdits(revisions: readonly Revision[]): Map<number, StandingEdit> {
  const undone = new Set(revisions.flatMap(({ undoes }) => (undoes === null ? [] : [undoes])));
  const edits = new Map<number, StandingEdit>();
  for (const { id, no, kind, changes } of revisions.toSorted((a, b) => a.no - b.no)) {
    if (kind !== "edit" || undone.has(id)) continue;
    for (const [startMs, counts] of changes) edits.set(startMs, { counts, revision: id, no });
  }
  return edits;
}

/**
 * Intervals with what people put in their place, for sums and curves. An edited volume counts as an estimate, never as complete; a voided
 * interval is missing. The order is that of time.
 */
export function withEdits(
  rows: readonly Readonly<EmittedInterval>[],
  edits: ReadonlyMap<number, number | null>,
  periodMs: number,
): readonly Readonly<EmittedInterval>[] {
  if (edits.size === 0) return rows;
  const kept = rows.filter(({ startMs }) => !edits.has(startMs));
  const edited = Array.from(edits, ([startMs, counts]) => ({
    startMs,
    endMs: startMs + periodMs,
    counts: counts ?? 0,
    quality: counts === null ? INTERVAL_CODES.missing : INTERVAL_CODES.estimated,
    flags: 0,
    knownAtMs: startMs + periodMs,
  }));
  return [...kept, ...edited].sort((a, b) => a.startMs - b.startMs);
}

/**
 * Lays edits over validated intervals: the latest that is not undone stands. Nothing below is changed: undone, the validated
 * volume shows again.
 */
export function applyRevisions(
  rows: readonly ValidatedInterval[],
  revisions: readonly Revision[],
): VersionedInterval[] {
  const ordered = revisions.toSorted((a, b) => a.no - b.no);
  const edits = standingEdits(revisions);
  return rows.map((row) => {
    const touching = ordered.filter(({ fromMs, toMs }) => fromMs <= row.startMs && row.endMs <= toMs);
    const edit = edits.get(row.startMs);
    const isOvertaken = edit !== undefined && touching.some(({ kind, no }) => kind === "late" && no > edit.no);
    return { ...row, ...finalOf(row, edit), version: 1 + touching.length, isOvertaken };
  });
}

function finalOf(
  row: ValidatedInterval,
  edit: StandingEdit | undefined,
): Pick<VersionedInterval, "edit" | "finalQuality" | "finalCounts"> {
  if (edit === undefined) return { edit: null, finalQuality: row.quality, finalCounts: row.counts };
  const { counts, revision } = edit;
  return { edit: { counts, revision }, finalQuality: counts === null ? "invalid" : "edited", finalCounts: counts };
}

/** What an edit is made with. */
export interface EditWish {
  readonly method: EditMethod;
  /** Whole counts of each interval, for `manual`. */
  readonly counts?: readonly number[] | undefined;
  /** Whole counts of all together; by default the sum of what is validated. */
  readonly totalCounts?: number | undefined;
}

/** The volumes of an edit, or why there are none: `length` of the list, no `total` to share out, or no `history` of like days. */
export type EditProposal =
  | { readonly counts: readonly (number | null)[] }
  | { readonly refused: "length" | "total" | "history" };

/** Works an edit of neighbouring intervals out; whole counts whose sum is the total, exactly, by every method that shares one out. */
export function proposeEdit(
  rows: readonly ValidatedInterval[],
  wish: EditWish,
  means: { readonly days: LikeDays; readonly profile: ProfileClass; readonly zone: string; readonly periodMs: number },
): EditProposal {
  if (wish.method === "missing") return { counts: rows.map(() => null) };
  if (wish.method === "zero") return { counts: rows.map(() => 0) };
  if (wish.method === "manual")
    return wish.counts?.length === rows.length ? { counts: wish.counts } : { refused: "length" };
  const total = wish.totalCounts ?? validatedTotal(rows);
  if (total === null) return { refused: "total" };
  const weights = weightsFor(rows, wish.method, means);
  const counts = weights === null ? null : apportion(total, weights);
  return counts === null ? { refused: "history" } : { counts };
}

function validatedTotal(rows: readonly ValidatedInterval[]): number | null {
  let total = 0;
  for (const { counts } of rows) {
    if (counts === null) return null;
    total += counts;
  }
  return total;
}

function weightsFor(
  rows: readonly ValidatedInterval[],
  method: "linear" | "like_day" | "class_profile",
  { days, profile, zone, periodMs }: Parameters<typeof proposeEdit>[2],
): number[] | null {
  const firstMs = rows[0]?.startMs ?? 0;
  if (method === "like_day") return days.usualOf(firstMs, rows.length);
  if (method === "linear") return rows.map(() => 1);
  return classWeights(profile, firstMs, rows.length, periodMs, calendarOf(zone));
}
