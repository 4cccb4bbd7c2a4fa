import { INFLUXDB_RULES, INFLUXDB_UID } from "./alerts/influxdb.ts";
import { POSTGRES_RULES, POSTGRES_UID } from "./alerts/postgres.ts";
import { alertFile } from "./alerts/rule.ts";
import { dashboardFile } from "./dashboard.ts";
import { hoursDashboardFile } from "./hours/dashboard.ts";

/** Every file that the sources make, by its path below this folder. */
export function generatedFiles(): [path: string, content: string][] {
  return [
    ["generated/influxdb/nightflow.json", dashboardFile()],
    ["generated/postgres/nightflow-hours.json", hoursDashboardFile()],
    [
      "provisioning/influxdb/alerting/nightflow-influxdb.yaml",
      alertFile("nightflow-influxdb", INFLUXDB_UID, INFLUXDB_RULES),
    ],
    [
      "provisioning/postgres/alerting/nightflow-postgres.yaml",
      alertFile("nightflow-postgres", POSTGRES_UID, POSTGRES_RULES),
    ],
  ];
}
