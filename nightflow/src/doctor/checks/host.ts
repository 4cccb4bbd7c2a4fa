import { type Finding, found } from "../finding.ts";
import type { Patient } from "../patient.ts";

/** The Node that package.json pins. */
export const WANTED_NODE = "24.21.0";
const MB = 1024 * 1024;
/** The platform needs this many descriptors besides one for each connection: files, database, threads. */
const OTHER_FILES = 256;
const STORE_SHARE = 0.6;

/** Is it the Node that all was tested on? */
export async function checkVersions({ probes }: Patient): Promise<Finding[]> {
  const version = probes.nodeVersion();
  if (version === WANTED_NODE) return [found("ok", "versions.node", { version })];
  const isOlder = Number(version.split(".", 1)[0]) < Number(WANTED_NODE.split(".", 1)[0]);
  return [found(isOlder ? "fail" : "warn", "versions.node-other", { version, wanted: WANTED_NODE })];
}

/** Do memory and open files suffice for what is configured? */
export async function checkMemory({ probes, loaded }: Patient): Promise<Finding[]> {
  const { config } = loaded;
  const totalMb = Math.round(probes.memoryBytes() / MB);
  const limitMb = config.duckdb.memoryLimitMb;
  const isTight = config.store === "duckdb" && limitMb > totalMb * STORE_SHARE;
  const limit = probes.openFiles();
  const connections = config.broker.limits.maxConnections;
  const isEnough = limit >= connections + OTHER_FILES;
  return [
    isTight ? found("warn", "memory.tight", { totalMb, limitMb }) : found("ok", "memory.fits", { totalMb, limitMb }),
    isEnough ? found("ok", "memory.files", { limit }) : found("warn", "memory.files-few", { limit, connections }),
  ];
}
