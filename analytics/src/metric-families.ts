import { counterFamily, gaugeFamily, type MetricFamily } from "@nightflow/domain";
import type { AnalyticsStats } from "./runner/runner.ts";

/** How far the detectors are behind the store. */
export interface FeedLag {
  readonly commits: number;
  /** Age of the oldest commit that was not read yet, as far as it was noticed. */
  readonly seconds: number;
}

/** What the runner counts, for Prometheus. */
export function analyticsFamilies(stats: AnalyticsStats, lag: FeedLag): MetricFamily[] {
  const { late } = stats;
  return [
    counterFamily("nightflow_analytics_readings_total", "Readings that went through the detectors.", stats.readings),
    counterFamily("nightflow_analytics_findings_total", "Findings opened.", stats.findings),
    counterFamily("nightflow_analytics_late_readings_total", "Readings older than what was judged.", stats.lateRows),
    counterFamily("nightflow_analytics_late_meters_total", "Meters judged again with late readings.", late.replayed),
    counterFamily("nightflow_analytics_late_opened_total", "Findings that late readings opened.", late.opened),
    counterFamily("nightflow_analytics_late_withdrawn_total", "Findings that late readings disproved.", late.withdrawn),
    counterFamily(
      "nightflow_analytics_late_districts_total",
      "Districts whose nights were judged again.",
      late.districts,
    ),
    gaugeFamily("nightflow_analytics_late_waiting", "Meters waiting to be judged again.", late.waiting),
    gaugeFamily(
      "nightflow_analytics_late_oldest_seconds",
      "How long the first of them has waited.",
      late.oldestSeconds,
    ),
    counterFamily("nightflow_analytics_unknown_readings_total", "Readings of channels of no meter.", stats.unknownRows),
    counterFamily("nightflow_analytics_retries_total", "Times that store or database were asked again.", stats.retries),
    gaugeFamily("nightflow_analytics_meters", "Meters that are watched.", stats.meters),
    gaugeFamily("nightflow_analytics_state_bytes_per_meter", "Detector state of a meter.", stats.bytesPerMeter),
    gaugeFamily("nightflow_analytics_cursor", "Number of the last commit read.", stats.cursor),
    gaugeFamily("nightflow_analytics_lag_commits", "Commits not read yet.", lag.commits),
    gaugeFamily("nightflow_analytics_lag_seconds", "How long the oldest of them has waited.", lag.seconds),
  ];
}

/** Measures the lag in time from commit numbers seen now and then; the feed itself carries no times. */
export class LagMeter {
  readonly #seen: { readonly no: number; readonly atMs: number }[] = [];

  /** The lag now, `nowMs` monotonic, given the store's last commit and the cursor. */
  look(lastCommit: number, cursor: number, nowMs: number): FeedLag {
    const newest = this.#seen.at(-1);
    if (newest === undefined || lastCommit > newest.no) this.#seen.push({ no: lastCommit, atMs: nowMs });
    while (this.#seen.length > 0 && (this.#seen[0]?.no ?? 0) <= cursor) this.#seen.shift();
    // What lies long behind is known well enough by its first sight.
    if (this.#seen.length > MOST_SEEN) this.#seen.splice(1, 1);
    const oldest = this.#seen[0];
    return {
      commits: Math.max(0, lastCommit - cursor),
      seconds: oldest === undefined ? 0 : Math.max(0, nowMs - oldest.atMs) / 1000,
    };
  }
}

const MOST_SEEN = 1000;
