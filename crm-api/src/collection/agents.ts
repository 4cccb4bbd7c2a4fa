import { AgentStatus } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import { inScope, type Scope } from "../access/scope.ts";
import { epochMs, SqlFilter } from "../sql/filter.ts";
import type { AgentRow } from "./wire.ts";

interface AgentSqlRow {
  site: string;
  id: string;
  is_online: boolean;
  status: unknown;
  status_at: number | null;
  channels: number;
  meters: string[];
}

/** Agents that read meters of a scope, with what of them lies in it. */
export async function listAgents(sql: Sql, scope: Scope): Promise<AgentRow[]> {
  const filter = new SqlFilter();
  const readsInScope = inScope(filter, scope, "m.unit_id");
  const { rows } = await sql.query<AgentSqlRow>(
    `select ag.site, ag.id, ag.is_online, ag.status, ${epochMs("ag.status_at")} as status_at,
            reads.channels, reads.meters
       from agent ag left join lateral (
         select count(*)::int as channels, coalesce(array_agg(distinct m.id), '{}') as meters
           from channel c join meter m on m.id = c.meter_id
          where c.agent = ag.site || '/' || ag.id and ${readsInScope}) reads on true
      where ${filter.value(scope.isWhole)}::boolean or reads.channels > 0
      order by ag.is_online, ag.site, ag.id`,
    filter.values,
  );
  return rows.map((row) => toAgentRow(row, scope));
}

function toAgentRow(row: AgentSqlRow, scope: Scope): AgentRow {
  return {
    site: row.site,
    id: row.id,
    isOnline: row.is_online,
    statusAt: row.status_at,
    status: visibleStatus(row.status, scope, new Set(row.meters)),
    channels: row.channels,
    meters: row.meters.length,
  };
}

/** A status message without the meters that lie outside the scope. */
function visibleStatus(status: unknown, scope: Scope, meters: ReadonlySet<string>): AgentRow["status"] {
  const parsed = AgentStatus.safeParse(status);
  if (!parsed.success) return null;
  const { units, ...rest } = parsed.data;
  if (units === undefined) return rest;
  return { ...rest, units: scope.isWhole ? units : units.filter((unit) => meters.has(unit.meter)) };
}
