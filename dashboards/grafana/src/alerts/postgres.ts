import { said } from "../words.ts";
import type { AlertRule } from "./rule.ts";

/** Uid of the provisioned PostgreSQL data source. */
export const POSTGRES_UID = "nightflow-postgres";

const DAY_OF_DISTRICTS = `hour > (select max(hour) from grafana.district_hour) - interval '26 hours'`;
const DAY_OF_COLLECTION = `hour > (select max(hour) from grafana.collection_hour) - interval '24 hours'`;

/** The rules on the derived hours; times are those of the newest hour, so that they also hold on a scaled clock. */
export const POSTGRES_RULES: readonly AlertRule[] = [
  {
    uid: "nf-pg-head-end",
    title: said("前置失去心跳", "Head-end is silent"),
    summary: said("前置、存储或分析已停", "Head-end, store or analytics is gone"),
    description:
      "Nobody has told for five minutes that the feed was read to its end. Look at `nightflow up` and its log first.",
    severity: "critical",
    model: table("select coalesce(silent_s, 1e9) as silent_s from grafana.head_end"),
    fires: { when: "gt", than: 300 },
    forMinutes: 0,
    noData: "Alerting",
    lookBackHours: 1,
  },
  {
    uid: "nf-pg-collection",
    title: said("采集成功率低于 95%", "Collection below 95 %"),
    summary: said(
      "采集器 {{ .Labels.agent }} 一天内成功率低于 95%",
      "agent {{ .Labels.agent }} collected under 95 % in a day",
    ),
    description:
      "Reading periods that brought a value, of those due in the last 24 hours. The page Collection lists the meters.",
    severity: "warning",
    model: table(`select agent, 100 * least(1, sum(arrived) / nullif(sum(expected), 0)) as collected_percent
from grafana.collection_hour where ${DAY_OF_COLLECTION} group by agent having sum(expected) > 0`),
    fires: { when: "lt", than: 95 },
    forMinutes: 30,
    noData: "OK",
    lookBackHours: 24,
  },
  {
    uid: "nf-pg-loss",
    title: said("分区漏损率高", "District loss is high"),
    summary: said(
      "分区 {{ .Labels.name }} 一天漏损率超过 20%",
      "district {{ .Labels.name }} lost over 20 % of its input in a day",
    ),
    description:
      "Input less metered use over at least 12 hours whose loss is known, as a share of the input of those hours.",
    severity: "warning",
    model: table(`select name, 100 * sum(loss_m3) / nullif(sum(input_m3), 0) as loss_percent
from grafana.district_hour where ${DAY_OF_DISTRICTS} and loss_m3 is not null group by name having count(*) >= 12 and sum(input_m3) > 0`),
    fires: { when: "gt", than: 20 },
    forMinutes: 60,
    noData: "OK",
    lookBackHours: 26,
  },
  {
    uid: "nf-pg-night-loss",
    title: said("夜间流量超出预期", "Night flow above what was expected"),
    summary: said(
      "分区 {{ .Labels.name }} 夜间多出 1 m³/h 以上",
      "district {{ .Labels.name }} flows over 1 m³/h more at night than expected",
    ),
    description:
      "Minimum night flow of the last night judged, above the level that was expected where it left its band.",
    severity: "warning",
    model: table(`select distinct on (dma_id) name, night_loss_m3h from grafana.district_night
where night_loss_m3h is not null order by dma_id, at desc`),
    fires: { when: "gt", than: 1 },
    forMinutes: 0,
    noData: "OK",
    lookBackHours: 48,
  },
  {
    uid: "nf-pg-dead-letter",
    title: said("死信增长", "Dead letter grows"),
    summary: said(
      "采集器 {{ .Labels.agent }} 的读数进入死信",
      "readings of agent {{ .Labels.agent }} go to the dead letter",
    ),
    description:
      "Unstorable readings of the last three hours. The reason is on the page of the dead letter, from where they can be mended and replayed.",
    severity: "warning",
    model: table(`select agent, sum(dead_letters)::float8 as dead_letters from grafana.collection_hour
where hour > (select max(hour) from grafana.collection_hour) - interval '3 hours' group by agent`),
    fires: { when: "gt", than: 0 },
    forMinutes: 5,
    noData: "OK",
    lookBackHours: 3,
  },
];

function table(rawSql: string): AlertRule["model"] {
  return { rawSql, format: "table", rawQuery: true, editorMode: "code" };
}
