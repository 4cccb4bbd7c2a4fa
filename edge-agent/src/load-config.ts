import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import {
  AgentConfig,
  type Clock,
  ClockAnchor,
  ConfigError,
  checkPlainly,
  describeError,
  faultLine,
  realClock,
  ScaledClock,
} from "@nightflow/domain";
import { parse } from "yaml";
import type { z } from "zod";
import { faultsOfAgentConfig } from "./check-config.ts";
import { EdgeAgentConfig } from "./config.ts";
import { BUNDLED_PROFILES, loadProfiles } from "./profiles/library.ts";

/** All that `startEdgeAgent` wants, but for the logger. */
export interface LoadedEdgeAgent {
  readonly config: EdgeAgentConfig;
  /** What its `configFile` says; absent where it names none. */
  readonly agentConfig?: AgentConfig;
  readonly clock: Clock;
  readonly mqttPassword?: string;
  readonly joinToken?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Environment variable that holds the MQTT password. */
export const PASSWORD_VARIABLE = "NIGHTFLOW_AGENT_MQTT_PASSWORD";
/** Environment variable that holds the one-time token. */
export const TOKEN_VARIABLE = "NIGHTFLOW_AGENT_JOIN_TOKEN";

/**
 * The agent's configuration and every file that it names; paths in it are relative to its own folder.
 *
 * @throws {ConfigError} with every fault that can be found, of all the files.
 */
export function loadEdgeAgentConfig(path: string, env: Environment = process.env): LoadedEdgeAgent {
  const faults: string[] = [];
  const config = resolved(readAs(path, EdgeAgentConfig, faults), dirname(resolve(path)));
  const agentConfig = config?.configFile && readAs(config.configFile, AgentConfig, faults);
  const clock = config && readClock(config.clockFile, faults);
  const mqttPassword = config && readPassword(config.mqtt.passwordFile, env, faults);
  if (config && agentConfig) faults.push(...profileFaults(config, agentConfig));
  if (!config || !clock || faults.length > 0) throw new ConfigError(path, faults);
  const joinToken = env[TOKEN_VARIABLE];
  return {
    config,
    clock,
    ...(agentConfig && { agentConfig }),
    ...(mqttPassword !== undefined && { mqttPassword }),
    ...(joinToken !== undefined && { joinToken }),
  };
}

/** The agent's own configuration alone, without the buses: what joining needs. @throws {ConfigError} */
export function loadLocalConfig(path: string): EdgeAgentConfig {
  const faults: string[] = [];
  const config = resolved(readAs(path, EdgeAgentConfig, faults), dirname(resolve(path)));
  if (config === undefined) throw new ConfigError(path, faults);
  return config;
}

/** Folders that an agent takes profiles from. */
export function profileFolders(config: EdgeAgentConfig): string[] {
  return config.profilesDir === undefined ? [BUNDLED_PROFILES] : [BUNDLED_PROFILES, config.profilesDir];
}

function resolved(config: EdgeAgentConfig | undefined, folder: string): EdgeAgentConfig | undefined {
  if (config === undefined) return undefined;
  const at = (path: string) => resolve(folder, path);
  const { clockFile, profilesDir, mqtt, enrolment, configFile } = config;
  const found = (path: string | undefined) => (path === undefined ? undefined : at(path));
  return {
    ...config,
    dataDir: at(config.dataDir),
    ...(configFile !== undefined && { configFile: at(configFile) }),
    ...(clockFile !== undefined && { clockFile: at(clockFile) }),
    ...(profilesDir !== undefined && { profilesDir: at(profilesDir) }),
    mqtt: {
      ...mqtt,
      passwordFile: found(mqtt.passwordFile),
      caFile: found(mqtt.caFile),
      certFile: found(mqtt.certFile),
      keyFile: found(mqtt.keyFile),
    },
    enrolment: enrolment && {
      ...enrolment,
      tokenFile: found(enrolment.tokenFile),
      caFile: found(enrolment.caFile),
    },
  };
}

/** A YAML or JSON file by its schema; JSON is YAML too. */
function readAs<Schema extends z.ZodType>(path: string, schema: Schema, faults: string[]): z.infer<Schema> | undefined {
  try {
    const checked = checkPlainly(schema, readText(readFileSync(path, "utf8")));
    if (checked.data !== null) return checked.data;
    faults.push(...checked.faults.map((fault) => `${path}: ${faultLine(fault)}`));
  } catch (error) {
    faults.push(`${path}: ${describeError(error)}`);
  }
  return undefined;
}

/** JSON is YAML too, but a reader of YAML takes a hundred times the memory of a large file. */
function readText(text: string): unknown {
  if (!text.trimStart().startsWith("{")) return parse(text);
  try {
    return JSON.parse(text);
  } catch {
    return parse(text);
  }
}

function readClock(path: string | undefined, faults: string[]): Clock | undefined {
  if (path === undefined) return realClock;
  const anchor = readAs(path, ClockAnchor, faults);
  return anchor && new ScaledClock(anchor);
}

function readPassword(path: string | undefined, env: Environment, faults: string[]): string | undefined {
  const given = env[PASSWORD_VARIABLE];
  if (given !== undefined || path === undefined) return given;
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    faults.push(`${path}: ${describeError(error)}`);
    return undefined;
  }
}

function profileFaults(config: EdgeAgentConfig, agentConfig: AgentConfig): string[] {
  try {
    return faultsOfAgentConfig(agentConfig, loadProfiles(profileFolders(config)));
  } catch (error) {
    return error instanceof ConfigError ? [...error.faults] : [describeError(error)];
  }
}
