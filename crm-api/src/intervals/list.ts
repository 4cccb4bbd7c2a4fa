import { latestRevision, type StoredRevision } from "@nightflow/storage";
import type { Scope } from "../access/scope.ts";
import type { ApiDeps } from "../deps.ts";
import { countsToM3, resolutionM3Of, volumeUnitOf } from "../meters/points.ts";
import { type IntervalMeter, type IntervalSpan, intervalMeter, intervalSpan } from "./series.ts";
import type { IntervalList } from "./wire.ts";

/** A meter's intervals over a span, with what the rules found and every version; empty for a meter without a register. */
export async function listIntervals(
  deps: Pick<ApiDeps, "db" | "store" | "clock">,
  scope: Scope,
  id: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<IntervalList> {
  const found = await intervalMeter(deps, scope, id);
  const head = { meter: id, zone: found.zone, periodS: found.meter.period_s, from, to };
  const { point, options } = found;
  if (point === undefined || options === undefined)
    return {
      ...head,
      channel: null,
      unit: null,
      resolution: 1,
      completeness: 0,
      version: 0,
      rows: [],
      notes: [],
      revisions: [],
    };
  const span = await intervalSpan(deps, { ...found, point, options }, from, to);
  return {
    ...head,
    channel: point.channelId,
    unit: volumeUnitOf(point),
    resolution: resolutionM3Of(point),
    completeness: span.validated.completeness,
    version: await latestRevision(deps.db, point.channelId),
    ...bodyOf(span, { ...found, point, options }),
  };
}

function bodyOf(span: IntervalSpan, { point }: IntervalMeter): Pick<IntervalList, "rows" | "notes" | "revisions"> {
  const volume = volumeOf(point);
  const { rows, validated, revisions, days } = span;
  // Asked for one by one: each interval's usual volume is that of the four weeks before it.
  const usual = rows.map(({ startMs }) => days.usualOf(startMs, 1)?.[0] ?? null);
  return {
    rows: rows.map((row, i) => ({
      startAt: row.startMs,
      endAt: row.endMs,
      raw: volume(row.rawCounts),
      rawQuality: row.rawQuality,
      validated: volume(row.counts),
      validatedQuality: row.quality,
      method: row.method,
      flags: [...row.flags],
      editId: row.edit?.revision ?? null,
      edited: volume(row.edit?.counts ?? null),
      volume: volume(row.finalCounts),
      quality: row.finalQuality,
      version: row.version,
      isOvertaken: row.isOvertaken,
      usual: volume(usual[i] == null ? null : Math.round(usual[i])),
    })),
    notes: validated.notes.map(({ rule, verdict, flag, fromMs, toMs, reason }) => ({
      rule,
      verdict,
      flag,
      from: fromMs,
      to: toMs,
      reason,
    })),
    revisions: revisionRows(revisions, volume),
  };
}

function revisionRows(
  revisions: readonly StoredRevision[],
  volume: (counts: number | null) => number | null,
): IntervalList["revisions"] {
  const undone = new Set(revisions.map(({ undoes }) => undoes));
  return revisions.toReversed().map((revision) => ({
    id: revision.id,
    no: revision.no,
    kind: revision.kind,
    method: revision.method,
    from: revision.fromMs,
    to: revision.toMs,
    intervals: revision.changes.length,
    before: volume(sumOf(revision.changes.map(([, before]) => before))),
    since: volume(sumOf(revision.changes.map(([, , since]) => since))),
    readings: revision.readings,
    undoes: revision.undoes,
    isUndone: undone.has(revision.id),
    reason: revision.reason,
    actor: revision.actor,
    at: revision.atMs,
  }));
}

function volumeOf(point: IntervalMeter["point"]): (counts: number | null) => number | null {
  return (counts) => (counts === null ? null : countsToM3(counts, point));
}

/** Null where no interval had a volume. */
function sumOf(counts: readonly (number | null)[]): number | null {
  const known = counts.filter((count) => count !== null);
  return known.length === 0 ? null : known.reduce((sum, count) => sum + count, 0);
}
