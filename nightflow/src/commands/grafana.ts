import { readFileSync } from "node:fs";
import { setUpGrafanaReader } from "@nightflow/storage";
import { loadConfig } from "../config/load.ts";
import { makeLogger } from "../config/log.ts";
import { withDatabase } from "../database-place.ts";
import { UsageError } from "./failure.ts";
import { readablePassword } from "./password.ts";

export interface GrafanaSetupOptions {
  readonly config?: string;
  /** File with the password to give the role; without it a new one is made and printed. */
  readonly passwordFile?: string;
}

/** `nightflow grafana setup`: makes the role by which Grafana reads the hourly series, and prints its password if it was made now. */
export async function runGrafanaSetup(options: GrafanaSetupOptions): Promise<void> {
  const { passwordFile } = options;
  const password = passwordFile === undefined ? readablePassword() : passwordIn(passwordFile);
  const place = await withDatabase(loadConfig(options.config), makeLogger("warn", "grafana", { fd: 2 }), (db) =>
    setUpGrafanaReader(db, password),
  );
  process.stdout.write(
    [
      "Grafana's PostgreSQL data source (it may read the views of the schema grafana, and nothing else):",
      `NIGHTFLOW_POSTGRES_ADDRESS=${place.address}`,
      `NIGHTFLOW_POSTGRES_DATABASE=${place.database}`,
      ...(passwordFile === undefined ? [`NIGHTFLOW_POSTGRES_READ_PASSWORD=${password}`] : []),
      `The user is ${place.role}. ${passwordFile === undefined ? "Running this again gives a new password." : `Its password is that of ${passwordFile}.`}\n`,
    ].join("\n"),
  );
}

/** @throws {UsageError} when the file cannot be read or holds too little to be a password. */
function passwordIn(file: string): string {
  let password: string;
  try {
    password = readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new UsageError(`--password-file ${file} cannot be read`, { cause });
  }
  if (password.length >= SHORTEST_PASSWORD) return password;
  throw new UsageError(`--password-file ${file} holds fewer than ${SHORTEST_PASSWORD} characters`);
}

const SHORTEST_PASSWORD = 12;
