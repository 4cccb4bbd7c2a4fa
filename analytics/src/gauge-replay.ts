import type { Curve, ReadingColumns } from "@nightflow/storage/pure";
import { Engine, type EngineOptions } from "./engine.ts";
import type { GaugeBasis, GaugeHistory, PressureImage } from "./engine-pressure.ts";
import { compareEpisodes, type EpisodeChange, episodesOf } from "./pure/episodes.ts";
import type { FindingEvent } from "./pure/finding.ts";
import { isWithin, type LateSpan, wasImported } from "./pure/late.ts";

/** What a replay of some gauges showed. */
export interface GaugeReplay {
  readonly changes: readonly EpisodeChange[];
  /** What the gauges and their districts have learnt, the late readings among it. */
  readonly image: PressureImage;
  readonly readings: number;
}

/**
 * Judges a gauge and its districts again by the live detectors, in an engine of its own: once by all readings of the district's gauges
 * (`curves` in the order of `basis.gauges`) and once without those that came late. Only what differs between the two is due to these.
 * `live` is what is known now: a finding that began before the curves do keeps its start. Null when there is nothing to judge by.
 */
export function replayGauges(
  basis: GaugeBasis,
  curves: readonly Curve[],
  late: ReadonlyMap<string, readonly LateSpan[]>,
  live: PressureImage,
  options: Partial<EngineOptions> = {},
): GaugeReplay | null {
  const all = columnsOf(basis.gauges, curves, () => true);
  if (all.length === 0) return null;
  const isInTime = (channel: string, atMs: number) => !isWithin(late.get(channel) ?? [], atMs);
  const since = run(basis, all, options);
  const before = run(basis, columnsOf(basis.gauges, curves, isInTime), options);
  return {
    changes: compareEpisodes(episodesOf(before.events), episodesOf(since.events)),
    image: learntOf(basis, late, { since: since.image, before: before.image, live }),
    readings: all.length,
  };
}

function run({ gauges, districts, gauge }: GaugeBasis, readings: ReadingColumns, options: Partial<EngineOptions>) {
  const metas = gauges.map(({ meta }) => meta);
  const engine = new Engine(metas, options);
  // Other districts of these gauges have further gauges, which are not here.
  const isOwn = ({ subjectKind, subject }: FindingEvent) =>
    subjectKind === "dma" ? districts.includes(subject) : subject === gauge.meter;
  return { events: engine.feed(readings).events.filter(isOwn), image: engine.takeGauges() };
}

interface Images {
  readonly since: PressureImage;
  readonly before: PressureImage;
  readonly live: PressureImage;
}

/** The late gauges and their districts as they are now known. */
function learntOf(
  { gauge, districts }: GaugeBasis,
  late: ReadonlyMap<string, readonly LateSpan[]>,
  images: Images,
): PressureImage {
  const [before, live] = [new Map(images.before.gauges), new Map(images.live.gauges)];
  const [districtsBefore, districtsLive] = [new Map(images.before.districts), new Map(images.live.districts)];
  return {
    gauges: images.since.gauges
      .filter(([channel]) => channel === gauge.channel && late.has(channel))
      .map(([channel, state]) => {
        const [was, now] = [before.get(channel), live.get(channel)];
        const kept = (side: "low" | "high" | "drop") => keepStart(state[side], was?.[side], now?.[side]);
        const limits = { low: kept("low"), high: kept("high"), drop: { ...state.drop, ...kept("drop") } };
        return [channel, { ...state, ...limits, pastRules: now?.pastRules ?? state.pastRules }];
      }),
    districts: images.since.districts
      .filter(([dma]) => districts.includes(dma))
      .map(([dma, image]) => [dma, keepStart(image, districtsBefore.get(dma), districtsLive.get(dma))]),
  };
}

/** Where the late readings change nothing of whether and since when something is open, what is known live holds: it may have begun before the curves do. */
function keepStart<State extends { readonly openMs: number }>(since: State, before?: State, live?: State): State {
  return before !== undefined && live !== undefined && since.openMs === before.openMs
    ? { ...since, openMs: live.openMs }
    : since;
}

/** The readings of several gauges in the order of time, as the feed would have brought them. */
function columnsOf(
  gauges: readonly GaugeHistory[],
  curves: readonly Curve[],
  isKept: (channel: string, atMs: number) => boolean,
): ReadingColumns {
  const rows = gauges.flatMap(({ meta, judgedUntilMs }, no) => {
    const atMs = curves[no]?.readAtMs ?? new Float64Array();
    const isTaken = (at: number) => at <= judgedUntilMs && isKept(meta.channel, at);
    return Array.from(atMs, (at, row) => ({ no, at, row })).filter(({ at }) => isTaken(at));
  });
  rows.sort((a, b) => a.at - b.at || a.no - b.no);
  const { length } = rows;
  return {
    length,
    channels: gauges.map(({ meta }) => meta.channel),
    channelNos: Int32Array.from(rows, ({ no }) => no),
    readAtMs: Float64Array.from(rows, ({ at }) => at),
    counts: new BigInt64Array(length),
    gauges: Float64Array.from(rows, ({ no, row }) => curves[no]?.gauges[row] ?? Number.NaN),
    isRegister: new Uint8Array(length),
    qualities: Uint8Array.from(rows, ({ no, row }) => curves[no]?.qualities[row] ?? 2),
    flags: new Uint32Array(length),
    origins: Uint8Array.from(rows, ({ no, at }) => (isOld(gauges[no], at) ? 1 : 0)),
  };
}

function isOld(gauge: GaugeHistory | undefined, atMs: number): boolean {
  return gauge !== undefined && wasImported(gauge, atMs);
}
