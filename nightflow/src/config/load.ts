import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import { ConfigError, checkPlainly, faultLine } from "@nightflow/domain";
import { parseDocument } from "yaml";
import { NightflowConfig } from "./schema.ts";

/** A checked configuration, and the folder that its relative paths start from. */
export interface LoadedConfig {
  readonly config: NightflowConfig;
  readonly folder: string;
  /** The file it came from; null when the defaults stand alone. */
  readonly path: string | null;
}

const DEFAULT_FILE = "nightflow.yaml";

/**
 * The configuration in `path`, or in `nightflow.yaml` of the current folder, or the defaults where neither is.
 *
 * @throws {ConfigError} with every fault at once, each with its path in the file.
 */
export function loadConfig(path: string | undefined): LoadedConfig {
  const file = resolve(path ?? DEFAULT_FILE);
  if (!existsSync(file)) {
    if (path !== undefined)
      throw new ConfigError(file, ["there is no such file"], { remedy: "give the path of a nightflow.yaml" });
    return { config: parseConfig({}, "defaults"), folder: process.cwd(), path: null };
  }
  const document = parseDocument(readFileSync(file, "utf8"), { prettyErrors: true });
  if (document.errors.length > 0)
    throw new ConfigError(
      file,
      document.errors.map((error) => error.message),
    );
  return { config: parseConfig(document.toJS() ?? {}, file), folder: dirname(file), path: file };
}

/** The schema's answer to `input`. @throws {ConfigError} with every fault at once. */
export function parseConfig(input: unknown, source: string): NightflowConfig {
  const checked = checkPlainly(NightflowConfig, input);
  if (checked.data !== null) return checked.data;
  const faults = checked.faults.map((fault) => faultLine(fault, "(file)"));
  throw new ConfigError(source, faults, { remedy: "docs/reference/configuration.md lists every key" });
}

/** A path of the configuration, from the folder that holds the file. */
export function resolvePath(loaded: LoadedConfig, path: string): string {
  return isAbsolute(path) ? path : resolve(loaded.folder, path);
}

/** Data folder of a configuration, absolute. */
export function dataDirOf(loaded: LoadedConfig): string {
  return resolvePath(loaded, loaded.config.dataDir);
}
