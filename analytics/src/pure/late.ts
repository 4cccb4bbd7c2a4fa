/** A stretch of readings that came late; both ends are instants of readings. */
export type LateSpan = readonly [fromMs: number, toMs: number];

/** Readings of one register that came behind newer ones. */
export interface LateReadings {
  readonly channel: string;
  readonly periodMs: number;
  readonly readings: number;
  /** Ascending and apart; within one no reading came in time. */
  readonly spans: readonly LateSpan[];
}

/** Neighbours at most so many periods apart have no reading between them. */
const REACH_PERIODS = 1.5;
/** More stretches of one register than this are run together, so that what is kept of a meter has a bound. */
const MOST_SPANS = 256;

/** Spans of either list as one ascending list; those that touch or lie within reach of each other are one. */
export function mergeSpans(spans: readonly LateSpan[], periodMs: number): LateSpan[] {
  const merged: [number, number][] = [];
  for (const [fromMs, toMs] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && fromMs - last[1] <= REACH_PERIODS * periodMs) last[1] = Math.max(last[1], toMs);
    else merged.push([fromMs, toMs]);
  }
  if (merged.length <= MOST_SPANS) return merged;
  const [first, last] = [merged[MOST_SPANS - 1], merged.at(-1)];
  return [...merged.slice(0, MOST_SPANS - 1), [first?.[0] ?? 0, last?.[1] ?? 0]];
}

/** Whether an instant lies in one of the spans. */
export function isWithin(spans: readonly LateSpan[], atMs: number): boolean {
  return spans.some(([fromMs, toMs]) => fromMs <= atMs && atMs <= toMs);
}

/**
 * Whether a reading of a curve was imported: a curve does not tell, but what is older than the newest import and than live reading was.
 * Both 0 when there is none.
 */
export function wasImported(
  { lastImportMs, liveSinceMs }: { readonly lastImportMs: number; readonly liveSinceMs: number },
  atMs: number,
): boolean {
  return atMs <= lastImportMs && (liveSinceMs === 0 || atMs < liveSinceMs);
}

/** Gathers late readings, register by register, until they are taken. */
export class LateNotes {
  readonly #byChannel = new Map<string, { periodMs: number; readings: number; spans: [number, number][] }>();

  add(channel: string, periodMs: number, atMs: number): void {
    const known = this.#byChannel.get(channel);
    if (known === undefined) {
      this.#byChannel.set(channel, { periodMs, readings: 1, spans: [[atMs, atMs]] });
      return;
    }
    known.readings++;
    const last = known.spans.at(-1);
    // The usual case, readings one after another, makes no object.
    if (last && atMs >= last[0] && atMs - last[1] <= REACH_PERIODS * periodMs) last[1] = Math.max(last[1], atMs);
    else known.spans.push([atMs, atMs]);
    if (known.spans.length > 2 * MOST_SPANS)
      known.spans = mergeSpans(known.spans, periodMs).map(([fromMs, toMs]) => [fromMs, toMs]);
  }

  /** All that was noted since it was last asked. */
  take(): LateReadings[] {
    if (this.#byChannel.size === 0) return [];
    const taken = Array.from(this.#byChannel, ([channel, { periodMs, readings, spans }]) => ({
      channel,
      periodMs,
      readings,
      spans: mergeSpans(spans, periodMs),
    }));
    this.#byChannel.clear();
    return taken;
  }
}
