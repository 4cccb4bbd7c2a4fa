import type { Curve, NightColumns, NightWindow, ReadingStore, RollUpColumns, RollUpRange } from "../ports.ts";
import { DEFAULT_NIGHT, daysBetween, hoursBetween, nightsBetween } from "./local-days.ts";
import { nightsOf, rollUpsOf } from "./roll-ups.ts";

/** What roll-ups can be computed from where a store keeps none. */
export type CurveSource = Pick<ReadingStore, "curve" | "newestReadAt">;

/** `hourly` of the port from curves: exact, and slow for many channels. */
export async function hourlyByCurve(source: CurveSource, range: RollUpRange): Promise<RollUpColumns> {
  const hours = hoursBetween(range.fromMs, range.toMs);
  return rollUpsOf(await curvesOf(source, range.channels, range.fromMs, hours.at(-1)?.toMs ?? range.fromMs), hours);
}

/** `daily` of the port from curves. */
export async function dailyByCurve(source: CurveSource, range: RollUpRange, zone: string): Promise<RollUpColumns> {
  const days = daysBetween(range.fromMs, range.toMs, zone);
  return rollUpsOf(await curvesOf(source, range.channels, range.fromMs, days.at(-1)?.toMs ?? range.fromMs), days);
}

/** `nightMinimum` of the port from curves. */
export async function nightMinimumByCurve(
  source: CurveSource,
  range: RollUpRange,
  zone: string,
  window: NightWindow = DEFAULT_NIGHT,
): Promise<NightColumns> {
  const nights = nightsBetween(range.fromMs, range.toMs, zone, window);
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
