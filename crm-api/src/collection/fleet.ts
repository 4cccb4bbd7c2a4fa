import { AgentStatus, ConfigReport } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { z } from "zod";
import { inScope, type Scope } from "../access/scope.ts";
import { configStanding, newestResult } from "../agent-config/standing.ts";
import { type CursorRow, pageSql, toPage } from "../http/paging.ts";
import { NotFoundProblem } from "../http/problems.ts";
import { containing, epochMs, SqlFilter } from "../sql/filter.ts";
import type { FleetAgent, FleetQuery, FleetRow } from "./wire.ts";

interface FleetSqlRow extends CursorRow {
  readonly site: string;
  readonly id: string;
  readonly is_online: boolean;
  readonly status: unknown;
  readonly status_at: number | null;
  readonly report: unknown;
  readonly desired_hash: string | null;
  readonly channels: number;
  readonly meters: string[];
}

// A status with the units of five thousand meters is long; the list needs none of them.
const columnsOf = (status: string) => `ag.site, ag.id, ag.is_online, ${status} as status,
  ${epochMs("ag.status_at")} as status_at, ag.config_report - 'channels' as report, desired.hash as desired_hash,
  reads.channels, reads.meters`;

const fromOf = (readsInScope: string) => `agent ag
  left join lateral (select hash from agent_config c where c.site = ag.site and c.agent = ag.id
                      order by version desc limit 1) desired on true
  left join lateral (
    select count(*)::int as channels, coalesce(array_agg(distinct m.id), '{}') as meters
      from channel c join meter m on m.id = c.meter_id
     where c.agent = ag.site || '/' || ag.id and ${readsInScope}) reads on true`;

const NAME = "ag.site || '/' || ag.id";

/** The agents of a scope with how each fares, by site and name. */
export async function listFleet(sql: Sql, scope: Scope, query: z.infer<typeof FleetQuery>) {
  const filter = new SqlFilter();
  const from = fromOf(inScope(filter, scope, "m.unit_id"));
  filter.and(`(${filter.value(scope.isWhole)}::boolean or reads.channels > 0)`);
  filter.andIf(query.q && containing(query.q), (value) => `${NAME} ilike ${value}`);
  filter.andIf(query.online, (value) => `ag.is_online = (${value} = 'true')`);
  const page = pageSql(filter, { expression: NAME, type: "text", isDescending: false, id: "ag.id" }, query);
  const { rows } = await sql.query<FleetSqlRow>(
    `select ${columnsOf("ag.status - 'units'")}, ${page.select} from ${from} ${filter.where} ${page.tail}`,
    filter.values,
  );
  return toPage(rows, query.limit, (row) => toFleetRow(row, AgentStatus.safeParse(row.status).data));
}

/** One agent with its buses and those of its meters that lie in the scope. @throws {NotFoundProblem} */
export async function fleetAgent(
  sql: Sql,
  scope: Scope,
  name: { readonly site: string; readonly agent: string },
): Promise<z.infer<typeof FleetAgent>> {
  const filter = new SqlFilter();
  const from = fromOf(inScope(filter, scope, "m.unit_id"));
  filter.and(`ag.site = ${filter.value(name.site)}`).and(`ag.id = ${filter.value(name.agent)}`);
  filter.and(`(${filter.value(scope.isWhole)}::boolean or reads.channels > 0)`);
  const { rows } = await sql.query<FleetSqlRow>(
    `select ${columnsOf("ag.status")} from ${from} ${filter.where}`,
    filter.values,
  );
  const row = rows[0];
  if (row === undefined) throw new NotFoundProblem("agent", `${name.site}/${name.agent}`);
  const status = AgentStatus.safeParse(row.status).data;
  const visible = new Set(row.meters);
  const units = status?.units ?? [];
  return {
    ...toFleetRow(row, status),
    startedAt: status?.startedAt ?? null,
    buses: status?.buses ?? [],
    units: scope.isWhole ? units : units.filter(({ meter }) => visible.has(meter)),
    enrolment: status?.enrolment ?? null,
    opcua: scope.isWhole ? (status?.opcua ?? null) : null,
  };
}

function toFleetRow(row: FleetSqlRow, status: AgentStatus | undefined): z.infer<typeof FleetRow> {
  const { site, id, is_online: isOnline, status_at: statusAt, channels, meters } = row;
  const result = newestResult(ConfigReport.safeParse(withChannels(row.report)).data?.result, status?.config);
  const applied = status?.configHash ?? ConfigReport.safeParse(withChannels(row.report)).data?.hash;
  return {
    site,
    id,
    isOnline,
    statusAt,
    version: status?.version ?? null,
    outbox: status?.outbox ?? null,
    clock: status?.clock ?? null,
    busStates: statesOf(status),
    pollsSkipped: status?.pollsSkipped ?? null,
    config: configStanding(row.desired_hash, applied, result),
    channels,
    meters: meters.length,
  };
}

function withChannels(report: unknown): unknown {
  return typeof report === "object" && report !== null ? { ...report, channels: [] } : report;
}

function statesOf(status: AgentStatus | undefined) {
  const states = { good: 0, partly: 0, silent: 0, waiting: 0 };
  for (const { state } of status?.buses ?? []) states[state]++;
  return states;
}
