import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { said } from "../words.ts";
import { DATASOURCE } from "./sql-query.ts";

/** Every variable of the dashboard of hours, in the order in which they are shown. */
export function hoursVariables() {
  return [
    new DatasourceVariableBuilder("datasource").label("PostgreSQL").type("grafana-postgresql-datasource"),
    zone(),
    subjects("agent", "agent", said("采集器", "Agents")),
    subjects("district", "district", said("分区", "Districts")),
    subjects("account", "account", said("大客户", "Key accounts")),
  ];
}

function zone() {
  return new TextBoxVariableBuilder("zone")
    .label(said("时区", "Time zone"))
    .description("IANA name of the zone whose days are summed up; the time axis is the one chosen at the top right.")
    .defaultValue("Asia/Shanghai");
}

function subjects(name: string, kind: "agent" | "district" | "account", label: string): QueryVariableBuilder {
  const query = `select name_zh as "__text", subject as "__value" from grafana.subject where kind = '${kind}' order by 1`;
  return new QueryVariableBuilder(name)
    .datasource(DATASOURCE)
    .query(query)
    .definition(query)
    .label(label)
    .multi(true)
    .includeAll(true)
    .current({ text: "All", value: "$__all" })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.Disabled);
}
