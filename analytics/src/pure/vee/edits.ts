import type { EditMethod, IntervalQuality, RevisionKind } from "@nightflow/domain";
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

/**
 * Lays edits over validated intervals: the latest that is not undone stands. Nothing below is changed: undone, the validated
 * volume shows again.
 */
export function applyRevisions(
  rows: readonly ValidatedInterval[],
  revisions: readonly Revision[],
): VersionedInterval[] {
  const ordered = revisions.toSorted((a, b) => a.no - b.no);
  const undone = new Set(ordered.flatMap(({ undoes }) => (undoes === null ? [] : [undoes])));
  const edits = new Map<number, { counts: number | null; revision: string; no: number }>();
  for (const { id, no, kind, changes } of ordered) {
    if (kind !== "edit" || undone.has(id)) continue;
    for (const [startMs, counts] of changes) edits.set(startMs, { counts, revision: id, no });
  }
  return rows.map((row) => {
    const touching = ordered.filter(({ fromMs, toMs }) => fromMs <= row.startMs && row.endMs <= toMs);
    const edit = edits.get(row.startMs);
    const isOvertaken = edit !== undefined && touching.some(({ kind, no }) => kind === "late" && no > edit.no);
    return { ...row, ...finalOf(row, edit), version: 1 + touching.length, isOvertaken };
  });
}

function finalOf(
  row: ValidatedInterval,
  edit: { counts: number | null; revision: string } | undefined,
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
