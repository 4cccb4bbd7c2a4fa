import { lowGaugeOf, newPressurePair, type PressurePairState, stepPressurePair } from "./pressure-pair.ts";

/** Gauges of a district that are compared: the first by id, 28 pairs at most. */
const MOST_GAUGES = 8;
/** A finding ends when no gauge has stood too low for this many hours. */
const CALM_HOURS = 24;

/** Hours of each gauge that wait for the others: loggers send what they hold once a day or two. */
const KEPT_HOURS = 48;

type DoneHour = readonly [hourMs: number, meanKPa: number];

interface HourMean {
  hourMs: number;
  sum: number;
  count: number;
  /** The last hours that are complete, ascending. */
  done: readonly DoneHour[];
}

/** The hours of a gauge as a snapshot holds them; older programs kept the last complete hour alone. */
type KeptMean = Omit<HourMean, "done"> & {
  readonly done?: readonly DoneHour[];
  readonly doneHourMs?: number;
  readonly doneMean?: number;
};

/** What is kept of a district's gauges in a snapshot. */
export interface DistrictPressureImage {
  readonly means: readonly (readonly [string, KeptMean])[];
  readonly pairs: readonly (readonly [string, PressurePairState])[];
  readonly openMs: number;
  readonly calmSinceMs: number;
}

/** A finding that begins or ends, with the gauge that stands too low and how many others say so. */
export interface PressureTold {
  readonly step: "open" | "clear";
  readonly startMs: number;
  readonly gauge: string;
  readonly beside: number;
}

/** The pressure gauges of one district, compared in pairs by hourly means, an hour as soon as both have told it. */
export class DistrictPressure {
  readonly id: string;
  readonly #gauges: readonly string[];
  readonly #hourOf: (utcMs: number) => number;
  #means = new Map<string, HourMean>();
  #pairs = new Map<string, PressurePairState>();
  #openMs = 0;
  #calmSinceMs = 0;

  /** `hourOf` gives the hour on the wall clock. */
  constructor(id: string, gauges: readonly string[], hourOf: (utcMs: number) => number) {
    this.id = id;
    this.#gauges = [...gauges].sort().slice(0, MOST_GAUGES);
    this.#hourOf = hourOf;
  }

  /** Whether a reading comes too late for its hour to be compared: that takes the gauges' history. */
  isLate(gauge: string, hourMs: number): boolean {
    if (!this.#gauges.includes(gauge)) return false;
    if (hourMs < (this.#means.get(gauge)?.hourMs ?? 0)) return true;
    for (const [other, { done }] of this.#means)
      if (other !== gauge && done.length === KEPT_HOURS && (done[0]?.[0] ?? 0) > hourMs) return true;
    return false;
  }

  /** Adds a reading; the hour before is judged with the first reading of a new one. Null where nothing begins or ends. */
  add(gauge: string, kPa: number, hourMs: number): PressureTold | null {
    if (!this.#gauges.includes(gauge)) return null;
    const mean = this.#meanOf(gauge, hourMs);
    if (hourMs < mean.hourMs) return null;
    const doneMs = mean.hourMs;
    const isNewHour = hourMs > doneMs && mean.count > 0;
    if (isNewHour) mean.done = [...mean.done, [doneMs, mean.sum / mean.count] as const].slice(-KEPT_HOURS);
    if (hourMs > doneMs) startHour(mean, hourMs);
    mean.sum += kPa;
    mean.count++;
    return isNewHour ? this.#judge(gauge, mean, doneMs) : null;
  }

  image(): DistrictPressureImage {
    return {
      means: [...this.#means],
      pairs: [...this.#pairs],
      openMs: this.#openMs,
      calmSinceMs: this.#calmSinceMs,
    };
  }

  restore(image: DistrictPressureImage): void {
    const copy = structuredClone(image);
    this.#means = new Map(copy.means.map(([gauge, mean]) => [gauge, keptMean(mean)]));
    this.#pairs = new Map(copy.pairs);
    this.#openMs = copy.openMs;
    this.#calmSinceMs = copy.calmSinceMs;
  }

  /** The pairs of a gauge whose other has a mean of the same hour: the later of the two steps the pair. */
  #judge(gauge: string, { done }: HourMean, hourMs: number): PressureTold | null {
    const lows = new Map<string, { count: number; sinceMs: number }>();
    const ownKPa = done.at(-1)?.[1] ?? Number.NaN;
    for (const other of this.#gauges) {
      const its = this.#means.get(other)?.done.findLast(([atMs]) => atMs <= hourMs);
      if (other === gauge || its?.[0] !== hourMs) continue;
      const isFirst = gauge < other;
      const [x, y] = isFirst ? [ownKPa, its[1]] : [its[1], ownKPa];
      const key = isFirst ? `${gauge}|${other}` : `${other}|${gauge}`;
      stepPressurePair(this.#pairOf(key), x, y, this.#hourOf(hourMs), hourMs);
    }
    for (const [key, pair] of this.#pairs) noteLow(lows, key, pair);
    return this.#tell(lows, hourMs);
  }

  #tell(lows: ReadonlyMap<string, { count: number; sinceMs: number }>, hourMs: number): PressureTold | null {
    const [worst] = [...lows].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
    if (worst !== undefined) {
      this.#calmSinceMs = 0;
      if (this.#openMs !== 0) return null;
      this.#openMs = worst[1].sinceMs;
      return { step: "open", startMs: this.#openMs, gauge: worst[0], beside: worst[1].count };
    }
    if (this.#openMs === 0) return null;
    if (this.#calmSinceMs === 0) this.#calmSinceMs = hourMs;
    if (hourMs - this.#calmSinceMs < CALM_HOURS * 3_600_000) return null;
    const startMs = this.#openMs;
    this.#openMs = 0;
    this.#calmSinceMs = 0;
    return { step: "clear", startMs, gauge: "", beside: 0 };
  }

  #meanOf(gauge: string, hourMs: number): HourMean {
    let mean = this.#means.get(gauge);
    if (!mean) {
      mean = { hourMs, sum: 0, count: 0, done: [] };
      this.#means.set(gauge, mean);
    }
    return mean;
  }

  #pairOf(key: string): PressurePairState {
    let pair = this.#pairs.get(key);
    if (!pair) {
      pair = newPressurePair();
      this.#pairs.set(key, pair);
    }
    return pair;
  }
}

function keptMean({ hourMs, sum, count, done, doneHourMs = -1, doneMean = 0 }: KeptMean): HourMean {
  return { hourMs, sum, count, done: done ?? (doneHourMs < 0 ? [] : [[doneHourMs, doneMean]]) };
}

function startHour(mean: HourMean, hourMs: number): void {
  mean.hourMs = hourMs;
  mean.sum = 0;
  mean.count = 0;
}

function noteLow(lows: Map<string, { count: number; sinceMs: number }>, key: string, pair: PressurePairState): void {
  const low = lowGaugeOf(pair);
  if (low === null) return;
  const gauge = key.split("|")[low === "y" ? 1 : 0] ?? "";
  const known = lows.get(gauge);
  const sinceMs = Math.min(known?.sinceMs ?? pair.sinceMs, pair.sinceMs);
  lows.set(gauge, { count: (known?.count ?? 0) + 1, sinceMs });
}
