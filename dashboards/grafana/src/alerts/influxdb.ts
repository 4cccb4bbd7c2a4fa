import { READINGS_AND_GAPS } from "../flux.ts";
import { said } from "../words.ts";
import type { AlertRule } from "./rule.ts";

/** Uid of the provisioned InfluxDB data source. */
export const INFLUXDB_UID = "nightflow-influxdb";

/**
 * The rules on InfluxDB. It knows readings and gaps, no districts, no expectations and no dead letter: those rules are on the
 * derived hours in PostgreSQL, which an installation with InfluxDB has too.
 */
export const INFLUXDB_RULES: readonly AlertRule[] = [
  {
    uid: "nf-influx-newest",
    title: said("没有新读数", "No new readings"),
    summary: said("最近读数超过两小时", "the newest reading is over two hours old"),
    description: "Age of the newest reading of all meters: agents, broker, ingest or store is gone.",
    severity: "critical",
    model: flux(`from(bucket: v.defaultBucket)
  |> range(start: v.timeRangeStart, stop: v.timeRangeStop)
  |> filter(fn: (r) => r._measurement == "reading" and r._field == "k")
  |> last()
  |> group()
  |> max(column: "_time")
  |> map(fn: (r) => ({_time: v.timeRangeStop, _value: float(v: int(v: v.timeRangeStop) - int(v: r._time)) / 1000000000.0}))`),
    fires: { when: "gt", than: 7200 },
    forMinutes: 5,
    noData: "Alerting",
    lookBackHours: 48,
  },
  {
    uid: "nf-influx-reporting",
    title: said("上报通道低于 95%", "Channels reporting below 95 %"),
    summary: said("一天内有值的通道不足 95%", "under 95 % of the known channels brought a value"),
    description:
      "Channels with a value in the last half of two days, of those that brought a value or a gap in the two days.",
    severity: "warning",
    model: flux(`from(bucket: v.defaultBucket)
  |> range(start: v.timeRangeStart, stop: v.timeRangeStop)
  |> filter(fn: (r) => (r._measurement == "reading" and r._field == "k") or (r._measurement == "gap" and r._field == "r"))
  |> last()
  |> group(columns: ["c"])
  |> map(fn: (r) => ({c: r.c, fresh: if r._measurement == "reading" and int(v: v.timeRangeStop) - int(v: r._time) < 86400000000000 then 1.0 else 0.0}))
  |> max(column: "fresh")
  |> group()
  |> mean(column: "fresh")
  |> map(fn: (r) => ({_time: v.timeRangeStop, _value: 100.0 * r.fresh}))`),
    fires: { when: "lt", than: 95 },
    forMinutes: 30,
    noData: "OK",
    lookBackHours: 48,
  },
  {
    uid: "nf-influx-missing",
    title: said("缺测比例高", "Share of missing readings is high"),
    summary: said("三小时内超过 20% 的轮询无值", "over 20 % of the polls of three hours brought no value"),
    description: "Polls reported as missing, of all that were reported. A meter whose agent is silent is in neither.",
    severity: "warning",
    model: flux(`${READINGS_AND_GAPS}
  |> group(columns: ["_measurement"])
  |> count(column: "c")
  |> group()
  |> map(fn: (r) => ({all: float(v: r.c), missing: if r._measurement == "gap" then float(v: r.c) else 0.0}))
  |> reduce(identity: {all: 0.0, missing: 0.0}, fn: (r, accumulator) => ({all: accumulator.all + r.all, missing: accumulator.missing + r.missing}))
  |> map(fn: (r) => ({_time: v.timeRangeStop, _value: 100.0 * r.missing / r.all}))`),
    fires: { when: "gt", than: 20 },
    forMinutes: 30,
    noData: "OK",
    lookBackHours: 3,
  },
  {
    uid: "nf-influx-night",
    title: said("进口夜间流量升高", "An inlet's night flow has risen"),
    summary: said(
      "进口表 {{ .Labels.m }} 夜间最小流量为此前多数夜晚的 1.5 倍以上",
      "inlet {{ .Labels.m }} flowed over 1.5 times as much last night as in most nights before",
    ),
    description:
      "Smallest hour from 02:00 to 05:00 (Asia/Shanghai) of the last whole night, to what three of four whole nights before it stayed below in 15 days, at least seven of them. Meters whose id has INLET in it.",
    severity: "warning",
    model: flux(nightRise()),
    fires: { when: "gt", than: 1.5 },
    forMinutes: 0,
    noData: "OK",
    lookBackHours: 15 * 24,
  },
];

// 18:00 to 21:00 UTC is 02:00 to 05:00 in Shanghai, which has had no summer time since 1991. A night is named by its UTC day, and
// one with an hour left out is no night: its smallest hour would be too high. Most nights are the measure, not their mean: where
// a factory rests at weekends, every Monday would be a rise.
function nightRise(): string {
  return `import "date"

nights = from(bucket: v.defaultBucket)
  |> range(start: date.truncate(t: v.timeRangeStart, unit: 1d), stop: date.add(d: 1ms, to: v.timeRangeStop))
  |> filter(fn: (r) => r._measurement == "reading" and r.m =~ /INLET/ and r.q =~ /^(forward|vb)_total/)
  |> filter(fn: (r) => r._field == "v")
  |> group(columns: ["m", "s"])
  |> aggregateWindow(every: 1h, offset: 1ms, fn: last, createEmpty: false, timeSrc: "_start")
  |> timeShift(duration: -1ms, columns: ["_time"])
  |> difference(keepFirst: true)
  |> elapsed(unit: 1h)
  |> filter(fn: (r) => exists r._value and r._value >= 0 and r.elapsed == 1)
  |> hourSelection(start: 18, stop: 20)
  |> map(fn: (r) => ({_time: date.truncate(t: r._time, unit: 1d), m: r.m, _value: float(v: r._value) * float(v: r.s)}))
  |> group(columns: ["m", "_time"])
  |> reduce(identity: {hours: 0, least: 0.0}, fn: (r, accumulator) => ({hours: accumulator.hours + 1, least: if accumulator.hours == 0 or r._value < accumulator.least then r._value else accumulator.least}))
  |> filter(fn: (r) => r.hours == 3)
  |> group(columns: ["m"])
  |> sort(columns: ["_time"], desc: true)

newest = nights |> first(column: "least") |> map(fn: (r) => ({m: r.m, _time: r._time, newest: r.least}))
before = nights |> limit(n: 15, offset: 1)
many = before |> count(column: "least") |> map(fn: (r) => ({m: r.m, nights: r.least}))
usual = before |> quantile(column: "least", q: 0.75, method: "exact_mean") |> map(fn: (r) => ({m: r.m, usual: r.least}))
known = join(tables: {many: many, usual: usual}, on: ["m"]) |> filter(fn: (r) => r.nights >= 7 and r.usual > 0.0)

join(tables: {newest: newest, known: known}, on: ["m"])
  |> map(fn: (r) => ({_time: r._time, m: r.m, _value: r.newest / r.usual}))`;
}

function flux(query: string): AlertRule["model"] {
  return { query: query.trim() };
}
