import { type Dashboard, DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { hoursAccountPanels, hoursAccountRow } from "./account.ts";
import { hoursCollectionPanels, hoursCollectionRow } from "./collection.ts";
import { hoursDistrictPanels, hoursDistrictRow } from "./district.ts";
import { hoursVariables } from "./variables.ts";

/** The dashboard of the derived hours in PostgreSQL, for either store: collection, district balance, key accounts. */
export function hoursDashboard(): Dashboard {
  const builder = new DashboardBuilder("Nightflow · 小时数据 Hours")
    .uid("nightflow-hours")
    .description("采集、分区水量平衡、大客户用量 · Collection, district balance, key accounts, from PostgreSQL")
    .tags(["nightflow"])
    .time({ from: "now-7d", to: "now" })
    .refresh("5m")
    .timezone("browser")
    .variables(hoursVariables());
  const rows = [
    { row: hoursCollectionRow(), panels: hoursCollectionPanels() },
    { row: hoursDistrictRow(), panels: hoursDistrictPanels() },
    { row: hoursAccountRow(), panels: hoursAccountPanels() },
  ];
  for (const { row, panels } of rows) {
    builder.withRow(row);
    for (const panel of panels) builder.withPanel(panel);
  }
  return builder.build();
}

/** The dashboard as the file that Grafana is provisioned with. */
export function hoursDashboardFile(): string {
  return `${JSON.stringify(hoursDashboard(), null, 2)}\n`;
}
