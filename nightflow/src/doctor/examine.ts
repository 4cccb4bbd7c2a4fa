import { describeError } from "@nightflow/domain";
import { checkClock } from "./checks/clock.ts";
import { checkDisk } from "./checks/disk.ts";
import { checkDuckDb } from "./checks/duckdb.ts";
import { checkMemory, checkVersions } from "./checks/host.ts";
import { checkInflux } from "./checks/influx.ts";
import { checkMqtt, checkRedis } from "./checks/others.ts";
import { checkPorts } from "./checks/ports.ts";
import { checkPostgres } from "./checks/postgres.ts";
import { checkRights } from "./checks/rights.ts";
import { checkIdentities, checkTls } from "./checks/tls.ts";
import { type Finding, found } from "./finding.ts";
import type { Patient } from "./patient.ts";

const CHECKS: Readonly<Record<string, (patient: Patient) => Promise<Finding[]>>> = {
  versions: checkVersions,
  ports: checkPorts,
  store: checkDuckDb,
  influx: checkInflux,
  postgres: checkPostgres,
  clock: checkClock,
  disk: checkDisk,
  rights: checkRights,
  tls: checkTls,
  broker: checkIdentities,
  redis: checkRedis,
  mqtt: checkMqtt,
  memory: checkMemory,
};

/** Every check, in the order of the list; one that breaks is a finding of its own and keeps no other from being made. */
export async function examine(patient: Patient): Promise<Finding[]> {
  const all = await Promise.all(
    Object.entries(CHECKS).map(([check, run]) =>
      run(patient).catch((error: unknown) => [
        found("warn", "config.check-failed", { check, reason: describeError(error) }),
      ]),
    ),
  );
  return all.flat();
}
