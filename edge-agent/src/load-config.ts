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
import { BUNDLED_PROFILES, loadProfiles, type ProfileLibrary } from "./profiles/library.ts";

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
  const profiles = config && readProfiles(config, faults);
  if (agentConfig && profiles)
    faults.push(...faultsOfAgentConfig(agentConfig, profiles).map((fault) => `${config.configFile}: ${fault}`));
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
    faults.push(`${path}: ${unreadable(error)}`);
  }
  return undefined;
}

/** Why a file cannot be read, and what to do. */
function unreadable(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file: mend the path, or put the file there";
  if (code === "EACCES") return "this user may not read the file: give it the right, or run as its owner";
  if (code === "EISDIR") return "this is a folder: give the path of a file";
  return `is neither YAML nor JSON: ${describeError(error)}`;
}

/** JSON is YAML too, but a reader of YAML takes a hundred times the memory of a large file. */
function readText(text: string): unknown {
  if (!text.trimStart().startsWith("{")) return parse(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    return yamlOr(text, error);
  }
}

/** What begins like JSON and is no YAML either is faulty JSON: that fault is told. */
function yamlOr(text: string, fault: unknown): unknown {
  try {
    return parse(text);
  } catch {
    throw fault;
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
    faults.push(`${path}: ${unreadable(error)}`);
    return undefined;
  }
}

/** The profiles of its folders; undefined where one of them is faulty. */
function readProfiles(config: EdgeAgentConfig, faults: string[]): ProfileLibrary | undefined {
  try {
    return loadProfiles(profileFolders(config));
  } catch (error) {
    faults.push(...(error instanceof ConfigError ? error.faults : [describeError(error)]));
    return undefined;
  }
}
