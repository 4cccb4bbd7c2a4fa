import { expectedGasLitres } from "./detectors/gas-volume.ts";
import { GAS_BANDS, recordHours, runThreshold } from "./detectors/run-record.ts";
import type { RuleView } from "./explain.ts";
import type { MeterState } from "./meter-table.ts";
import type { RuleContext } from "./rules.ts";

/** What the rules of a gas customer's meter see, in English; `atMs` is the end of the hour last judged. */
export function gasViews(state: MeterState, context: RuleContext, atMs: number): RuleView[] {
  return [
    ...GAS_BANDS.map((_, band) => bandView(band, state, context, atMs)),
    riseView(state, context),
    volumeView(state, context),
  ];
}

function bandView(band: number, state: MeterState, { runs, tuning }: RuleContext, atMs: number): RuleView {
  const startMs = runs.startMs.get(band);
  const hours = startMs === 0 ? 0 : (atMs - startMs) / 3_600_000;
  const limit = runThreshold(state, runs, tuning.GAS_CONT, band);
  const flow = band === 0 ? "any flow" : `one flow of ${GAS_BANDS[band]} L/h and more`;
  return {
    rule: "GAS_CONT",
    isOpen: runs.isOpen.get(band) === 1,
    nullCase: Number.isFinite(limit) ? null : "it has not stopped often enough to be judged, or it is too cold",
    saw: `run of ${flow} ${hours} h of ${Number.isFinite(limit) ? limit : "-"}, own record ${recordHours(runs, band)} h`,
  };
}

function riseView(state: MeterState, { meter }: RuleContext): RuleView {
  const limit = meter.q3M3h === null ? null : 1200 * meter.q3M3h;
  return {
    rule: "BURST",
    isOpen: state.burstOpenMs !== 0,
    nullCase: limit === null ? "its largest flow is not in the registry" : null,
    saw: `${Math.round(state.burstPrevious)} L/h in the last interval, limit ${limit === null ? "-" : Math.round(limit)} L/h`,
  };
}

function volumeView(state: MeterState, { meter, tuning }: RuleContext): RuleView {
  const hasAir = (meter.weather ?? null) !== null;
  const learning = state.volumeDays < 21 ? `learning: ${state.volumeDays} of 21 days` : null;
  const usual = Math.round(expectedGasLitres(state, null));
  return {
    rule: "USAGE_CHANGE",
    isOpen: state.volumeIsOpen === 1,
    nullCase: hasAir ? learning : "no outdoor temperature at its unit or above",
    saw: `sum ${Math.round(10 * state.volumeScore) / 10} of ${tuning.USAGE_CHANGE.limit}, usual day ${usual} L`,
  };
}
