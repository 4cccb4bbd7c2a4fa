import type {
  Curve,
  NightColumns,
  NightWindow,
  ReadingStore,
  RollUpColumns,
  RollUpRange,
  RollUpRequest,
} from "../ports.ts";
import { DEFAULT_NIGHT, daysBetween, hoursBetween, nightsBetween, type Period, withinReadings } from "./local-days.ts";
import { nightsOf, rollUpsOf, withFigures } from "./roll-ups.ts";

/** What roll-ups can be computed from where a store keeps none. */
export type CurveSource = Pick<ReadingStore, "curve" | "newestReadAt">;

/** `hourly` of the port from curves: exact, and slow for many channels. */
export async function hourlyByCurve(source: CurveSource, request: RollUpRequest): Promise<RollUpColumns> {
  const { fromMs, toMs } = await within(source, request);
  return await byCurve(source, request, hoursBetween(fromMs, toMs));
}

/** `daily` of the port from curves. */
export async function dailyByCurve(source: CurveSource, request: RollUpRequest, zone: string): Promise<RollUpColumns> {
  const { fromMs, toMs } = await within(source, request);
  return await byCurve(source, request, daysBetween(fromMs, toMs, zone));
}

async function byCurve(
  source: CurveSource,
  { channels, figures }: RollUpRequest,
  periods: readonly Period[],
): Promise<RollUpColumns> {
  const curves = await curvesOf(source, channels, periods[0]?.fromMs ?? 0, periods.at(-1)?.toMs ?? 0);
  return withFigures(rollUpsOf(curves, periods), figures);
}

async function within(source: CurveSource, range: RollUpRange): Promise<RollUpRange> {
  const newest = [...(await source.newestReadAt()).values()];
  return withinReadings(
    range,
    newest.reduce((most, ms) => Math.max(most, ms), Number.NEGATIVE_INFINITY),
  );
}

/** `nightMinimum` of the port from curves. */
export async function nightMinimumByCurve(
  source: CurveSource,
  range: RollUpRange,
  zone: string,
  window: NightWindow = DEFAULT_NIGHT,
): Promise<NightColumns> {
  const { fromMs, toMs: endMs } = await within(source, range);
  const nights = nightsBetween(fromMs, endMs, zone, window);
  const toMs = (nights.at(-1)?.toMs ?? range.fromMs) + 1;
  return nightsOf(await curvesOf(source, range.channels, range.fromMs, toMs), nights);
}

async function curvesOf(
  source: CurveSource,
  channels: readonly string[] | "all",
  fromMs: number,
  toMs: number,
): Promise<Curve[]> {
  const asked = channels === "all" ? [...(await source.newestReadAt()).keys()] : channels;
  const curves: Curve[] = [];
  for (const channel of asked) curves.push(await source.curve(channel, fromMs, toMs));
  return curves;
}
