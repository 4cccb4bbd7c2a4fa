import { GraphDrawStyle, VisibilityMode } from "@grafana/grafana-foundation-sdk/common";
import { RowBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as StatPanel } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeSeriesPanel } from "@grafana/grafana-foundation-sdk/timeseries";
import { goodCounts, hourlyVolumes, IN_M3, type VolumeSubject, WITH_DATES, WITH_LOCAL_DAYS } from "./flux.ts";
import { fluxQuery } from "./flux-query.ts";
import { DATASOURCE, seriesTag, variable } from "./variables.ts";
import { said } from "./words.ts";

const ACCOUNT: VolumeSubject = { meters: "account" };

/** What one key account uses. */
export function accountRow(): RowBuilder {
  return new RowBuilder(said(`大客户用量曲线 ${variable("account")}`, `Key account's curve ${variable("account")}`));
}

/** The panels of the key account's row. */
export function accountPanels() {
  return [curve(), daily(), total(), completeness()];
}

function curve() {
  return new TimeSeriesPanel()
    .title(said("小时用量", "Hourly volume"))
    .description(
      "Register difference over each full hour. Hours without a good reading at both ends are left out, and so are resets.",
    )
    .datasource(DATASOURCE)
    .span(24)
    .height(8)
    .min(0)
    .unit("m3")
    .displayName(seriesTag("q"))
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(60)
    .showPoints(VisibilityMode.Never)
    .withTarget(fluxQuery(`${WITH_DATES}\n${hourlyVolumes(ACCOUNT)}`));
}

function daily() {
  return new TimeSeriesPanel()
    .title(said("日用量", "Daily volume"))
    .description("Last good register of each finished local day less that of the day before.")
    .datasource(DATASOURCE)
    .span(16)
    .height(8)
    .min(0)
    .unit("m3")
    .displayName(seriesTag("q"))
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(60)
    .showPoints(VisibilityMode.Never)
    .withTarget(fluxQuery(DAILY));
}

// Days have 23 to 25 hours, so neighbouring days are told by less than 26; a day after a gap is left out.
const DAILY = `
${WITH_LOCAL_DAYS}
${goodCounts(
  ACCOUNT,
  "date.sub(d: 25h, from: date.truncate(t: v.timeRangeStart, unit: 1d, location: local))",
  "date.add(d: 1ms, to: date.truncate(t: v.timeRangeStop, unit: 1d, location: local))",
)}
  |> aggregateWindow(every: 1d, offset: 1ms, fn: last, column: "counts", location: local, createEmpty: false, timeSrc: "_start")
  |> timeShift(duration: -1ms, columns: ["_time"])
  |> difference(columns: ["counts"], keepFirst: true)
  |> elapsed(unit: 1h)
  |> filter(fn: (r) => exists r.counts and r.counts >= 0 and r.elapsed < 26)
  |> map(fn: (r) => ({_time: r._time, m: r.m, q: r.q, _value: ${IN_M3}}))`;

function total() {
  return new StatPanel()
    .title(said("期间用量", "Volume in the range"))
    .description("All rises of the register in the range, gaps included; falls are left out.")
    .datasource(DATASOURCE)
    .span(8)
    .height(4)
    .unit("m3")
    .withTarget(fluxQuery(TOTAL));
}

const TOTAL = `
${goodCounts(ACCOUNT, "v.timeRangeStart", "v.timeRangeStop")}
  |> difference(columns: ["counts"])
  |> filter(fn: (r) => r.counts >= 0)
  |> sum(column: "counts")
  |> map(fn: (r) => ({m: r.m, q: r.q, _value: ${IN_M3}}))`;

function completeness() {
  return new StatPanel()
    .title(said("完整率", "Completeness"))
    .description("Hours that have a volume, of the finished hours in the range.")
    .datasource(DATASOURCE)
    .span(8)
    .height(4)
    .unit("percentunit")
    .decimals(1)
    .withTarget(fluxQuery(COMPLETENESS));
}

const COMPLETENESS = `
${WITH_DATES}
hours = (int(v: date.truncate(t: v.timeRangeStop, unit: 1h)) - int(v: date.truncate(t: v.timeRangeStart, unit: 1h))) / 3600000000000

${hourlyVolumes(ACCOUNT)}
  |> group(columns: ["m", "q"])
  |> count()
  |> map(fn: (r) => ({m: r.m, q: r.q, _value: float(v: r._value) / float(v: hours)}))`;
