import type { Role } from "@nightflow/domain";
import type { FastifyRequest } from "fastify";
import { UnauthorizedProblem } from "../http/problems.ts";
import type { Permission } from "./permissions.ts";
import type { Scope } from "./scope.ts";

/** Who asks: the person behind a session, with rights and scope. */
export interface Principal {
  readonly userId: string;
  readonly login: string;
  readonly displayName: string;
  readonly role: Role;
  readonly permissions: ReadonlySet<Permission>;
  readonly unitId: string;
  readonly scope: Scope;
  readonly language: "zh" | "en" | null;
  readonly sessionHash: Buffer;
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** The one right that the route needs. */
    permission?: Permission;
  }
  interface FastifyRequest {
    /** Who asks; null on public routes. */
    principal: Principal | null;
  }
}

/**
 * Who asks.
 *
 * @throws {UnauthorizedProblem} when nobody is signed in.
 */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw signInNeeded();
  return request.principal;
}

/** The answer to a request that needs a sign-in and has none. */
export function signInNeeded(): UnauthorizedProblem {
  return new UnauthorizedProblem("nobody is signed in, or the session has ended", { remedy: "sign in again" });
}
