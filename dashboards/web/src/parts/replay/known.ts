import type { Happening, Replay } from "../../api/queries.ts";

/** The flow of the last measured interval that had ended by an instant; null when none had. */
export function flowKnownAt(replay: Pick<Replay, "startAt" | "flowM3h" | "stepMs">, atMs: number): number | null {
  for (let index = replay.startAt.length - 1; index >= 0; index--) {
    const start = replay.startAt[index] ?? Number.POSITIVE_INFINITY;
    const flow = replay.flowM3h[index] ?? null;
    if (start + replay.stepMs <= atMs && flow !== null) return flow;
  }
  return null;
}

/** What had happened by an instant, the newest first. */
export function happenedBy(happenings: readonly Happening[], atMs: number): readonly Happening[] {
  return happenings.filter((one) => one.at <= atMs).toReversed();
}

/** The instant of the next or the last happening from one instant; the end of the span where there is none. */
export function neighbourInstant(
  { happenings, from, to }: Pick<Replay, "happenings" | "from" | "to">,
  atMs: number,
  direction: 1 | -1,
): number {
  const instants = happenings.map((one) => one.at);
  if (direction === 1) return instants.find((at) => at > atMs) ?? to;
  return instants.findLast((at) => at < atMs) ?? from;
}
