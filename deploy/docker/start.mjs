// The program of the image. Secrets come as files: NAME_FILE gives NAME, for this process alone, so that `docker inspect`
// shows none. Everything after the image's name is Nightflow's own command line.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SECRETS = [
  "DATABASE_URL",
  "REDIS_URL",
  "NIGHTFLOW_INFLUXDB_TOKEN",
  "NIGHTFLOW_MQTT_PASSWORD",
  "NIGHTFLOW_MQTT_API_PASSWORD",
];

for (const name of SECRETS) {
  const file = process.env[`${name}_FILE`];
  if (file === undefined || file === "") continue;
  try {
    process.env[name] = readFileSync(file, "utf8").trim();
  } catch (error) {
    process.stderr.write(`nightflow: ${name}_FILE cannot be read: ${error.message}\n`);
    process.exit(2);
  }
}

process.argv[1] = fileURLToPath(new URL("../../nightflow/src/main.ts", import.meta.url));
await import("../../nightflow/src/main.ts");
