import type { FastifyRequest } from "fastify";
import { ForeignOriginProblem } from "../http/problems.ts";

const READS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses a write that a page of another site sends with the person's cookie. Browsers name the origin of every write;
 * a program without a browser names none and is let through, as it has no one else's cookie to misuse.
 *
 * @throws {ForeignOriginProblem} when the origin is not the API's own or its public one.
 */
export function checkOrigin(request: FastifyRequest, publicUrl: string | undefined): void {
  if (READS.has(request.method)) return;
  const origin = request.headers.origin;
  if (origin === undefined ? isOwnFetch(request) : isOwnOrigin(origin, request.headers.host, publicUrl)) return;
  throw new ForeignOriginProblem(`a page of ${origin ?? "another site"} may not write here`, {
    remedy: "open the platform by its own address; behind a proxy set api.publicUrl",
  });
}

function isOwnFetch(request: FastifyRequest): boolean {
  const site = request.headers["sec-fetch-site"];
  return site === undefined || site === "same-origin" || site === "none";
}

function isOwnOrigin(origin: string, host: string | undefined, publicUrl: string | undefined): boolean {
  if (publicUrl !== undefined && origin === new URL(publicUrl).origin) return true;
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}
