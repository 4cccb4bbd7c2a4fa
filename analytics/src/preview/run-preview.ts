import { setImmediate as nextTurn } from "node:timers/promises";
import type { Curve, ReadingStore } from "@nightflow/storage";
import { Engine } from "../engine.ts";
import { Weather } from "../engine-weather.ts";
import { compareEpisodes, type Episode, type EpisodeChange, episodesOf } from "../pure/episodes.ts";
import type { FindingEvent } from "../pure/finding.ts";
import type { PreviewRequest, PreviewResult } from "../pure/preview-result.ts";
import type { MeteredChannel } from "../pure/registry.ts";
import { type RuleTuning, tuningWith } from "../pure/tuning.ts";
import type { KnownOutcome } from "./known-outcomes.ts";
import { PreviewTally } from "./tally.ts";
import { readingsOf } from "./unit-readings.ts";
import { type PreviewUnit, unitsOf } from "./units.ts";

const DAY_MS = 86_400_000;
/** History before the period that teaches the rule. */
const LEARNS_DAYS = 120;
const CHUNK_ROWS = 4000;
/** Where the readings of whichever meter is run stand. */
const CHANNEL = "previewed";

/** How much a preview may take. */
export interface PreviewLimits {
  readonly subjects: number;
  readonly tookMs: number;
  /** Readings of one district that are held at once. */
  readonly readings: number;
}
export const PREVIEW_LIMITS: PreviewLimits = { subjects: 2000, tookMs: 10 * 60_000, readings: 3_000_000 };

/** What a preview works with. */
export interface PreviewDeps {
  readonly store: Pick<ReadingStore, "curve">;
  readonly channels: readonly MeteredChannel[];
  /** What the other rules are judged by. */
  readonly tuning: RuleTuning;
  /** Findings that people have judged, that began in the period. */
  readonly outcomes: readonly KnownOutcome[];
  readonly signal: AbortSignal;
  progress(share: number): Promise<void>;
  /** Lets the live detectors go first: resolves when a preview may go on. */
  rest?(): Promise<void>;
  readonly limits?: PreviewLimits;
}

/**
 * Runs a rule by the live detectors over what is stored, with the parameters of now and with those tried, one subject after another.
 * Bounded: at most so many subjects (a sample by hash, and the result says so), one subject's readings in memory, and a time.
 *
 * @throws when the signal aborts, or the store is away.
 */
export async function runPreview(deps: PreviewDeps, request: PreviewRequest): Promise<PreviewResult> {
  const limits = deps.limits ?? PREVIEW_LIMITS;
  const beganMs = performance.now();
  const all = unitsOf(request, deps.channels);
  const units = all.slice(0, limits.subjects);
  const learnsFromMs = request.fromMs - LEARNS_DAYS * DAY_MS;
  const air = await airOf(deps, units, learnsFromMs, request.toMs);
  const pair = new EnginePair(request, deps.tuning, air);
  const tally = new PreviewTally(request, deps.outcomes);
  let done = 0;
  for (const unit of units) {
    deps.signal.throwIfAborted();
    if (performance.now() - beganMs > limits.tookMs) break;
    await deps.rest?.();
    const curves = await curvesOf(deps.store, unit, learnsFromMs, request.toMs, limits.readings);
    if (curves === null) tally.tooLarge(unit.id);
    else tally.add(unit, await pair.run(unit, curves, deps.signal), curves);
    done++;
    await deps.progress(done / units.length);
  }
  const whyFewer = done < units.length ? "time" : units.length < all.length ? "sampled" : null;
  return tally.result({
    subjects: done,
    ofSubjects: all.length,
    whyFewer,
    learnsFromMs,
    tookMs: Math.round(performance.now() - beganMs),
  });
}

/** The outdoor air of gas meters that are run one by one: its sensors' whole history, read once. */
async function airOf(
  { store, channels }: PreviewDeps,
  units: readonly PreviewUnit[],
  fromMs: number,
  toMs: number,
): Promise<Weather> {
  const air = new Weather(Number.POSITIVE_INFINITY);
  air.setRegistry(channels);
  const meters = units.filter(({ isMeter }) => isMeter).flatMap((unit) => unit.channels);
  const sensors = new Set(meters.flatMap(({ commodity, weather }) => (commodity === "gas" ? (weather ?? []) : [])));
  for (const sensor of sensors) {
    const readings = readingsOf([await store.curve(sensor, fromMs, toMs)], [sensor]);
    air.read(readings, 0, readings.length);
  }
  return air;
}

async function curvesOf(
  store: PreviewDeps["store"],
  unit: PreviewUnit,
  fromMs: number,
  toMs: number,
  most: number,
): Promise<Curve[] | null> {
  const curves: Curve[] = [];
  let readings = 0;
  for (const { channel } of unit.channels) {
    const curve = await store.curve(channel, fromMs, toMs);
    readings += curve.length;
    if (readings > most) return null;
    curves.push(curve);
  }
  return curves;
}

/** What both sets of parameters find about a unit. */
export interface UnitRun {
  readonly old: readonly Episode[];
  readonly new: readonly Episode[];
  readonly changes: readonly EpisodeChange[];
}

/** Two engines beside each other, that differ in the parameters of one rule. */
class EnginePair {
  readonly #request: PreviewRequest;
  readonly #old: RuleTuning;
  readonly #new: RuleTuning;
  readonly #oldMeter: Engine;
  readonly #newMeter: Engine;

  constructor(request: PreviewRequest, tuning: RuleTuning, air: Weather) {
    this.#request = request;
    this.#old = tuningWith({ [request.rule]: request.old }, tuning);
    this.#new = tuningWith({ [request.rule]: request.new }, tuning);
    // One engine for all meters: a table for each would be another one to compile for, and the live engine would slow down with it.
    this.#oldMeter = new Engine([], { tuning: () => this.#old });
    this.#newMeter = new Engine([], { tuning: () => this.#new });
    for (const engine of [this.#oldMeter, this.#newMeter]) engine.followWeather(air);
  }

  async run(unit: PreviewUnit, curves: readonly Curve[], signal: AbortSignal): Promise<UnitRun> {
    const before = this.#inPeriod(await this.#events(unit, curves, this.#oldMeter, this.#old, signal));
    const after = this.#inPeriod(await this.#events(unit, curves, this.#newMeter, this.#new, signal));
    return { old: before, new: after, changes: compareEpisodes(before, after) };
  }

  async #events(
    unit: PreviewUnit,
    curves: readonly Curve[],
    meterEngine: Engine,
    tuning: RuleTuning,
    signal: AbortSignal,
  ): Promise<FindingEvent[]> {
    const engine = unit.isMeter ? meterEngine : new Engine(unit.channels, { tuning: () => tuning });
    if (unit.isMeter) {
      engine.setRegistry(unit.channels.map((meter) => ({ ...meter, channel: CHANNEL, inletOf: [], dma: meter.dma })));
      engine.clearMeter(CHANNEL);
    }
    const names = unit.isMeter ? [CHANNEL] : unit.channels.map(({ channel }) => channel);
    const readings = readingsOf(curves, names);
    const events: FindingEvent[] = [];
    for (let row = 0; row < readings.length; row += CHUNK_ROWS) {
      events.push(...engine.feed(readings, row, Math.min(readings.length, row + CHUNK_ROWS)).events);
      await nextTurn();
      signal.throwIfAborted();
    }
    engine.takeLate();
    return events;
  }

  #inPeriod(events: readonly FindingEvent[]): Episode[] {
    const { rule, fromMs, toMs } = this.#request;
    const episodes = episodesOf(events.filter((event) => event.rule === rule));
    return episodes.filter(({ finding }) => finding.atMs >= fromMs && finding.atMs < toMs);
  }
}
