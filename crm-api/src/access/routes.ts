import { z } from "zod";
import type { ApiDeps } from "../deps.ts";
import { SignInRefusedProblem } from "../http/problems.ts";
import { problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { recordAudit } from "../system/record.ts";
import { companyOf } from "./company.ts";
import { createFirstAdmin } from "./first-admin.ts";
import { LoginLimit } from "./login-limit.ts";
import { type Principal, principalOf } from "./principal.ts";
import { openSession, principalOfToken, revokeSession, SESSION_COOKIE } from "./sessions.ts";
import { checkPassword } from "./sign-in.ts";
import { Session, Setup, SignIn } from "./wire.ts";

const tags = ["session"];

/** Signing in and out, who is signed in, and the first administrator. */
export function sessionRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db, config } = deps;
  const life = { idleHours: config.sessionHours, daysAtMost: config.sessionDaysAtMost };
  const limit = new LoginLimit(config.loginFailuresAllowed);
  const cookie = {
    path: "/",
    httpOnly: true,
    sameSite: "strict",
    maxAge: Math.round(config.sessionDaysAtMost * 86_400),
  } as const;
  const isSecure = (protocol: string) => protocol === "https" || config.publicUrl?.startsWith("https:") === true;

  app.route({
    method: "POST",
    url: "/session",
    config: { permission: "public.any.use" },
    schema: { operationId: "signIn", tags, body: SignIn, response: { 200: Session, ...problems } },
    handler: async (request, reply) => {
      const { login, password } = request.body;
      const token = await signIn(deps, limit, { login, password, address: request.ip, life });
      reply.setCookie(SESSION_COOKIE, token, { ...cookie, secure: isSecure(request.protocol) });
      return sessionOf(deps, await freshPrincipal(deps, token, life));
    },
  });

  app.route({
    method: "GET",
    url: "/session",
    config: { permission: "session.own.use" },
    schema: { operationId: "getSession", tags, response: { 200: Session, ...problems } },
    handler: (request) => sessionOf(deps, principalOf(request)),
  });

  app.route({
    method: "DELETE",
    url: "/session",
    config: { permission: "session.own.use" },
    schema: { operationId: "signOut", tags, response: { 204: z.undefined(), ...problems } },
    handler: async (request, reply) => {
      const principal = principalOf(request);
      await db.transaction(async (tx) => {
        await revokeSession(tx, principal.sessionHash);
        await recordAudit(tx, deps.clock, principal, {
          action: "session.end",
          kind: "user",
          subject: principal.userId,
        });
      });
      return reply.clearCookie(SESSION_COOKIE, { path: "/" }).code(204).send();
    },
  });

  app.route({
    method: "POST",
    url: "/setup",
    config: { permission: "public.any.use" },
    schema: { operationId: "setUp", tags, body: Setup, response: { 204: z.undefined(), ...problems } },
    handler: async (request, reply) => {
      limit.check("setup", request.ip);
      const userId = await createFirstAdmin(db, deps.firstAdmin, request.body).catch((error: unknown) => {
        limit.failed("setup", request.ip);
        throw error;
      });
      const actor = { userId, login: request.body.login, address: request.ip };
      const entry = { action: "user.first_admin", kind: "user", subject: userId };
      await db.transaction((tx) => recordAudit(tx, deps.clock, actor, entry));
      return reply.code(204).send();
    },
  });
}

interface SignInAttempt {
  readonly login: string;
  readonly password: string;
  readonly address: string;
  readonly life: Parameters<typeof openSession>[3];
}

async function signIn(deps: ApiDeps, limit: LoginLimit, attempt: SignInAttempt): Promise<string> {
  const { db, clock } = deps;
  const { login, password, address, life } = attempt;
  limit.check(login, address);
  // Counted before the check, so that tries sent at once do not slip through together.
  limit.failed(login, address);
  try {
    const user = await checkPassword(db, login, password);
    limit.succeeded(login, address);
    const actor = { userId: user.id, login: user.login, address };
    return await db.transaction(async (tx) => {
      await recordAudit(tx, clock, actor, { action: "session.begin", kind: "user", subject: user.id });
      return openSession(tx, user.id, address, life);
    });
  } catch (error) {
    if (error instanceof SignInRefusedProblem) await auditRefusal(deps, login, address);
    throw error;
  }
}

function auditRefusal({ db, clock }: ApiDeps, login: string, address: string): Promise<void> {
  const actor = { userId: null, login, address };
  const entry = { action: "session.refused", kind: "login", subject: login };
  return db.transaction((tx) => recordAudit(tx, clock, actor, entry));
}

async function freshPrincipal(deps: ApiDeps, token: string, life: SignInAttempt["life"]): Promise<Principal> {
  const principal = await principalOfToken(deps.db, token, life);
  if (principal === null) throw new Error("a session that was just opened is not there");
  return principal;
}

async function sessionOf({ db, clock }: ApiDeps, principal: Principal): Promise<z.infer<typeof Session>> {
  const company = await companyOf(db, principal.scope.path);
  const { rows } = await db.query<{ code: string; name_zh: string; name_en: string }>(
    "select code, name_zh, name_en from org_unit where id = $1",
    [principal.unitId],
  );
  const unit = rows[0] ?? { code: "", name_zh: "", name_en: "" };
  return {
    user: { id: principal.userId, login: principal.login, displayName: principal.displayName },
    role: principal.role,
    permissions: [...principal.permissions],
    unit: {
      id: principal.unitId,
      code: unit.code,
      path: principal.scope.path,
      name: { zh: unit.name_zh, en: unit.name_en },
    },
    language: principal.language,
    ...company,
    now: clock.now(),
    clockFactor: 1000 / clock.toRealMs(1000),
  };
}
