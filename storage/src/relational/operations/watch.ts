import { COLLECTING_PARTS } from "@nightflow/domain";
import type { StoredProcessReport } from "./process-reports.ts";

/** How a site's head-end fares, by what its processes last said. */
export interface HeadEndSilence {
  readonly site: string;
  /** When it was last heard of; real time of the database server, epoch ms. */
  readonly lastSeenAt: number;
  readonly isSilent: boolean;
}

/** A head-end is silent after this many of its own pauses, and never sooner than `SILENT_S`. */
const MISSED_REPORTS = 4;
const SILENT_S = 30;

/**
 * Which head-ends are silent. A site with several collecting processes is as alive as the one heard of last; one whose
 * processes all said good-bye was stopped on purpose, which its operator knows.
 */
export function silentHeadEnds(reports: readonly StoredProcessReport[]): HeadEndSilence[] {
  const bySite = Map.groupBy(reports.filter(isStoring), ({ site }) => site);
  return [...bySite].flatMap(([site, all]) => {
    const newest = all.reduce((one, other) => (other.ageS < one.ageS ? other : one));
    const isAlive = all.some((one) => !one.hasEnded && !isSilent(one));
    const isStopped = all.every((one) => one.hasEnded);
    return [{ site, lastSeenAt: newest.seenAt, isSilent: !isAlive && !isStopped }];
  });
}

// A broker alone stores nothing, and may run for long without anybody behind it.
function isStoring({ report }: StoredProcessReport): boolean {
  return COLLECTING_PARTS.includes(report.part) && report.part !== "broker";
}

/** Whether a process has missed its reports for too long. */
export function isSilent({ ageS, everyS }: Pick<StoredProcessReport, "ageS" | "everyS">): boolean {
  return ageS > Math.max(SILENT_S, everyS * MISSED_REPORTS);
}
