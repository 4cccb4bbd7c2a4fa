import type { Sql } from "@nightflow/storage";
import type { AgentDirectory } from "./ports.ts";

/** The directory of agents in PostgreSQL, table `agent`. */
export function createAgentDirectory(sql: Sql): AgentDirectory {
  return {
    async saveStatus(site, agent, status, receivedAtMs) {
      await sql.query(
        `insert into agent (site, id, is_online, status, status_at) values ($1, $2, $3, $4, $5)
         on conflict (site, id) do update set is_online = $3, status = $4, status_at = $5`,
        [site, agent, status.state === "online", JSON.stringify(status), new Date(receivedAtMs)],
      );
    },
    async saveConfigReport(site, agent, report) {
      await sql.query(
        `insert into agent (site, id, config_report) values ($1, $2, $3)
         on conflict (site, id) do update set config_report = $3`,
        [site, agent, JSON.stringify(report)],
      );
    },
  };
}
