import { setUpGrafanaReader } from "@nightflow/storage";
import { loadConfig } from "../config/load.ts";
import { makeLogger } from "../config/log.ts";
import { withDatabase } from "../database-place.ts";
import { readablePassword } from "./password.ts";

/** `nightflow grafana setup`: makes the role by which Grafana reads the hourly series, and prints its new password once. */
export async function runGrafanaSetup(options: { readonly config?: string }): Promise<void> {
  const password = readablePassword();
  const place = await withDatabase(loadConfig(options.config), makeLogger("warn", "grafana", { fd: 2 }), (db) =>
    setUpGrafanaReader(db, password),
  );
  process.stdout.write(
    [
      `Grafana's PostgreSQL data source (it may read the views of the schema grafana, and nothing else):`,
      `NIGHTFLOW_POSTGRES_ADDRESS=${place.address}`,
      `NIGHTFLOW_POSTGRES_DATABASE=${place.database}`,
      `NIGHTFLOW_POSTGRES_READ_PASSWORD=${password}`,
      `The user is ${place.role}. Running this again gives a new password.\n`,
    ].join("\n"),
  );
}
