import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import { PUBLIC_PERMISSION } from "../access/permissions.ts";
import type { ApiServer } from "./types.ts";

/** Everything from our own address only; antd writes its styles into the page, hence inline styles. */
export const PAGE_CSP = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "frame-src 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
].join("; ");

const YEAR_S = 31_536_000;
// Vite names files by their content: `index-B3xk9a_1.js`.
const HASHED = /-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

/** Serves the built pages, where there are any. */
export async function installPages(app: ApiServer, webRoot: string): Promise<void> {
  if (!existsSync(join(webRoot, "index.html"))) {
    app.log.warn({ webRoot }, "no pages are built there; only the API is served");
    return;
  }
  await app.register(fastifyStatic, {
    root: webRoot,
    serve: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.header("content-security-policy", PAGE_CSP);
      reply.header("x-content-type-options", "nosniff");
      reply.header("referrer-policy", "same-origin");
      reply.header("cache-control", HASHED.test(path) ? `public, max-age=${YEAR_S}, immutable` : "no-cache");
    },
  });
  app.get("/*", { config: { permission: PUBLIC_PERMISSION }, schema: { hide: true } }, (request, reply) => {
    const path = (request.params as { "*": string })["*"];
    // A plain statement: a reply that is returned is waited for, once more at each hand-over.
    if (isPageAddress(path)) reply.sendFile("index.html");
    else if (path.startsWith("api/")) reply.callNotFound();
    else reply.sendFile(path);
  });
}

/** Whether an address is one of the application's own pages, which `index.html` shows: neither a file nor the API. */
export function isPageAddress(path: string): boolean {
  return path !== "api" && !path.startsWith("api/") && !/\.[A-Za-z0-9]+$/.test(path);
}
