import type { Role } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { z } from "zod";
import { principalOf } from "../access/principal.ts";
import type { Scope } from "../access/scope.ts";
import type { ApiDeps } from "../deps.ts";
import { problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { SqlFilter } from "../sql/filter.ts";
import { listAudit } from "./audit-list.ts";
import { AuditPage, AuditQuery, Health, UserList, type UserRow } from "./wire.ts";

const tags = ["system"];

/** People, the audit trail, and whether the API is well. */
export function systemRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db } = deps;

  app.route({
    method: "GET",
    url: "/users",
    config: { permission: "system.user.read" },
    schema: {
      operationId: "listUsers",
      tags,
      summary: "People who may be given tickets of the scope.",
      response: { 200: UserList, ...problems },
    },
    handler: async (request) => ({ items: await listUsers(db, principalOf(request).scope) }),
  });

  app.route({
    method: "GET",
    url: "/audit",
    config: { permission: "system.audit.read" },
    schema: { operationId: "listAudit", tags, querystring: AuditQuery, response: { 200: AuditPage, ...problems } },
    handler: (request) => listAudit(db, principalOf(request).scope, request.query),
  });

  app.route({
    method: "GET",
    url: "/health",
    config: { permission: "public.any.use" },
    schema: { operationId: "getHealth", tags, response: { 200: Health, 503: Health, ...problems } },
    handler: async (_request, reply) => {
      const database = await isWell(() => db.query("select 1"));
      const readings = await isWell(() => deps.store.lastValues([]));
      const state = database === "good" && readings === "good" ? "good" : "degraded";
      return reply.code(database === "good" ? 200 : 503).send({ state, database, readings });
    },
  });
}

async function isWell(probe: () => Promise<unknown>): Promise<"good" | "away"> {
  return probe().then(
    () => "good" as const,
    () => "away" as const,
  );
}

interface UserSqlRow {
  id: string;
  login: string;
  display_name: string;
  role: Role;
  unit_path: string;
}

/** People whose region lies in the scope, or holds it. */
async function listUsers(sql: Sql, scope: Scope): Promise<z.infer<typeof UserRow>[]> {
  const filter = new SqlFilter();
  const path = filter.value(scope.path);
  filter.and("not u.is_disabled").and(`(starts_with(o.path, ${path}) or starts_with(${path}, o.path))`);
  const { rows } = await sql.query<UserSqlRow>(
    `select u.id, u.login, u.display_name, u.role, o.path as unit_path
       from app_user u join org_unit o on o.id = u.unit_id ${filter.where} order by u.display_name, u.id limit 500`,
    filter.values,
  );
  return rows.map((row) => ({
    id: row.id,
    login: row.login,
    displayName: row.display_name,
    role: row.role,
    unitPath: row.unit_path,
  }));
}
