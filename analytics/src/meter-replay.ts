import type { Curve, ReadingColumns } from "@nightflow/storage/pure";
import { Engine, type EngineOptions } from "./engine.ts";
import type { MeterImage, ReplayBasis } from "./engine-meters.ts";
import { compareEpisodes, type EpisodeChange, episodesOf } from "./pure/episodes.ts";
import type { FindingEvent } from "./pure/finding.ts";
import { isWithin, type LateSpan } from "./pure/late.ts";

const PAGE = 20_000;

/** What a replay of one meter showed. */
export interface MeterReplay {
  /** What of the findings is another one with the late readings than without. */
  readonly changes: readonly EpisodeChange[];
  /** What the meter has learnt, the late readings among it. */
  readonly image: MeterImage;
  readonly readings: number;
}

/**
 * Replays one meter from its history by the live detectors, once as it was judged and once with its late readings. Only what differs
 * between the two is due to the late readings; where history begins, and what was judged by an older release, is the same in both.
 * Readings newer than what was judged are left to the feed, which brings them.
 *
 * Null when the meter was never judged, or has no reading.
 */
export function replayMeter(
  basis: ReplayBasis,
  curve: Curve,
  late: readonly LateSpan[],
  options: Partial<EngineOptions>,
): MeterReplay | null {
  const { judgedUntilMs } = basis;
  if (judgedUntilMs === null || curve.length === 0) return null;
  const whole = run(
    basis,
    columnsOf(basis, curve, (atMs) => atMs <= judgedUntilMs),
    options,
  );
  if (whole.image === undefined) return null;
  const inTime = columnsOf(basis, curve, (atMs) => atMs <= judgedUntilMs && !isWithin(late, atMs));
  const before = run(basis, inTime, options);
  const changes = compareEpisodes(episodesOf(before.events), episodesOf(whole.events));
  return { changes, image: whole.image, readings: whole.readings };
}

function run(basis: ReplayBasis, readings: ReadingColumns, options: Partial<EngineOptions>) {
  const { channel } = basis.meta;
  // Its districts are judged by the sum of many meters, which one meter's replay cannot make again.
  const engine = new Engine([{ ...basis.meta, inletOf: [] }], options);
  const events: FindingEvent[] = [];
  for (let row = 0; row < readings.length; row += PAGE)
    events.push(...engine.feed(readings, row, Math.min(readings.length, row + PAGE)).events);
  return { events, image: engine.takeMeter(channel), readings: readings.length };
}

/** The rows of a curve that are kept, as the feed would have brought them in the order of their time. */
function columnsOf(basis: ReplayBasis, curve: Curve, isKept: (atMs: number) => boolean): ReadingColumns {
  const rows: number[] = [];
  for (let i = 0; i < curve.length; i++) if (isKept(curve.readAtMs[i] ?? 0)) rows.push(i);
  const { length } = rows;
  return {
    length,
    channels: [basis.meta.channel],
    channelNos: new Int32Array(length),
    readAtMs: Float64Array.from(rows, (i) => curve.readAtMs[i] ?? 0),
    counts: BigInt64Array.from(rows, (i) => curve.counts[i] ?? 0n),
    gauges: new Float64Array(length).fill(Number.NaN),
    isRegister: new Uint8Array(length).fill(1),
    qualities: Uint8Array.from(rows, (i) => curve.qualities[i] ?? 2),
    flags: Uint32Array.from(rows, (i) => curve.flags[i] ?? 0),
    origins: Uint8Array.from(rows, (i) => (wasImported(basis, curve.readAtMs[i] ?? 0) ? 1 : 0)),
  };
}

/** A curve does not tell where its readings came from; what is older than the newest import and than live reading was imported. */
function wasImported({ lastImportMs, liveSinceMs }: ReplayBasis, atMs: number): boolean {
  return atMs <= lastImportMs && (liveSinceMs === 0 || atMs < liveSinceMs);
}
