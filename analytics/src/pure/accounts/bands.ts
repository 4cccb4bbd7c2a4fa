import type { AccountTerms } from "@nightflow/domain";
import type { Flow } from "../detectors/flow.ts";
import type { ZoneCalendar } from "../local-time.ts";
import { SlotTable } from "../slot-table.ts";
import { bandOf, type LoadCells, PROFILE_SCHEMA, teachLoad } from "./load-profile.ts";
import { HIGH_PARAMETERS, idleLitres, OFF_PARAMETERS, type OffParameters } from "./load-rules.ts";
import { type HourPlan, WorkPlan } from "./work-plan.ts";

const HOUR_MS = 3_600_000;

/** History before a span that teaches its bands. */
export const BAND_HISTORY_DAYS = 16 * 7;

/** What was expected of an hour before it was over. Litres; null where nothing was known yet. */
export interface BandHour {
  readonly startMs: number;
  readonly plan: HourPlan;
  readonly usual: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** What bands are drawn by: the rules as they are set. */
export interface BandParameters {
  readonly deviations: number;
  readonly off: OffParameters;
}
export const BAND_PARAMETERS: BandParameters = { deviations: HIGH_PARAMETERS.deviations, off: OFF_PARAMETERS };

/**
 * The bands of the hours [fromMs, toMs) as the detectors had them: history is replayed through the same profile, and each hour is told
 * before it is learnt from. `hours` ascend and begin where history does; hours beyond them are told from what is known then.
 */
export function bandsOf(
  hours: readonly Flow[],
  { thresholds, shifts, days }: AccountTerms,
  calendar: ZoneCalendar,
  span: { readonly fromMs: number; readonly toMs: number },
  parameters: BandParameters = BAND_PARAMETERS,
): BandHour[] {
  const table = new SlotTable(PROFILE_SCHEMA, 1);
  const profile: LoadCells = { level: table.ring("loadLevel"), spread: table.ring("loadSpread") };
  const plan = new WorkPlan({ shifts, days });
  const bands: BandHour[] = [];
  const place = (startMs: number) => {
    const [day, hour] = [calendar.dayOf(startMs), Math.floor(calendar.hourOf(startMs))];
    return { plan: plan.planOf(day, hour), weekHour: plan.weekHourOf(day, hour) };
  };
  const tell = (startMs: number) => {
    const at = place(startMs);
    const isWork = at.plan === "usual" || at.plan === "working";
    const band = isWork ? bandOf(profile, at.weekHour, thresholds.deviations ?? parameters.deviations) : null;
    const idle = isWork ? null : idleLitres(profile, thresholds, parameters.off);
    const { usual, low, high } = band ?? { usual: null, low: idle === null ? null : 0, high: idle };
    bands.push({ startMs, plan: at.plan, usual, low, high });
  };
  let next = Math.ceil(span.fromMs / HOUR_MS) * HOUR_MS;
  for (const flow of hours) {
    for (; next <= flow.startMs && next < span.toMs; next += HOUR_MS) tell(next);
    const at = place(flow.startMs);
    if (flow.isGood && (at.plan === "usual" || at.plan === "off")) teachLoad(profile, at.weekHour, flow.litres);
  }
  for (; next < span.toMs; next += HOUR_MS) tell(next);
  return bands;
}
