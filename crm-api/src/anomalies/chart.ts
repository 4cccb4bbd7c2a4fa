import type { Evidence, SubjectKind } from "@nightflow/domain";
import type { ReadingStore, Sql } from "@nightflow/storage";
import type { z } from "zod";
import { type MeasuredPoint, pointsOfAccounts, pointsOfDmas, pointsOfMeter } from "../meters/points.ts";
import { qualityAt, usageSeries } from "../meters/usage.ts";
import { flowAt } from "../overview/dmas.ts";
import { nightsOf } from "../overview/nights.ts";
import type { AnomalyChart } from "./wire.ts";

const DAY_MS = 86_400_000;
const DAYS_BEFORE = 3;
const DAYS_AFTER_AT_MOST = 14;
const NIGHTS = 35;

/** What of a finding its chart is made of. */
export interface ChartedFinding {
  readonly subjectKind: SubjectKind;
  readonly subject: string;
  readonly accountId: string | null;
  readonly evidence: Evidence;
  readonly openedAt: number;
  readonly lastSeenAt: number;
}

/** The numbers of an evidence chart: what flowed from three days before the start, and what was expected. */
export async function evidenceChart(
  sql: Sql,
  store: ReadingStore,
  finding: ChartedFinding,
  zone: string,
  nowMs: number,
): Promise<z.infer<typeof AnomalyChart>> {
  const { evidence } = finding;
  const fromMs = evidence.startAt - DAYS_BEFORE * DAY_MS;
  const untilMs = Math.max(finding.lastSeenAt, evidence.knowableAt) + DAY_MS;
  const toMs = Math.min(nowMs, untilMs, evidence.startAt + DAYS_AFTER_AT_MOST * DAY_MS);
  const series = await usageSeries(store, await pointsOfSubject(sql, finding), fromMs, toMs);
  const steps = series === null ? [] : Array.from(series.volumesM3.keys());
  return {
    unit: series === null ? null : `${series.unit}/h`,
    zone,
    stepMs: series?.stepMs ?? 0,
    startAt: series === null ? [] : steps.map((at) => series.fromMs + at * series.stepMs),
    actualM3h: series === null ? [] : steps.map((at) => flowOrNull(flowAt(series, at))),
    quality: series === null ? [] : steps.map((at) => qualityAt(series, at)),
    expectedM3h: evidence.expectedM3h,
    bandLowM3h: evidence.bandLowM3h,
    bandHighM3h: evidence.bandHighM3h,
    floorM3h: evidence.floorM3h,
    beginsAt: evidence.startAt,
    // An update's evidence is as young as the update; the mark stands where the finding was made.
    knowableAt: Math.min(evidence.knowableAt, finding.openedAt),
    nights: finding.subjectKind === "dma" ? await nightsOf(sql, finding.subject, NIGHTS) : [],
  };
}

/** The registers whose flow a finding is about. */
export async function pointsOfSubject(
  sql: Sql,
  finding: Pick<ChartedFinding, "subjectKind" | "subject" | "accountId">,
): Promise<MeasuredPoint[]> {
  if (finding.subjectKind === "meter") return pointsOfMeter(sql, finding.subject);
  if (finding.subjectKind === "dma") return pointsOfDmas(sql, [finding.subject]);
  if (finding.subjectKind === "account" && finding.accountId !== null)
    return pointsOfAccounts(sql, [finding.accountId]);
  return [];
}

function flowOrNull(flow: number): number | null {
  return Number.isNaN(flow) ? null : flow;
}
