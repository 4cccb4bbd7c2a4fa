import { variable } from "./variables.ts";

/** Meters whose volumes are asked for, by the variable that names them. */
export interface VolumeSubject {
  readonly meters: "inlet" | "account";
}

/** Every reading and every missing reading of the range, one row each: `k` is in each reading, `r` in each gap. */
export const READINGS_AND_GAPS = `from(bucket: v.defaultBucket)
  |> range(start: v.timeRangeStart, stop: v.timeRangeStop)
  |> filter(fn: (r) => (r._measurement == "reading" and r._field == "k") or (r._measurement == "gap" and r._field == "r"))`;

/**
 * Good register counts of the subject's meters between two instants given as Flux, as `counts` by meter, quantity and size of a count (`s`, m³).
 * Suspect readings are left out: a value that is too high would show as a peak, and once more as a fall.
 */
export function goodCounts({ meters }: VolumeSubject, start: string, stop: string): string {
  return `from(bucket: v.defaultBucket)
  |> range(start: ${start}, stop: ${stop})
  |> filter(fn: (r) => r._measurement == "reading" and r.m =~ /^${variable(meters, "regex")}$/ and r.q =~ /^(forward|vb)_total$/)
  |> filter(fn: (r) => r._field == "v" or r._field == "k")
  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
  |> filter(fn: (r) => exists r.v and r.k == 0)
  |> rename(columns: {v: "counts"})
  |> group(columns: ["m", "q", "s"])
  |> sort(columns: ["_time"])`;
}

/**
 * Volume of each finished hour, m³, by register differences: the register at the end of the hour less that at the end of
 * the hour before. Hours without both, and falls (a reset, an exchanged meter), are left out.
 *
 * The grid is UTC, for windows of an hour with a zone are wrong on the days when clocks change. A reading on the hour
 * closes the hour before it, so windows begin 1 ms late.
 */
export function hourlyVolumes(subject: VolumeSubject): string {
  const start = "date.sub(d: 1h, from: date.truncate(t: v.timeRangeStart, unit: 1h))";
  const stop = "date.add(d: 1ms, to: date.truncate(t: v.timeRangeStop, unit: 1h))";
  return `${goodCounts(subject, start, stop)}
  |> aggregateWindow(every: 1h, offset: 1ms, fn: last, column: "counts", createEmpty: false, timeSrc: "_start")
  |> timeShift(duration: -1ms, columns: ["_time"])
  |> difference(columns: ["counts"], keepFirst: true)
  |> elapsed(unit: 1h)
  |> filter(fn: (r) => exists r.counts and r.counts >= 0 and r.elapsed == 1)
  |> map(fn: (r) => ({_time: r._time, m: r.m, q: r.q, _value: ${IN_M3}}))`;
}

/** The column `counts` as m³, by the size of a count that the store writes with each register. */
export const IN_M3 = "float(v: r.counts) * float(v: r.s)";

/** Imports and options that `hourlyVolumes` needs before it. */
export const WITH_DATES = `import "date"\n`;

/** The same, and the local zone for whole days and nights. */
export const WITH_LOCAL_DAYS = `${WITH_DATES}import "timezone"

local = timezone.location(name: "${variable("zone")}")
`;
