import type { CurvePoint } from "@nightflow/dashboards/reports";
import type { UsageCurve } from "../../api/queries.ts";

const HOUR_MS = 3_600_000;

/** The API's bars as points of the chart core; a missing one stays a gap. */
export function curvePoints(curve: UsageCurve): CurvePoint[] {
  return curve.points.map((point) => ({ startMs: point.startAt, volumeM3: point.volume, quality: point.quality }));
}

/** How long a bar of a curve is; an hour where there is none to tell. */
export function stepMsOf(curve: UsageCurve): number {
  const first = curve.points[0];
  return first === undefined ? HOUR_MS : first.endAt - first.startAt;
}
