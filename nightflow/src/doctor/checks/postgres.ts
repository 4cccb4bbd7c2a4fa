import { join } from "node:path";
import { describeError } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import { type Finding, found } from "../finding.ts";
import type { Patient } from "../patient.ts";
import { checkZones, clockAgainst } from "./clock.ts";

const OLDEST = 140_000;
/** Connections of the pools of head-end, analytics and API, with their listeners. */
const CONNECTIONS = 30;

/** Does PostgreSQL answer, keep what it confirms, and hold a schema that this program knows? */
export async function checkPostgres(patient: Patient): Promise<Finding[]> {
  const url = urlOf(patient);
  if (url === undefined) return [found("ok", "postgres.stopped")];
  const { probes } = patient;
  try {
    return await probes.withSql(url, async (sql) => [
      ...(await server(sql, probes.nowMs)),
      ...(await schema(sql, await probes.knownMigrations())),
    ]);
  } catch (error) {
    return [found("fail", "postgres.away", { reason: describeError(error) })];
  }
}

function urlOf({ env, dataDir, probes, upPid }: Patient): string | undefined {
  if (env.DATABASE_URL) return env.DATABASE_URL;
  const file = join(dataDir, "postgres", "url");
  return upPid === undefined || probes.rights(file) === undefined ? undefined : probes.read(file).trim();
}

interface ServerRow extends Record<string, unknown> {
  readonly version_no: number;
  readonly version: string;
  readonly fsync: string;
  readonly full_page_writes: string;
  readonly synchronous_commit: string;
  readonly max_connections: number;
  readonly may_create: boolean;
  readonly who: string;
  readonly now_ms: number;
}

async function server(sql: Sql, nowMs: () => number): Promise<Finding[]> {
  const from = nowMs();
  const { rows } = await sql.query<ServerRow>(
    `select current_setting('server_version_num')::int as version_no, current_setting('server_version') as version,
            current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
            current_setting('synchronous_commit') as synchronous_commit,
            current_setting('max_connections')::int as max_connections, current_user as who,
            coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) as may_create,
            (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms`,
  );
  const [row] = rows;
  if (row === undefined) return [];
  const { version, version_no, max_connections: max, who: user } = row;
  return [
    found(version_no >= OLDEST ? "ok" : "fail", version_no >= OLDEST ? "postgres.answers" : "postgres.old", {
      version,
    }),
    ...durability(row),
    clockAgainst("PostgreSQL", (from + nowMs()) / 2, row.now_ms),
    ...(row.may_create ? [] : [found("fail", "postgres.no-right", { user })]),
    ...(max >= CONNECTIONS ? [] : [found("warn", "postgres.connections", { max, wanted: CONNECTIONS })]),
  ];
}

function durability(row: ServerRow): Finding[] {
  const off = (["fsync", "full_page_writes", "synchronous_commit"] as const).filter(
    (setting) => row[setting] === "off",
  );
  if (off.length === 0) return [found("ok", "postgres.durable")];
  return off.map((setting) => found("fail", "postgres.unsafe", { setting }));
}

async function schema(sql: Sql, known: number): Promise<Finding[]> {
  const { rows } = await sql.query<{ is_there: boolean }>(
    "select to_regclass('schema_migration') is not null as is_there",
  );
  if (rows[0]?.is_there !== true) return [found("ok", "postgres.older", { done: 0, known })];
  const done =
    (await sql.query<{ no: number }>("select coalesce(max(no), 0)::int as no from schema_migration")).rows[0]?.no ?? 0;
  if (done > known) return [found("fail", "postgres.newer", { done, known })];
  const state =
    done === known ? found("ok", "postgres.migrated", { done }) : found("ok", "postgres.older", { done, known });
  const zones = await sql.query<{ zone: string }>("select distinct zone from org_unit where zone is not null");
  return [state, ...checkZones(zones.rows.map(({ zone }) => zone))];
}
