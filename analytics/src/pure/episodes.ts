import type { FindingEvent } from "./finding.ts";

/** A finding from its opening to its end, as a run of the detectors told it. */
export interface Episode {
  /** The opening with the newest evidence. */
  readonly finding: FindingEvent;
  /** Null while it lasts. */
  readonly clearedAtMs: number | null;
}

/**
 * What readings that came late make of findings: one that is new, one that they disprove (`gone`), or the same one otherwise
 * (another start, end or evidence).
 */
export type EpisodeChange =
  | { readonly kind: "new"; readonly now: Episode }
  | { readonly kind: "gone"; readonly was: Episode }
  | { readonly kind: "changed"; readonly was: Episode; readonly now: Episode };

/** The episodes in the steps that a run gave, in the order of their opening. */
export function episodesOf(events: readonly FindingEvent[]): Episode[] {
  const open = new Map<string, Episode>();
  const all: Episode[] = [];
  for (const event of events) {
    const key = findingKey(event);
    const known = open.get(key);
    if (event.type === "clear") {
      if (known) all.push({ ...known, clearedAtMs: event.atMs });
      open.delete(key);
    } else if (event.type === "open" || known) {
      const { startMs, atMs } = known?.finding ?? event;
      open.set(key, { finding: { ...event, type: "open", startMs, atMs }, clearedAtMs: null });
    }
  }
  return [...all, ...open.values()].sort((a, b) => a.finding.startMs - b.finding.startMs);
}

/**
 * Compares the findings without the late readings to those with them. Two of one key that overlap in time are the same finding; what
 * is exactly as it was is not listed.
 */
export function compareEpisodes(before: readonly Episode[], after: readonly Episode[]): EpisodeChange[] {
  const left = new Set(after);
  const changes: EpisodeChange[] = [];
  for (const was of before) {
    const now = [...left].find((episode) => isSame(was, episode));
    if (now === undefined) changes.push({ kind: "gone", was });
    else {
      left.delete(now);
      if (!isEqual(was, now)) changes.push({ kind: "changed", was, now });
    }
  }
  return [...changes, ...Array.from(left, (now) => ({ kind: "new", now }) as const)];
}

function isSame(a: Episode, b: Episode): boolean {
  return (
    findingKey(a.finding) === findingKey(b.finding) && a.finding.startMs < endOf(b) && b.finding.startMs < endOf(a)
  );
}

function isEqual(a: Episode, b: Episode): boolean {
  return (
    a.finding.startMs === b.finding.startMs &&
    a.clearedAtMs === b.clearedAtMs &&
    JSON.stringify(a.finding.evidence) === JSON.stringify(b.finding.evidence)
  );
}

function endOf(episode: Episode): number {
  return episode.clearedAtMs ?? Number.POSITIVE_INFINITY;
}

/** What a finding is known by while it lasts: its rule and subject. */
export function findingKey(event: FindingEvent): string {
  return `${event.rule}|${event.subjectKind}|${event.subject}`;
}
