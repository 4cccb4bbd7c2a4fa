import type { ReadingStore, Sql } from "@nightflow/storage";
import type { z } from "zod";
import type { Scope } from "../access/scope.ts";
import { listMeters } from "../meters/queries.ts";
import type { MeterRow } from "../meters/wire.ts";
import type { MeterCoverage, Survey } from "./survey.ts";
import type { CollectionGroup, CollectionReport } from "./wire.ts";

const MOST_MISSING = 200;
const PAGE = 500;
const NOTHING: MeterCoverage = { expected: 0, got: 0 };

type Covered = MeterRow & MeterCoverage;

/** How the meters of a scope reported in the last day, by agent, district and model, and which did not. */
export async function collectionReport(
  sql: Sql,
  store: ReadingStore,
  scope: Scope,
  survey: Survey,
): Promise<z.infer<typeof CollectionReport>> {
  const meters: Covered[] = [];
  for await (const meter of allMeters(sql, store, scope, survey.atMs))
    meters.push({ ...meter, ...(survey.coverage.get(meter.id) ?? NOTHING) });
  return {
    at: survey.atMs,
    from: survey.fromMs,
    total: groupOf("", meters),
    byAgent: groupsBy(meters, (meter) => meter.agent),
    byDma: groupsBy(meters, (meter) => meter.dmaId),
    byModel: groupsBy(meters, (meter) => meter.model),
    missing: meters
      .filter((meter) => meter.status !== "good")
      .sort((a, b) => (a.lastValueAt ?? 0) - (b.lastValueAt ?? 0))
      .slice(0, MOST_MISSING),
  };
}

async function* allMeters(sql: Sql, store: ReadingStore, scope: Scope, nowMs: number): AsyncGenerator<MeterRow> {
  let cursor: string | undefined;
  do {
    const page = await listMeters(sql, store, scope, { limit: PAGE, cursor }, nowMs);
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

function groupsBy(meters: readonly Covered[], keyOf: (meter: Covered) => string | null): CollectionGroup[] {
  const groups = Map.groupBy(meters, (meter) => keyOf(meter) ?? "");
  return [...groups].map(([id, members]) => groupOf(id, members)).sort(byWorst);
}

function byWorst(a: CollectionGroup, b: CollectionGroup): number {
  return (a.successRate ?? 2) - (b.successRate ?? 2) || a.id.localeCompare(b.id);
}

function groupOf(id: string, meters: readonly Covered[]): CollectionGroup {
  const group = { id, meters: meters.length, good: 0, late: 0, silent: 0, never: 0, expected: 0, got: 0 };
  for (const meter of meters) {
    group[meter.status]++;
    group.expected += meter.expected;
    group.got += meter.got;
  }
  return { ...group, successRate: group.expected === 0 ? null : group.got / group.expected };
}
