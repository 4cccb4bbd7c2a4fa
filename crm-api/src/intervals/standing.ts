import { standingEdits } from "@nightflow/analytics/pure";
import { revisionsOfAll, type Sql, type StoredRevision } from "@nightflow/storage";
import type { MeasuredPoint } from "../meters/points.ts";
import { toRevision } from "./series.ts";

/** Points with the edits that stand in a span, so that curves and reports count what people have put right. */
export async function editedPoints(
  sql: Sql,
  points: readonly MeasuredPoint[],
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly MeasuredPoint[]> {
  if (points.length === 0 || to <= from) return points;
  const channels = points.map(({ channelId }) => channelId);
  const byChannel = Map.groupBy(await revisionsOfAll(sql, channels, from, to), ({ channel }) => channel);
  return points.map((point) => ({ ...point, edits: countsOf(byChannel.get(point.channelId) ?? []) }));
}

function countsOf(revisions: readonly StoredRevision[]): Map<number, number | null> {
  const standing = standingEdits(revisions.map(toRevision));
  return new Map(Array.from(standing, ([startMs, { counts }]) => [startMs, counts]));
}
