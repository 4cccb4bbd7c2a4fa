import type { Evidence } from "@nightflow/domain";
import type { Signal } from "./engine.ts";
import { compareEpisodes, type EpisodeChange, episodesOf } from "./pure/episodes.ts";
import { CONFIDENCE, evidenceOf } from "./pure/evidence.ts";
import type { FindingEvent } from "./pure/finding.ts";

/** Steps of findings by the readings that were judged, and by those of today. */
export interface Courses {
  readonly asJudged: readonly Signal[];
  readonly asKnown: readonly Signal[];
}

/** What of the findings of two courses is another one. */
export function toldChanges({ asJudged, asKnown }: Courses): EpisodeChange[] {
  const [before, after] = [asJudged, asKnown].map((signals) => episodesOf(signals.map(findingOf)));
  // A state kept while a finding was open does not hold its evidence.
  const isTold = (change: EpisodeChange) => change.kind !== "changed" || change.now.finding.evidence !== null;
  return compareEpisodes(before ?? [], after ?? []).filter(isTold);
}

/** A step of a finding with its money and evidence. */
export function findingOf(signal: Signal): FindingEvent {
  const { who, proof, rule } = signal;
  const evidence: Evidence | null = proof === null ? null : evidenceOf(proof, signal.startMs, signal.atMs);
  return {
    ...who,
    type: signal.type,
    rule,
    direction: signal.direction,
    startMs: signal.startMs,
    atMs: signal.atMs,
    evidence,
    confidence: CONFIDENCE[rule] ?? 0.5,
    moneyPerDay: proof === null ? 0 : (proof.excess * 24 * signal.pricePerM3) / 1000,
    isPast: signal.isPast,
  };
}
