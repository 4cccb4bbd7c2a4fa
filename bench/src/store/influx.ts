import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReadingColumns } from "@nightflow/storage";
import { fluxRows } from "@nightflow/storage";
import { startInfluxd } from "@nightflow/storage/testing";
import { FLEET_START_MS, type Fleet, fleetCommits } from "./made-readings.ts";

/** What InfluxDB took for the same readings and the same questions, in ms. */
export interface InfluxTimes {
  readonly readings: number;
  readonly storingMs: number;
  /** Last value of each hour, for which InfluxDB has a short way. */
  readonly hoursMs: number;
  /** Consumption of each hour: differences of the register, summed. */
  readonly consumptionMs: number;
  readonly nightsMs: number;
}

type Influxd = Awaited<ReturnType<typeof startInfluxd>>;

/**
 * Stores a fleet's readings in an InfluxDB 2 of its own and asks for hours and nights in Flux, from the readings. It only
 * counts what it has rolled up and delivers one row, where the embedded store delivers every one.
 */
export async function timesOfInflux(fleet: Fleet): Promise<InfluxTimes> {
  process.env.INFLUXD_PPROF_DISABLED = "true";
  const folder = await mkdtemp(join(tmpdir(), "nf-store-bench-influx-"));
  const server = await startInfluxd(folder);
  try {
    const startedMs = performance.now();
    let readings = 0;
    for (const { readings: columns } of fleetCommits({ ...fleet, idleMeters: 0 }, 10_000))
      readings += await write(server, columns);
    const storingMs = performance.now() - startedMs;
    const hoursMs = await bestOf(2, () => ask(server, fleet, HOURS));
    const consumptionMs = await bestOf(2, () => ask(server, fleet, CONSUMPTION));
    const nightsMs = await bestOf(2, () => ask(server, fleet, NIGHTS));
    return { readings, storingMs, hoursMs, consumptionMs, nightsMs };
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const HOURS = `|> aggregateWindow(every: 1h, fn: last, createEmpty: false)`;

const CONSUMPTION = `|> difference(nonNegative: true) |> aggregateWindow(every: 1h, fn: sum, createEmpty: false)`;

// The least advance between two readings of a night from 2 to 4 o'clock.
const NIGHTS = `|> hourSelection(start: 2, stop: 3) |> window(every: 1d) |> difference(nonNegative: true) |> min()`;

async function ask({ url, token, org, bucket }: Influxd, { meters, days }: Fleet, steps: string): Promise<void> {
  const [start, stop] = [FLEET_START_MS, FLEET_START_MS + days * 86_400_000].map((ms) => new Date(ms).toISOString());
  const query = `from(bucket: "${bucket}") |> range(start: ${start}, stop: ${stop})
    |> filter(fn: (r) => r._measurement == "reading" and r._field == "v") ${steps} |> group() |> count()`;
  let rows = 0;
  for await (const row of fluxRows({ url, token, org }, query)) rows += Number(row._value);
  if (rows < meters * (days - 1)) throw new Error(`InfluxDB rolled up ${rows} rows only`);
}

// Missing readings have no value and are left out.
async function write({ url, token, org, bucket }: Influxd, columns: ReadingColumns): Promise<number> {
  const lines: string[] = [];
  for (let i = 0; i < columns.length; i++)
    if (columns.qualities[i] !== 2)
      lines.push(
        `reading,c=${columns.channels[columns.channelNos[i] ?? 0]} v=${columns.counts[i]}i ${(columns.readAtMs[i] ?? 0) / 1000}`,
      );
  const answer = await fetch(`${url}/api/v2/write?org=${org}&bucket=${bucket}&precision=s`, {
    method: "POST",
    headers: { authorization: `Token ${token}` },
    body: lines.join("\n"),
  });
  if (answer.status !== 204) throw new Error(`InfluxDB refused a batch: ${await answer.text()}`);
  return lines.length;
}

async function bestOf(times: number, work: () => Promise<void>): Promise<number> {
  let bestMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < times; i++) {
    const startedMs = performance.now();
    await work();
    bestMs = Math.min(bestMs, performance.now() - startedMs);
  }
  return bestMs;
}
