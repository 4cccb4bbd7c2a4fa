import { GraphDrawStyle } from "@grafana/grafana-foundation-sdk/common";
import { RowBuilder, ThresholdsConfigBuilder, ThresholdsMode } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as StatPanel } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TablePanel } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeriesPanel } from "@grafana/grafana-foundation-sdk/timeseries";
import { READINGS_AND_GAPS, WITH_DATES } from "./flux.ts";
import { fluxQuery } from "./flux-query.ts";
import { DATASOURCE, variable } from "./variables.ts";
import { said } from "./words.ts";

/** Are all meters read? */
export function collectionRow(): RowBuilder {
  return new RowBuilder(said("采集", "Collection"));
}

/** The panels of the collection row. */
export function collectionPanels() {
  return [readingsPerHour(), missingShare(), reporting(), seen(), lastReadings()];
}

function readingsPerHour() {
  return new TimeSeriesPanel()
    .title(said("每小时读数", "Readings per hour"))
    .description("Readings with a value, by the device's time.")
    .datasource(DATASOURCE)
    .span(12)
    .height(8)
    .min(0)
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(60)
    .displayName(said("读数", "readings"))
    .withTarget(fluxQuery(READINGS_PER_HOUR));
}

const READINGS_PER_HOUR = `
from(bucket: v.defaultBucket)
  |> range(start: v.timeRangeStart, stop: v.timeRangeStop)
  |> filter(fn: (r) => r._measurement == "reading" and r._field == "k")
  |> aggregateWindow(every: 1h, fn: count, createEmpty: false, timeSrc: "_start")
  |> group(columns: ["_time"])
  |> sum()
  |> group()
  |> sort(columns: ["_time"])`;

function missingShare() {
  return new TimeSeriesPanel()
    .title(said("缺测比例", "Share of missing readings"))
    .description(
      "Polls that brought no value, of all polls of the hour that were reported. A meter whose agent is silent is in neither.",
    )
    .datasource(DATASOURCE)
    .span(12)
    .height(8)
    .min(0)
    .max(1)
    .unit("percentunit")
    .displayName(said("缺测", "missing"))
    .withTarget(fluxQuery(MISSING_SHARE));
}

const MISSING_SHARE = `
${READINGS_AND_GAPS}
  |> aggregateWindow(every: 1h, fn: count, createEmpty: false, timeSrc: "_start")
  |> group(columns: ["_time", "_measurement"])
  |> sum()
  |> group()
  |> pivot(rowKey: ["_time"], columnKey: ["_measurement"], valueColumn: "_value")
  |> map(fn: (r) => {
    missing = if exists r.gap then r.gap else 0
    read = if exists r.reading then r.reading else 0
    return {_time: r._time, _value: float(v: missing) / float(v: missing + read)}
  })
  |> sort(columns: ["_time"])`;

function reporting() {
  return new StatPanel()
    .title(said("已上报通道", "Channels reporting"))
    .description("Channels with a value within the time chosen at the top, up to the end of the range.")
    .datasource(DATASOURCE)
    .span(4)
    .height(5)
    .withTarget(fluxQuery(REPORTING));
}

const REPORTING = `
${WITH_DATES}
from(bucket: v.defaultBucket)
  |> range(start: date.sub(d: ${variable("within")}, from: v.timeRangeStop), stop: v.timeRangeStop)
  |> filter(fn: (r) => r._measurement == "reading" and r._field == "k")
  |> last()
  |> group()
  |> distinct(column: "c")
  |> count()`;

function seen() {
  return new StatPanel()
    .title(said("已知通道", "Channels known"))
    .description(
      "Channels that brought a value or a gap anywhere in the range. One that has never been polled is known to the registry only.",
    )
    .datasource(DATASOURCE)
    .span(4)
    .height(5)
    .withTarget(fluxQuery(KNOWN));
}

const KNOWN = `
${READINGS_AND_GAPS}
  |> last()
  |> group()
  |> distinct(column: "c")
  |> count()`;

function lastReadings() {
  return new TablePanel()
    .title(said("最近读数", "Last readings"))
    .description(
      "Newest value and newest gap of each meter in the range; meters with gaps only come first, then the oldest.",
    )
    .datasource(DATASOURCE)
    .span(16)
    .height(9)
    .overrideByName("meter", [{ id: "displayName", value: said("表", "Meter") }])
    .overrideByName("last_reading", [{ id: "displayName", value: said("最近读数", "Last reading") }])
    .overrideByName("last_gap", [{ id: "displayName", value: said("最近缺测", "Last gap") }])
    .overrideByName("age_h", [
      { id: "displayName", value: said("距今", "Age") },
      { id: "unit", value: "h" },
      { id: "decimals", value: 1 },
      { id: "custom.cellOptions", value: { type: "color-text" } },
    ])
    .thresholds(
      new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
        { value: null, color: "text" },
        { value: 24, color: "orange" },
        { value: 48, color: "red" },
      ]),
    )
    .withTarget(fluxQuery(LAST_READINGS));
}

const LAST_READINGS = `
${READINGS_AND_GAPS}
  |> last()
  |> group(columns: ["m", "_measurement"])
  |> max(column: "_time")
  |> group()
  |> pivot(rowKey: ["m"], columnKey: ["_measurement"], valueColumn: "_time")
  |> map(fn: (r) => ({
    meter: r.m,
    last_reading: r.reading,
    last_gap: r.gap,
    age_h: float(v: int(v: v.timeRangeStop) - int(v: r.reading)) / 3600000000000.0,
  }))
  |> sort(columns: ["age_h"], desc: true)
  |> limit(n: 500)`;
