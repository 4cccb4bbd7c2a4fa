import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "@nightflow/domain";
import { nameOnce } from "./name-once.ts";

/** Folder of the secrets that Nightflow makes by itself; readable by its user alone. */
export function secretsFolder(dataDir: string): string {
  return join(dataDir, "secrets");
}

/**
 * The secret of that name, from `NIGHTFLOW_<NAME>`, else from its file, else made now (32 random characters, mode 0600).
 * Names are kebab-case: `mqtt-import` is read from `NIGHTFLOW_MQTT_IMPORT`. Two programs that make it at once get the same.
 *
 * @throws {ConfigError} when its file is there and empty.
 */
export function ensureSecret(dataDir: string, name: string, env: NodeJS.ProcessEnv = process.env): string {
  const fromEnv = env[`NIGHTFLOW_${name.toUpperCase().replaceAll("-", "_")}`];
  if (fromEnv !== undefined && fromEnv !== "") return fromEnv;
  const path = join(secretsFolder(dataDir), name);
  return readSecret(path) ?? makeSecret(dataDir, path);
}

function readSecret(path: string): string | undefined {
  let secret: string;
  try {
    secret = readFileSync(path, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  if (secret !== "") return secret;
  // An empty one would sign tokens, or let in whoever sends no password.
  throw new ConfigError(path, ["the secret is empty"], {
    remedy:
      "remove the file: a new secret is made at the next start; the passwords and tokens made with it are made again",
  });
}

// Whole or not at all under its name, whatever is killed meanwhile.
function makeSecret(dataDir: string, path: string): string {
  mkdirSync(secretsFolder(dataDir), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600, flush: true });
  try {
    nameOnce(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(path, "utf8").trim();
}
