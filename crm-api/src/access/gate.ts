import type { FastifyInstance, FastifyRequest, RouteOptions } from "fastify";
import { ForbiddenProblem } from "../http/problems.ts";
import { checkOrigin } from "./origin.ts";
import { PERMISSIONS, type Permission, PUBLIC_PERMISSION } from "./permissions.ts";
import { type Principal, signInNeeded } from "./principal.ts";
import { SESSION_COOKIE } from "./sessions.ts";

/** What the gate needs to know of a session. */
export interface GateDeps {
  readonly publicUrl: string | undefined;
  /** Who a session token stands for; null when it has ended. */
  principalOfToken(token: string): Promise<Principal | null>;
}

/** One route and the right that it needs. */
export interface RouteRight {
  readonly method: string;
  readonly url: string;
  readonly permission: Permission;
}

declare module "fastify" {
  interface FastifyInstance {
    /** Every route with its right: what an administrator is shown is what the gate enforces. */
    routeRights: RouteRight[];
  }
}

/** Makes every route declare one right, and lets nobody in without it. */
export function installGate(app: FastifyInstance, deps: GateDeps): void {
  app.decorateRequest("principal", null);
  app.decorate("routeRights", []);
  app.addHook("onRoute", (route) => {
    const permission = declaredPermission(route);
    for (const method of [route.method].flat()) app.routeRights.push({ method, url: route.url, permission });
  });
  app.addHook("onRequest", async (request) => {
    const permission = request.routeOptions.config.permission;
    // A URL that no route matches has no right to check; it gets the 404.
    if (permission === undefined) return;
    checkOrigin(request, deps.publicUrl);
    if (permission === PUBLIC_PERMISSION) return;
    request.principal = await whoAsks(request, deps);
    requirePermission(request.principal, permission);
  });
}

function declaredPermission(route: RouteOptions): Permission {
  const permission = route.config?.permission;
  if (permission !== undefined && permission in PERMISSIONS) return permission;
  throw new Error(`route ${String(route.method)} ${route.url} declares no right`);
}

async function whoAsks(request: FastifyRequest, deps: GateDeps): Promise<Principal> {
  const token = request.cookies[SESSION_COOKIE];
  const principal = token === undefined ? null : await deps.principalOfToken(token);
  if (principal === null) throw signInNeeded();
  return principal;
}

function requirePermission(principal: Principal, permission: Permission): void {
  if (principal.permissions.has(permission)) return;
  const { zh, en } = PERMISSIONS[permission];
  throw new ForbiddenProblem(`this needs the right "${en}" (${permission}), which the role ${principal.role} lacks`, {
    details: { permission, zh, en, role: principal.role },
    remedy: "an administrator can give your account a role that has it",
  });
}
