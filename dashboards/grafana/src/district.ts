import { GraphDrawStyle, VisibilityMode } from "@grafana/grafana-foundation-sdk/common";
import { RowBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as TimeSeriesPanel } from "@grafana/grafana-foundation-sdk/timeseries";
import { hourlyVolumes, type VolumeSubject, WITH_DATES, WITH_LOCAL_DAYS } from "./flux.ts";
import { fluxQuery } from "./flux-query.ts";
import { DATASOURCE, seriesTag } from "./variables.ts";
import { said } from "./words.ts";

const INLETS: VolumeSubject = { meters: "inlet" };

/** What comes into the districts, and what goes on flowing at night. */
export function districtRow(): RowBuilder {
  return new RowBuilder(said("分区夜间流量", "District night flow"));
}

/** The panels of the district row: one series an inlet meter, not a district, for InfluxDB does not know which inlets belong together. */
export function districtPanels() {
  return [inletFlow(), nightMinimum()];
}

function inletFlow() {
  return new TimeSeriesPanel()
    .title(said("进口小时流量", "Inlet flow by the hour"))
    .description(
      "Register difference over each full hour. Hours without a good reading at both ends are left out, and so are resets.",
    )
    .datasource(DATASOURCE)
    .span(12)
    .height(9)
    .min(0)
    .unit("m3/h")
    .decimals(2)
    .displayName(seriesTag("m"))
    .showPoints(VisibilityMode.Never)
    .insertNulls(TWO_HOURS_MS)
    .withTarget(fluxQuery(`${WITH_DATES}\n${hourlyVolumes(INLETS)}`));
}

// A line is broken where an hour is left out.
const TWO_HOURS_MS = 2 * 3_600_000;

function nightMinimum() {
  return new TimeSeriesPanel()
    .title(said("夜间最小流量 02–05", "Night minimum, 02–05"))
    .description(
      "Smallest hourly flow from 02:00 to 05:00 local time, at the date of the morning. A night with an hour left out may show too high.",
    )
    .datasource(DATASOURCE)
    .span(12)
    .height(9)
    .min(0)
    .unit("m3/h")
    .decimals(3)
    .displayName(seriesTag("m"))
    .drawStyle(GraphDrawStyle.Line)
    .showPoints(VisibilityMode.Always)
    .pointSize(7)
    .withTarget(fluxQuery(NIGHT_MINIMUM));
}

// Not the window's start: the range cuts the first one, and its night would stand at the range's beginning.
const NIGHT_MINIMUM = `
${WITH_LOCAL_DAYS}
${hourlyVolumes(INLETS)}
  |> group(columns: ["m", "q"])
  |> hourSelection(start: 2, stop: 4, location: local)
  |> window(every: 1d, location: local)
  |> min()
  |> map(fn: (r) => ({r with _time: date.truncate(t: r._time, unit: 1d, location: local)}))
  |> window(every: inf)
  |> keep(columns: ["_time", "_value", "m", "q"])`;
