import { areConvertible, convert, QUALITY_CODES, type Unit } from "@nightflow/domain";
import type { KnownChannel, ReadingColumns } from "../../ports.ts";

/** Measurement of readings with a value: `v` register counts (integer), `g` gauges (float); `k` quality, `f` flags, `o` origin. */
export const READING = "reading";
/** Measurement of missing readings, apart so that a gap and a value at one instant never overwrite each other; `r` 1 for registers. */
export const GAP = "gap";

/**
 * One reading as a line of InfluxDB's protocol, time in milliseconds.
 *
 * Written here and not by the client's Point, which loses digits beyond 2^53 and drops empty tags silently (INFLUXDB
 * 1.6, 4). Ids hold no character that needs an escape. Every field is written always, so that a repeat covers its
 * forerunner wholly; integers always end in `i`, for a field's type is fixed a week long by its first line (trap 13).
 */
export function lineOf(readings: ReadingColumns, i: number, tags: string): string {
  const isRegister = readings.isRegister[i] === 1;
  const tail = `f=${readings.flags[i] ?? 0}i,o=${readings.origins[i] ?? 0}i ${readings.readAtMs[i]}`;
  if (readings.qualities[i] === QUALITY_CODES.missing) return `${GAP},${tags} r=${isRegister ? 1 : 0}i,${tail}`;
  const value = isRegister ? `v=${readings.counts[i]}i` : `g=${readings.gauges[i]}`;
  return `${READING},${tags} ${value},k=${readings.qualities[i]}i,${tail}`;
}

/**
 * A channel's tags, in the order in which InfluxDB sorts them: `c` channel, and where the registry knows them `m` meter,
 * `q` quantity and, of registers, `s` the size of a count in m³ (gas at base conditions: Sm³), so that whoever reads
 * counts can make volumes of them. None ever changes for a channel: a changed resolution is another channel.
 */
export function tagsOf(channel: string, known: KnownChannel | undefined): string {
  if (known === undefined) return `c=${channel}`;
  const tags = `c=${channel},m=${known.meter},q=${known.quantity}`;
  const size = known.resolution === null ? undefined : countSizeM3(known.resolution, known.unit);
  return size === undefined ? tags : `${tags},s=${size}`;
}

/** Size of a count in m³ or Sm³, without the tail that a float product may have; undefined for a unit that is no volume. */
function countSizeM3(resolution: number, unit: Unit): number | undefined {
  const base = unit === "Sm3" ? "Sm3" : "m3";
  return areConvertible(unit, base) ? Number(convert(resolution, unit, base).toPrecision(12)) : undefined;
}
