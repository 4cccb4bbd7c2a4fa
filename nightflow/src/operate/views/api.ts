import { type ApiMetrics, businessFamilies } from "@nightflow/crm-api";
import type { Clock, MetricFamily } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { MetricSource, OperateView } from "../view.ts";

/** Open tickets and findings change slowly, and counting them is work for the database. */
const BUSINESS_AGE_MS = 15_000;

/** What an operator is shown of the API: its requests, its streams, and how much is open. */
export function apiView(metrics: ApiMetrics, sql: Sql, clock: Clock): OperateView {
  return {
    metrics: [() => metrics.families(), keptFor(BUSINESS_AGE_MS, () => businessFamilies(sql, clock.now()))],
    checks: [],
    figures: [() => ({ requests: metrics.requests, liveStreams: metrics.streams })],
  };
}

function keptFor(ageMs: number, source: () => Promise<readonly MetricFamily[]>): MetricSource {
  let kept: { readonly atMs: number; readonly families: Promise<readonly MetricFamily[]> } | undefined;
  return () => {
    const now = performance.now();
    if (kept === undefined || now - kept.atMs > ageMs) kept = { atMs: now, families: source() };
    kept.families.catch(() => {
      kept = undefined;
    });
    return kept.families;
  };
}
