import { type AgentConfigDiff, AgentStatus, ConfigReport, type IdChanges } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { z } from "zod";
import { type CursorRow, type PageQuery, pageSql, toPage } from "../http/paging.ts";
import { NotFoundProblem } from "../http/problems.ts";
import { containing, epochMs, SqlFilter } from "../sql/filter.ts";
import { configStanding, newestResult } from "./standing.ts";
import { type AgentName, type KeptVersion, VERSION_COLUMNS } from "./versions.ts";
import type { AgentConfigQuery, AgentConfigRow, ConfigVersion } from "./wire.ts";

type Row = z.infer<typeof AgentConfigRow>;
type Version = z.infer<typeof ConfigVersion>;

interface StandingRow extends CursorRow {
  readonly site: string;
  readonly agent: string;
  readonly is_online: boolean | null;
  readonly status: unknown;
  readonly report: unknown;
  readonly desired: KeptVersion | null;
  readonly applied_version: number | null;
}

const STANDINGS = `(select site, id as agent from agent union select distinct site, agent from agent_config) who
  left join agent ag on ag.site = who.site and ag.id = who.agent
  left join lateral (
    select jsonb_build_object('version', version, 'hash', hash, 'madeAt', ${epochMs("made_at")}, 'madeBy', made_by_login,
             'reason', reason, 'backTo', back_to, 'changes', changes) as row
      from agent_config c where c.site = who.site and c.agent = who.agent order by version desc limit 1) desired on true
  left join lateral (
    select max(version) as version from agent_config c
     where c.site = who.site and c.agent = who.agent and c.hash = ag.config_report->>'hash') applied on true`;

const COLUMNS = `who.site, who.agent, ag.is_online, ag.status, ag.config_report as report, desired.row as desired,
  applied.version as applied_version`;

/** How the configurations of all agents stand, by site and name. */
export async function listStandings(sql: Sql, query: AgentConfigQuery) {
  const filter = new SqlFilter();
  const name = "who.site || '/' || who.agent";
  if (query.q !== undefined) filter.and(`${name} ilike ${filter.value(containing(query.q))}`);
  const page = pageSql(filter, { expression: name, type: "text", isDescending: false, id: "who.agent" }, query);
  const { rows } = await sql.query<StandingRow>(
    `select ${COLUMNS}, ${page.select} from ${STANDINGS} ${filter.where} ${page.tail}`,
    filter.values,
  );
  return toPage(rows, query.limit, toStanding);
}

/** How the configuration of one agent stands. @throws {NotFoundProblem} when nobody has heard of it. */
export async function standingOf(sql: Sql, { site, agent }: AgentName): Promise<Row> {
  const { rows } = await sql.query<StandingRow>(
    `select ${COLUMNS} from ${STANDINGS} where who.site = $1 and who.agent = $2`,
    [site, agent],
  );
  if (rows[0] === undefined) throw new NotFoundProblem("agent", `${site}/${agent}`);
  return toStanding(rows[0]);
}

/** The versions of one agent, newest first. */
export async function listVersions(sql: Sql, { site, agent }: AgentName, query: PageQuery) {
  const filter = new SqlFilter();
  filter.and(`site = ${filter.value(site)}`).and(`agent = ${filter.value(agent)}`);
  const page = pageSql(
    filter,
    { expression: "version::bigint", type: "bigint", isDescending: true, id: "hash" },
    query,
  );
  const { rows } = await sql.query<KeptVersion & CursorRow>(
    `select ${VERSION_COLUMNS}, ${page.select} from agent_config ${filter.where} ${page.tail}`,
    filter.values,
  );
  return toPage(rows, query.limit, toVersion);
}

/** A version as it is told, without its content. */
export function toVersion(kept: Omit<KeptVersion, "payload">): Version {
  const { version, hash, madeAt, madeBy, reason, backTo } = kept;
  return { version, hash, madeAt, madeBy, reason, backTo, changes: toChanges(kept.changes) };
}

/** Differences as they are told. */
export function toChanges({ buses, channels, other }: AgentConfigDiff): Version["changes"] {
  const copy = ({ added, removed, changed }: IdChanges) => ({
    added: [...added],
    removed: [...removed],
    changed: [...changed],
  });
  return { buses: copy(buses), channels: copy(channels), other: [...other] };
}

function toStanding(row: StandingRow): Row {
  const report = ConfigReport.safeParse(row.report).data;
  const desired = row.desired === null ? null : toVersion(row.desired);
  const result = newestResult(report?.result, AgentStatus.safeParse(row.status).data?.config);
  const applied = report && {
    hash: report.hash,
    at: report.appliedAt,
    source: report.source ?? null,
    version: row.applied_version,
    channels: report.channels.length,
  };
  const { site, agent, is_online: isOnline } = row;
  return {
    site,
    agent,
    isOnline,
    standing: configStanding(desired?.hash ?? null, report?.hash, result),
    desired,
    applied: applied ?? null,
    result,
  };
}
