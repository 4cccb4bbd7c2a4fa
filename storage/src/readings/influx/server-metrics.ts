import { influxAddress } from "./influx-api.ts";
import { asInfluxError } from "./influx-errors.ts";

const TIMEOUT_MS = 10_000;

/** Figures that an InfluxDB 2 tells of itself without a token. */
export interface ServerFigures {
  /** Points that it failed to write since its start, for whatever reason. */
  readonly failedPoints: number;
  /** Writes to its log that failed since its start: a full or broken disk. */
  readonly failedLogWrites: number;
  readonly series: number;
}

/** @throws {StoreUnavailableError} when the server does not answer. */
export async function readServerFigures(url: string): Promise<ServerFigures> {
  try {
    const response = await fetch(influxAddress(url, "metrics"), { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    return {
      failedPoints: sumOf(text, "storage_writer_err_points_sum"),
      failedLogWrites: sumOf(text, "storage_wal_writes_err"),
      series: sumOf(text, "storage_bucket_series_num"),
    };
  } catch (error) {
    throw asInfluxError(error, "reading the figures of InfluxDB");
  }
}

/** The sum of a metric over its labels, in Prometheus' text format; 0 where it is not there. */
export function sumOf(text: string, metric: string): number {
  let sum = 0;
  for (const line of text.split("\n"))
    if (line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
      sum += Number(line.slice(line.lastIndexOf(" ")));
  return sum;
}
