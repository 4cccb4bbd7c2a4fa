import { lowGaugeOf, newPressurePair, type PressurePairState, stepPressurePair } from "./pressure-pair.ts";

/** Gauges of a district that are compared: the first by id, 28 pairs at most. */
const MOST_GAUGES = 8;
/** A finding ends when no gauge has stood too low for this many hours. */
const CALM_HOURS = 24;

interface HourMean {
  hourMs: number;
  sum: number;
  count: number;
  /** Mean of the last hour that is complete. */
  doneHourMs: number;
  doneMean: number;
}

/** What is kept of a district's gauges in a snapshot. */
export interface DistrictPressureImage {
  readonly means: readonly (readonly [string, HourMean])[];
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

/** The pressure gauges of one district, compared in pairs by hourly means. */
export class DistrictPressure {
  readonly id: string;
  readonly #gauges: readonly string[];
  #means = new Map<string, HourMean>();
  #pairs = new Map<string, PressurePairState>();
  #openMs = 0;
  #calmSinceMs = 0;

  constructor(id: string, gauges: readonly string[]) {
    this.id = id;
    this.#gauges = [...gauges].sort().slice(0, MOST_GAUGES);
  }

  /** Adds a reading; the hour before is judged with the first reading of a new one. Null where nothing begins or ends. */
  add(gauge: string, kPa: number, hourMs: number, hourOfDay: number): PressureTold | null {
    if (!this.#gauges.includes(gauge)) return null;
    const mean = this.#meanOf(gauge, hourMs);
    if (hourMs < mean.hourMs) return null;
    const isNewHour = hourMs > mean.hourMs && mean.count > 0;
    if (isNewHour) finishHour(mean);
    if (hourMs > mean.hourMs) startHour(mean, hourMs);
    mean.sum += kPa;
    mean.count++;
    return isNewHour ? this.#judge(gauge, mean, (hourOfDay + 23) % 24) : null;
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
    this.#means = new Map(copy.means);
    this.#pairs = new Map(copy.pairs);
    this.#openMs = copy.openMs;
    this.#calmSinceMs = copy.calmSinceMs;
  }

  /** The pairs of a gauge whose other has a mean of the same hour: the later of the two steps the pair. */
  #judge(gauge: string, mean: HourMean, hourOfDay: number): PressureTold | null {
    const lows = new Map<string, { count: number; sinceMs: number }>();
    for (const other of this.#gauges) {
      const its = this.#means.get(other);
      if (other === gauge || its?.doneHourMs !== mean.doneHourMs) continue;
      const [x, y] = gauge < other ? [mean, its] : [its, mean];
      const key = gauge < other ? `${gauge}|${other}` : `${other}|${gauge}`;
      stepPressurePair(this.#pairOf(key), x.doneMean, y.doneMean, hourOfDay, mean.doneHourMs);
    }
    for (const [key, pair] of this.#pairs) noteLow(lows, key, pair);
    return this.#tell(lows, mean.doneHourMs);
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
      mean = { hourMs, sum: 0, count: 0, doneHourMs: -1, doneMean: 0 };
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

function finishHour(mean: HourMean): void {
  mean.doneHourMs = mean.hourMs;
  mean.doneMean = mean.sum / mean.count;
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
