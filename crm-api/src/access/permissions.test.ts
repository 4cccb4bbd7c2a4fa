import { Role } from "@nightflow/domain";
import { expect, test } from "vitest";
import { buildAppOfNothing } from "../openapi.ts";
import { PERMISSION_KEYS, PERMISSIONS, permissionsOf } from "./permissions.ts";

test("every route declares exactly one right of the catalogue", async () => {
  const app = await buildAppOfNothing();
  expect(app.routeRights.length).toBeGreaterThan(35);
  const counts = new Map<string, number>();
  for (const { method, url, permission } of app.routeRights) {
    expect(PERMISSION_KEYS).toContain(permission);
    counts.set(`${method} ${url}`, (counts.get(`${method} ${url}`) ?? 0) + 1);
  }
  expect([...counts.values()].every((count) => count === 1)).toBe(true);
  await app.close();
});

test("without sign-in there are the sign-in, the set-up, the health and the description of the API, and nothing else", async () => {
  const app = await buildAppOfNothing();
  const open = app.routeRights.filter((route) => route.permission === "public.any.use" && route.method !== "HEAD");
  expect(open.map((route) => `${route.method} ${route.url}`).sort()).toEqual([
    "GET /api/enrolment/authority",
    "GET /api/enrolment/revoked.crl.pem",
    "GET /api/health",
    "GET /api/openapi.json",
    "POST /api/enrolment/join",
    "POST /api/enrolment/join/:id",
    "POST /api/enrolment/renew",
    "POST /api/session",
    "POST /api/setup",
  ]);
  await app.close();
});

test("a route without a right, or with an unknown one, does not start", async () => {
  const app = await buildAppOfNothing();
  expect(() => app.get("/api/open", () => "x")).toThrow(/declares no right/);
  const config = { permission: "no.such.right" as (typeof PERMISSION_KEYS)[number] };
  expect(() => app.get("/api/open2", { config }, () => "x")).toThrow(/declares no right/);
  await app.close();
});

test("the auditor reads everything and changes nothing", () => {
  for (const key of permissionsOf("auditor")) expect(key).toMatch(/\.(read|use)$/);
  expect(permissionsOf("auditor").has("system.audit.read")).toBe(true);
});

/** What only an administrator may do: it cannot be taken back or may harm somebody, and nobody's daily work needs it. */
const ADMINISTRATORS_ALONE = ["operations.feed.forget", "collection.valve.override"];

test("the administrator has every right and every other right is somebody's", () => {
  expect([...permissionsOf("admin")]).toEqual(PERMISSION_KEYS);
  const given = new Set(Role.options.filter((role) => role !== "admin").flatMap((role) => [...permissionsOf(role)]));
  expect(PERMISSION_KEYS.filter((key) => !given.has(key))).toEqual(ADMINISTRATORS_ALONE);
});

test("every right has a name in both languages and says its area", () => {
  for (const [key, { zh, en, area }] of Object.entries(PERMISSIONS)) {
    expect(zh && en).toBeTruthy();
    expect(key.startsWith(`${area}.`)).toBe(true);
  }
});
