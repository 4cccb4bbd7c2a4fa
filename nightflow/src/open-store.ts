import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Clock, ConfigError } from "@nightflow/domain";
import { type Database, openDuckDbStore, openInfluxStore, type ReadingStore } from "@nightflow/storage";
import type { Logger } from "pino";
import type { ThreadSettings } from "./threads/settings.ts";

/** The time-series store that `store:` of the configuration names. @throws {ConfigError} when its token is missing. */
export async function openStore(
  settings: ThreadSettings,
  db: Database,
  clock: Clock,
  logger: Logger,
): Promise<ReadingStore> {
  const { config, dataDir, influxToken, influxReadToken } = settings;
  if (config.store === "duckdb") {
    mkdirSync(dataDir, { recursive: true });
    const { memoryLimitMb, threads } = config.duckdb;
    const memoryLimit = `${memoryLimitMb}MB`;
    return await openDuckDbStore({ path: join(dataDir, "readings.duckdb"), memoryLimit, threads, clock, logger });
  }
  if (config.influxdb === undefined || influxToken === null)
    throw new ConfigError("influxdb", ["there is no token: give tokenFile or NIGHTFLOW_INFLUXDB_TOKEN"]);
  const { url, org, bucket, rollUpBucket, engineDir } = config.influxdb;
  const readToken = influxReadToken ?? influxToken;
  const place = { url, org, bucket, rollUpBucket, engineDir, token: influxToken, readToken };
  return await openInfluxStore({ ...place, db, clock, logger });
}
