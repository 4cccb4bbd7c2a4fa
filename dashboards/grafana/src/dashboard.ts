import { type Dashboard, DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { accountPanels, accountRow } from "./account.ts";
import { collectionPanels, collectionRow } from "./collection.ts";
import { districtPanels, districtRow } from "./district.ts";
import { variables } from "./variables.ts";

/** Nightflow's dashboard for Grafana: collection, district night flow, one key account's curve. */
export function nightflowDashboard(): Dashboard {
  const builder = new DashboardBuilder("Nightflow")
    .uid("nightflow")
    .description("采集、分区夜间流量、大客户用量曲线 · Collection, district night flow, a key account's curve")
    .tags(["nightflow"])
    .time({ from: "now-7d", to: "now" })
    .refresh("5m")
    .timezone("browser")
    .variables(variables());
  const rows = [
    { row: collectionRow(), panels: collectionPanels() },
    { row: districtRow(), panels: districtPanels() },
    { row: accountRow(), panels: accountPanels() },
  ];
  for (const { row, panels } of rows) {
    builder.withRow(row);
    for (const panel of panels) builder.withPanel(panel);
  }
  return builder.build();
}

/** The dashboard as the file that Grafana is provisioned with. */
export function dashboardFile(): string {
  return `${JSON.stringify(nightflowDashboard(), null, 2)}\n`;
}
