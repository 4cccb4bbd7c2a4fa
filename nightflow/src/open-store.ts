import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Clock, ConfigError } from "@nightflow/domain";
import {
  type Database,
  type DuckDbStoreOptions,
  openDuckDbStore,
  openInfluxStore,
  type ReadingStore,
  type RetentionRule,
} from "@nightflow/storage";
import type { Logger } from "pino";
import type { NightflowConfig } from "./config/schema.ts";
import type { SelfJudging } from "./operate/views/store.ts";
import type { ThreadSettings } from "./threads/settings.ts";

/** The time-series store that `store:` of the configuration names. @throws {ConfigError} when its token is missing. */
export async function openStore(
  settings: ThreadSettings,
  db: Database,
  clock: Clock,
  logger: Logger,
): Promise<ReadingStore & SelfJudging> {
  const { config, dataDir, influxToken, influxReadToken } = settings;
  if (config.store === "duckdb") {
    mkdirSync(dataDir, { recursive: true });
    const options = duckDbOptions(config, join(dataDir, "readings.duckdb"));
    return await openDuckDbStore({ ...options, clock, logger, thread: { anchor: settings.anchor } });
  }
  if (config.influxdb === undefined || influxToken === null)
    throw new ConfigError("influxdb", ["there is no token: give tokenFile or NIGHTFLOW_INFLUXDB_TOKEN"]);
  const { url, org, bucket, rollUpBucket, engineDir } = config.influxdb;
  const readToken = influxReadToken ?? influxToken;
  const place = { url, org, bucket, rollUpBucket, engineDir, token: influxToken, readToken };
  return await openInfluxStore({ ...place, db, clock, logger });
}

/** How the configuration has the embedded store opened. */
export function duckDbOptions({ duckdb }: NightflowConfig, path: string): Omit<DuckDbStoreOptions, "logger"> {
  const { memoryLimitMb, threads, maxTempGb, compactAtHour, compactAfterReadings, retention } = duckdb;
  const upkeep = { compactAtHour, compactAfterReadings, retention: retention.map(definedOnly) };
  return { path, memoryLimit: `${memoryLimitMb}MB`, threads, maxTempSize: `${maxTempGb}GB`, upkeep };
}

function definedOnly({
  quantities,
  readingMonths,
  rollUpMonths,
}: NightflowConfig["duckdb"]["retention"][number]): RetentionRule {
  return {
    ...(quantities && { quantities }),
    ...(readingMonths && { readingMonths }),
    ...(rollUpMonths && { rollUpMonths }),
  };
}
