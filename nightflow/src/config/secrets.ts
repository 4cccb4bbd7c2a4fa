import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Folder of the secrets that Nightflow makes by itself; readable by its user alone. */
export function secretsFolder(dataDir: string): string {
  return join(dataDir, "secrets");
}

/**
 * The secret of that name, from `NIGHTFLOW_<NAME>`, else from its file, else made now (32 random characters, mode 0600).
 * Names are kebab-case: `mqtt-import` is read from `NIGHTFLOW_MQTT_IMPORT`.
 */
export function ensureSecret(dataDir: string, name: string, env: NodeJS.ProcessEnv = process.env): string {
  const fromEnv = env[`NIGHTFLOW_${name.toUpperCase().replaceAll("-", "_")}`];
  if (fromEnv !== undefined && fromEnv !== "") return fromEnv;
  const path = join(secretsFolder(dataDir), name);
  if (existsSync(path)) return readFileSync(path, "utf8").trim();
  const secret = randomBytes(24).toString("base64url");
  mkdirSync(secretsFolder(dataDir), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${secret}\n`, { mode: 0o600 });
  return secret;
}
