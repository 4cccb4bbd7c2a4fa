import type { Curve, ReadingColumns } from "@nightflow/storage/pure";
import { Engine, type EngineOptions } from "./engine.ts";
import type { ReplayBasis } from "./engine-meters.ts";
import type { MeterImage } from "./meter-slots.ts";
import { compareEpisodes, type Episode, type EpisodeChange, episodesOf } from "./pure/episodes.ts";
import type { FindingEvent } from "./pure/finding.ts";
import { isWithin, type LateSpan, wasImported } from "./pure/late.ts";

const PAGE = 20_000;

/** What a replay of one meter showed. */
export interface MeterReplay {
  /** What of the findings is another one with the late readings than without. */
  readonly changes: readonly EpisodeChange[];
  /** What the meter has learnt, the late readings among it. */
  readonly image: MeterImage;
  readonly readings: number;
}

/** Where the readings of whichever meter is replayed stand. */
const CHANNEL = "replayed";

/**
 * Replays meters one after another by the live detectors, in an engine of its own: one for all, since a table for each would be
 * another one to compile for, and the live engine would slow down with it.
 */
export class MeterReplayer {
  readonly #engine: Engine;

  constructor(options: Partial<EngineOptions>) {
    this.#engine = new Engine([], options);
  }

  /** Replays with the outdoor air that the live engine has measured. */
  useWeatherOf(live: Engine): void {
    this.#engine.followWeatherOf(live);
  }

  /**
   * Replays a meter from its history, once as it was judged and once with its late readings. Only what differs between the two is due
   * to the late readings; where history begins, and what was judged by an older release, is the same in both. Readings newer than what
   * was judged are left to the feed, which brings them.
   *
   * Where the meter has no finding that could be disproved (`hasFindings` false) and the run with the late readings shows none, the
   * other run is left out. Null when the meter was never judged, or has no reading.
   */
  replay(basis: ReplayBasis, curve: Curve, late: readonly LateSpan[], hasFindings = true): MeterReplay | null {
    const { judgedUntilMs } = basis;
    if (judgedUntilMs === null || curve.length === 0) return null;
    // Its districts are judged by the sum of many meters, which one meter's replay cannot make again.
    this.#engine.setRegistry([{ ...basis.meta, channel: CHANNEL, inletOf: [] }]);
    const all = columnsOf(basis, curve, (atMs) => atMs <= judgedUntilMs);
    const since = this.#episodes(basis, all);
    const image = this.#engine.takeMeter(CHANNEL);
    if (image === undefined) return null;
    if (!hasFindings && since.length === 0) return { changes: [], image, readings: all.length };
    const inTime = columnsOf(basis, curve, (atMs) => atMs <= judgedUntilMs && !isWithin(late, atMs));
    return { changes: compareEpisodes(this.#episodes(basis, inTime), since), image, readings: all.length };
  }

  #episodes({ hasReverseRegister }: ReplayBasis, readings: ReadingColumns): Episode[] {
    const events = this.#run(readings);
    return episodesOf(hasReverseRegister ? events.filter(({ rule }) => rule !== "REVERSE") : events);
  }

  #run(readings: ReadingColumns): FindingEvent[] {
    this.#engine.clearMeter(CHANNEL);
    const events: FindingEvent[] = [];
    for (let row = 0; row < readings.length; row += PAGE)
      events.push(...this.#engine.feed(readings, row, Math.min(readings.length, row + PAGE)).events);
    this.#engine.takeLate();
    return events;
  }
}

/** The rows of a curve that are kept, as the feed would have brought them in the order of their time. */
function columnsOf(basis: ReplayBasis, curve: Curve, isKept: (atMs: number) => boolean): ReadingColumns {
  const rows: number[] = [];
  for (let i = 0; i < curve.length; i++) if (isKept(curve.readAtMs[i] ?? 0)) rows.push(i);
  const { length } = rows;
  return {
    length,
    channels: [CHANNEL],
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
