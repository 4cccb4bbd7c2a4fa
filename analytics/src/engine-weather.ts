import { convert } from "@nightflow/domain";
import type { ReadingColumns } from "@nightflow/storage";
import type { MeteredChannel } from "./pure/registry.ts";

const HOUR_MS = 3_600_000;
const KEPT_HOURS = 100 * 24;
/** Colder and hotter than any place where people live is a broken sensor. */
const [LEAST_C, MOST_C] = [-60, 60];
/** At least this share of a span's hours must have been measured. */
const LEAST_MEASURED = 0.5;

interface AirHour {
  sum: number;
  count: number;
}

/** What is kept of the outdoor air in a snapshot: by channel, hours since 1970 with their mean, °C. */
export type WeatherImage = readonly (readonly [string, readonly (readonly [number, number])[]])[];

/** Coldest hour and mean of a span, °C. */
export interface Air {
  readonly coldestC: number;
  readonly meanC: number;
}

/**
 * The outdoor air as its sensors measure it, by the hour, for 100 days. A unit's air is the channel that the registry marks as
 * outdoor at it or at the nearest unit above; where there is none nothing is guessed, and rules go without.
 */
export class Weather {
  #hours = new Map<string, Map<number, AirHour>>();
  #units = new Map<string, MeteredChannel>();
  #followed: Weather | undefined;
  readonly #keptHours: number;

  constructor(keptHours = KEPT_HOURS) {
    this.#keptHours = keptHours;
  }

  /** Tells what another engine's sensors measured, in place of its own. */
  follow(other: Weather): void {
    this.#followed = other;
  }

  setRegistry(channels: readonly MeteredChannel[]): void {
    const outdoor = channels.filter(({ isOutdoor, quantity }) => isOutdoor === true && quantity === "temperature");
    this.#units = new Map(outdoor.map((meta) => [meta.channel, meta]));
  }

  /** Takes rows [from, to) of a page; a page without sensors costs a look at its channels. */
  read(readings: ReadingColumns, from: number, to: number): void {
    if (this.#units.size === 0) return;
    const sensors = readings.channels.map((channel) => this.#units.get(channel));
    if (sensors.every((sensor) => sensor === undefined)) return;
    for (let row = from; row < to; row++) {
      const sensor = sensors[readings.channelNos[row] ?? -1];
      if (sensor === undefined || readings.qualities[row] !== 0) continue;
      const celsius = convert(readings.gauges[row] ?? Number.NaN, sensor.unit ?? "Cel", "Cel");
      if (celsius >= LEAST_C && celsius <= MOST_C) this.#note(sensor.channel, readings.readAtMs[row] ?? 0, celsius);
    }
  }

  /** The air of a channel over [fromMs, toMs); null when less than half of its hours were measured. */
  between(channel: string, fromMs: number, toMs: number): Air | null {
    if (this.#followed !== undefined) return this.#followed.between(channel, fromMs, toMs);
    const hours = this.#hours.get(channel);
    if (hours === undefined) return null;
    const means: number[] = [];
    const [first, end] = [Math.floor(fromMs / HOUR_MS), Math.ceil(toMs / HOUR_MS)];
    for (let hour = first; hour < end; hour++) {
      const known = hours.get(hour);
      if (known !== undefined) means.push(known.sum / known.count);
    }
    if (means.length === 0 || means.length < LEAST_MEASURED * (end - first)) return null;
    return { coldestC: Math.min(...means), meanC: means.reduce((sum, mean) => sum + mean, 0) / means.length };
  }

  image(): WeatherImage {
    return [...this.#hours].map(([channel, hours]) => [
      channel,
      [...hours].map(([hour, { sum, count }]) => [hour, Math.round((10 * sum) / count) / 10] as const),
    ]);
  }

  restore(image: WeatherImage | undefined): void {
    this.#hours = new Map(
      (image ?? []).map(([channel, hours]) => [
        channel,
        new Map(hours.map(([hour, mean]) => [hour, { sum: mean, count: 1 }])),
      ]),
    );
  }

  #note(channel: string, atMs: number, celsius: number): void {
    let hours = this.#hours.get(channel);
    if (hours === undefined) {
      hours = new Map();
      this.#hours.set(channel, hours);
    }
    const hour = Math.floor(atMs / HOUR_MS);
    const known = hours.get(hour);
    if (known !== undefined) {
      known.sum += celsius;
      known.count++;
      return;
    }
    hours.set(hour, { sum: celsius, count: 1 });
    // In the order of arrival, which is that of time but for late readings.
    const [oldest] = hours.keys();
    if (hours.size > this.#keptHours && oldest !== undefined) hours.delete(oldest);
  }
}
