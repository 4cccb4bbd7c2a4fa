// Makes the secrets that compose.yaml names, in deploy/secrets: `node deploy/docker/make-secrets.mjs`. What is there stays.
// The folder is for its owner alone; the files in it can be read by the users inside the containers.
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = process.argv[2] ?? join(dirname(dirname(fileURLToPath(import.meta.url))), "secrets");
mkdirSync(folder, { recursive: true, mode: 0o700 });
chmodSync(folder, 0o700);

/** The secret of that name: what is in its file, else `make()`, which is put there. */
function secret(name, make) {
  const file = join(folder, name);
  if (!existsSync(file)) writeFileSync(file, `${make()}\n`, { mode: 0o644 });
  return readFileSync(file, "utf8").trim();
}

const random = () => randomBytes(24).toString("base64url");
const postgres = secret("postgres-password", random);
const redis = secret("redis-password", random);
secret("database-url", () => `postgres://nightflow:${postgres}@postgres:5432/nightflow`);
secret("redis-url", () => `redis://:${redis}@redis:6379`);
for (const name of ["mqtt-ingest-password", "mqtt-api-password", "grafana-admin-password", "grafana-reader-password"])
  secret(name, random);
// One line for each agent: SITE/AGENT:PASSWORD.
secret("mqtt-agents", () => `town/gw-1:${random()}`);
process.stdout.write(`the secrets are in ${folder}; the agents' passwords in ${join(folder, "mqtt-agents")}\n`);
