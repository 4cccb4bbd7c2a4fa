import { QUALITY_CODES } from "@nightflow/domain";
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

/** A channel's tags: `c` channel, `m` meter and `q` quantity where the registry knows them; in the order InfluxDB sorts them. */
export function tagsOf(channel: string, known: KnownChannel | undefined): string {
  return known === undefined ? `c=${channel}` : `c=${channel},m=${known.meter},q=${known.quantity}`;
}
