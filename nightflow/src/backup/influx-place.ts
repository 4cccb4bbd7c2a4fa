import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "@nightflow/domain";
import type { InfluxPlace } from "@nightflow/storage";
import { dataDirOf, type LoadedConfig } from "../config/load.ts";
import { influxTokens } from "../up.ts";

/** Buckets of the configuration by what they hold. */
export interface ConfiguredBucket {
  readonly role: "readings" | "rollUps";
  readonly name: string;
}

/**
 * InfluxDB with the operator's token: of the option, the environment, the file of `influx setup`, else the writing token.
 *
 * @throws {ConfigError} when there is none.
 */
export function influxPlaceOf(
  loaded: LoadedConfig,
  operatorTokenFile?: string,
  keysFolder = dataDirOf(loaded),
): InfluxPlace {
  const { influxdb } = loaded.config;
  if (influxdb === undefined)
    throw new ConfigError(loaded.path ?? "nightflow.yaml", ["influxdb: url, org and bucket are not given"]);
  const { url, org } = influxdb;
  const kept = join(keysFolder, "influxdb", "operator-token");
  const file = operatorTokenFile ?? (existsSync(kept) ? kept : undefined);
  const given = process.env.NIGHTFLOW_INFLUXDB_OPERATOR_TOKEN || (file === undefined ? undefined : readToken(file));
  const operatorToken = given ?? influxTokens(loaded).influxToken;
  if (operatorToken === null) throw new ConfigError("influxdb", ["there is no token that may read whole buckets"]);
  return { url, org, operatorToken };
}

function readToken(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new ConfigError("influxdb", [`${file} cannot be read; it should hold the operator's token`], { cause });
  }
}

/** Which buckets belong to the installation. */
export function bucketsOf({ config }: LoadedConfig): ConfiguredBucket[] {
  const { bucket, rollUpBucket } = config.influxdb ?? {};
  return [
    ...(bucket === undefined ? [] : [{ role: "readings", name: bucket } as const]),
    ...(rollUpBucket === undefined ? [] : [{ role: "rollUps", name: rollUpBucket } as const]),
  ];
}
