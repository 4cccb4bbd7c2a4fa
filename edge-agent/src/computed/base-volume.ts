import {
  type BaseVolumeChannel,
  type ChannelDescription,
  convert,
  type Flag,
  type MissingReason,
  type Reading,
} from "@nightflow/domain";
import type { Gathered } from "./boundary-book.ts";
import { heritageOf, type ValueReading } from "./inputs.ts";

const ZERO_CELSIUS_K = 273.15;

/** No gas network is outside: a sensor that says so lies, and a total would keep its lie for ever. */
const LEAST_FACTOR = 0.01;
const MOST_FACTOR = 1000;

/** Periods between two conversions, beyond which what P and T were in between is not known. */
const LONGEST_STEP = 1.5;

/** Where a total of base volume stands; kept on disk, so that it goes on after a restart. */
export interface BaseVolumeTotal {
  /** Counts of the meter's own total up to which it was converted, as a decimal. */
  readonly vmCounts: string;
  /** Whole counts of the total at base conditions, as a decimal. */
  readonly vbCounts: string;
  /** What is left between two counts, 0 to 1. */
  readonly restCounts: number;
  /** Conversion factor at `vmCounts`. */
  readonly factor: number;
  /** When the meter's total was read, epoch ms. */
  readonly at: number;
}

/** What a boundary brought: its reading, and where the total stands now. */
export interface BaseVolumeStep {
  readonly reading: Reading;
  readonly total: BaseVolumeTotal | undefined;
}

type SensorValue = { readonly value: number; readonly from: ValueReading | undefined };

/**
 * Vb ÷ Vm of a gas: (P ÷ Pb) × (Tb ÷ T) × (Zb ÷ Z), with absolute pressures and kelvin. Null where P or T cannot be right.
 *
 * @see EN 12405-1, section 3; DOMAIN 5.2
 */
export function conversionFactor(
  channel: Pick<BaseVolumeChannel, "base" | "compressibilityRatio">,
  absoluteKPa: number,
  temperatureC: number,
): number | null {
  const kelvin = temperatureC + ZERO_CELSIUS_K;
  if (!(absoluteKPa > 0 && kelvin > 0)) return null;
  const { pressureKPa, temperatureC: baseC } = channel.base;
  const factor = (absoluteKPa / pressureKPa) * ((baseC + ZERO_CELSIUS_K) / kelvin) * channel.compressibilityRatio;
  return factor >= LEAST_FACTOR && factor <= MOST_FACTOR ? factor : null;
}

/**
 * Makes a total at base conditions from a total at the meter, pressure and temperature. Between two boundaries the mean of
 * both factors holds. While P or T says nothing, the fallback does and the reading is suspect; without one it is missing,
 * and what was counted meanwhile is converted at the next good boundary and flagged `gap`. A total at the meter that falls
 * adds nothing.
 */
export class BaseVolumeMaker {
  readonly #channel: BaseVolumeChannel;
  readonly #channels: ReadonlyMap<string, ChannelDescription>;
  readonly #m3PerCount: number;
  readonly #countsPerSm3: number;
  #total: BaseVolumeTotal | undefined;

  constructor(
    channel: BaseVolumeChannel,
    channels: ReadonlyMap<string, ChannelDescription>,
    total: BaseVolumeTotal | undefined,
  ) {
    this.#channel = channel;
    this.#channels = channels;
    this.#total = total;
    const volume = channels.get(channel.volume);
    this.#m3PerCount = (volume?.resolution ?? 1) * convert(1, volume?.unit ?? "m3", "m3");
    this.#countsPerSm3 = 1 / (channels.get(channel.channel)?.resolution ?? 1);
  }

  make({ boundaryAt, readings }: Gathered): BaseVolumeStep {
    const volume = readings.get(this.#channel.volume);
    if (volume === undefined) return this.#missing(boundaryAt, "timeout");
    if (volume.quality === "missing") return this.#missing(boundaryAt, volume.reason);
    const pressure = this.#sensor("pressure", readings);
    const temperature = this.#sensor("temperature", readings);
    if ("missing" in pressure) return this.#missing(boundaryAt, pressure.missing);
    if ("missing" in temperature) return this.#missing(boundaryAt, temperature.missing);
    const factor = conversionFactor(this.#channel, pressure.value, temperature.value);
    if (factor === null) return this.#missing(boundaryAt, "bad_status");
    return this.#advance(volume, factor, [pressure, temperature]);
  }

  #advance(volume: ValueReading, factor: number, sensors: readonly SensorValue[]): BaseVolumeStep {
    const before = this.#total;
    const delta = before === undefined ? 0n : BigInt(volume.value) - BigInt(before.vmCounts);
    const added = delta > 0n ? this.#converted(delta, ((before?.factor ?? factor) + factor) / 2) : 0;
    const counts = (before?.restCounts ?? 0) + added;
    const whole = Math.floor(counts);
    const vbCounts = BigInt(before?.vbCounts ?? this.#channel.startCounts) + BigInt(whole);
    this.#total = {
      vmCounts: String(volume.value),
      vbCounts: String(vbCounts),
      restCounts: counts - whole,
      factor,
      at: volume.readAt,
    };
    const own: Flag[] = [];
    if (before !== undefined && volume.readAt - before.at > LONGEST_STEP * this.#channel.periodS * 1000)
      own.push("gap");
    if (delta < 0n) own.push("negative");
    return { reading: this.#reading(volume, vbCounts, sensors, own), total: this.#total };
  }

  #converted(delta: bigint, factor: number): number {
    return Number(delta) * this.#m3PerCount * factor * this.#countsPerSm3;
  }

  #reading(volume: ValueReading, vbCounts: bigint, sensors: readonly SensorValue[], own: readonly Flag[]): Reading {
    const inputs = [volume, ...sensors.flatMap(({ from }) => from ?? [])];
    const { quality, flags } = heritageOf(inputs);
    const more = [...own];
    if (sensors.some((sensor, at) => sensor.from === undefined && this.#hasSensor(at))) more.push("bad_status");
    return {
      quality: more.length > 0 ? "suspect" : quality,
      channel: this.#channel.channel,
      readAt: volume.readAt,
      value: vbCounts <= Number.MAX_SAFE_INTEGER ? Number(vbCounts) : vbCounts,
      flags: [...new Set([...flags, ...more])],
    };
  }

  #hasSensor(at: number): boolean {
    const { pressure, temperature } = this.#channel;
    return (at === 0 ? pressure : temperature).channel !== undefined;
  }

  #sensor(
    name: "pressure" | "temperature",
    readings: ReadonlyMap<string, Reading>,
  ): SensorValue | { readonly missing: MissingReason } {
    const { channel: id, fallback } = this.#channel[name];
    const reading = id === undefined ? undefined : readings.get(id);
    if (reading !== undefined && reading.quality !== "missing")
      return { value: this.#absolute(name, this.#inBaseUnit(name, reading)), from: reading };
    if (fallback !== undefined) return { value: this.#absolute(name, fallback), from: undefined };
    return { missing: reading?.quality === "missing" ? reading.reason : "timeout" };
  }

  #inBaseUnit(name: "pressure" | "temperature", reading: ValueReading): number {
    const unit = this.#channels.get(reading.channel)?.unit;
    const base = name === "pressure" ? "kPa" : "Cel";
    return convert(Number(reading.value), unit ?? base, base);
  }

  #absolute(name: "pressure" | "temperature", value: number): number {
    const { isGauge, atmosphericKPa } = this.#channel.pressure;
    return name === "pressure" && isGauge ? value + atmosphericKPa : value;
  }

  #missing(readAt: number, reason: MissingReason): BaseVolumeStep {
    return { reading: { quality: "missing", channel: this.#channel.channel, readAt, reason }, total: this.#total };
  }
}
