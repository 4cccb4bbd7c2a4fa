import { medianOf } from "@nightflow/analytics/pure";
import type { Evidence, RuleCode } from "@nightflow/domain";

/** Rules whose finding is a floor that a repair brings down. */
export const REPAIRED_RULES: readonly RuleCode[] = [
  "CONT_FLOW",
  "CONT_FLOW_BIG",
  "FLOOR_RISE",
  "BURST",
  "NIGHT_MIN",
  "DMA_LOSS",
  "GAS_CONT",
];

/** Nights that must be measured, and days after the repair within which they must be. */
export const CHECK_NIGHTS = 3;
export const CHECK_DAYS = 7;

/** What is left of a leak at most where it is mended. */
const LEFT_SHARE = 0.3;

/** What the night flow must come back to, beside what it was while the leak ran, m³/h. */
export interface RepairTarget {
  readonly beforeM3h: number;
  readonly limitM3h: number;
}

/**
 * The night flow that a repaired subject must fall to: what was expected, and three tenths of what the leak added; never less than the
 * band that was expected.
 *
 * Null case: no flow in the evidence, or nothing above what was expected.
 */
export function repairTarget(
  evidence: Pick<Evidence, "floorM3h" | "actualM3h" | "expectedM3h" | "bandHighM3h">,
): RepairTarget | null {
  const before = evidence.floorM3h ?? evidence.actualM3h;
  const expected = evidence.expectedM3h ?? 0;
  if (before === null || before <= expected) return null;
  const byShare = expected + LEFT_SHARE * (before - expected);
  const band = evidence.bandHighM3h ?? 0;
  return { beforeM3h: before, limitM3h: band < before ? Math.max(byShare, band) : byShare };
}

/** A measured night after a repair. */
export interface RepairNight {
  /** Local date of its morning. */
  readonly night: string;
  readonly flowM3h: number;
}

export type RepairVerdict = "watching" | "held" | "not_solved" | "not_measured";

/**
 * What the nights after a repair say: the median of the first three against the limit. Watching until three are measured; after seven
 * days without them nothing can be said.
 */
export function judgeRepair(
  nights: readonly RepairNight[],
  limitM3h: number,
  sinceMs: number,
  nowMs: number,
): RepairVerdict {
  const first = nights.slice(0, CHECK_NIGHTS).map(({ flowM3h }) => flowM3h);
  if (first.length < CHECK_NIGHTS) return nowMs - sinceMs > CHECK_DAYS * 86_400_000 ? "not_measured" : "watching";
  return (medianOf(first) ?? 0) <= limitM3h ? "held" : "not_solved";
}
