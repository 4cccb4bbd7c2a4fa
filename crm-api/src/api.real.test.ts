import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { PortBusyError, StoreUnavailableError } from "@nightflow/domain";
import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import { startApi } from "./api.ts";
import { PAGE_CSP } from "./http/pages.ts";
import { cleanUpAfterEach, endAfterTest, type Harness, startHarness } from "./testing/harness.ts";
import { TOWN_PASSWORD } from "./testing/town.ts";

const databases = testDatabase();
cleanUpAfterEach();

const renderer = { usageCurve: () => ({ html: "", csv: "" }) };

async function start({ deps }: Harness, more: { port?: number; webRoot?: string } = {}) {
  const config = { ...deps.config, port: more.port ?? 0 };
  const api = await startApi({ ...deps, renderer, config, ...(more.webRoot && { webRoot: more.webRoot }) });
  endAfterTest(() => api.close());
  return api;
}

async function pagesFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "nightflow-pages-"));
  endAfterTest(() => rm(folder, { recursive: true, force: true }));
  await mkdir(path.join(folder, "assets"));
  await writeFile(path.join(folder, "index.html"), "<!doctype html><title>Nightflow</title>");
  await writeFile(path.join(folder, "assets", "index-B3xk9a_1.js"), "0");
  return folder;
}

test("the API serves its pages, and any address of theirs leads to the application", async () => {
  const { url } = await start(await startHarness(databases), { webRoot: await pagesFolder() });
  for (const address of ["/", "/tickets/T-2026-000001?tab=steps", "/setup"]) {
    const response = await fetch(`${url}${address}`);
    expect([address, response.status, await response.text()]).toEqual([
      address,
      200,
      expect.stringContaining("Nightflow"),
    ]);
    expect(response.headers.get("content-security-policy")).toBe(PAGE_CSP);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("referrer-policy")).toBe("same-origin");
    expect(response.headers.get("cache-control")).toBe("no-cache");
  }
});

test("a built file is kept by the browser for good; a missing one is not the application", async () => {
  const { url } = await start(await startHarness(databases), { webRoot: await pagesFolder() });
  const script = await fetch(`${url}/assets/index-B3xk9a_1.js`);
  expect(script.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect((await fetch(`${url}/assets/gone-B3xk9a_1.js`)).status).toBe(404);
  const outside = await fetch(`${url}/..%2f..%2f..%2f..%2f..%2fetc%2fhostname.txt`);
  expect([400, 403, 404]).toContain(outside.status);
});

test("an address of the API that does not exist is answered as an error, not as a page", async () => {
  const { url } = await start(await startHarness(databases), { webRoot: await pagesFolder() });
  const response = await fetch(`${url}/api/nothing`);
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ code: "NO_SUCH_ADDRESS", remedy: null });
});

test("a port that is in use is named, and nothing is left running", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  endAfterTest(() => new Promise((resolve) => other.close(resolve)));
  const { port } = other.address() as { port: number };
  const failure = await start(await startHarness(databases), { port }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(PortBusyError);
  expect(String(failure)).toContain(`127.0.0.1:${port}`);
});

test("a platform without users prints a link that makes the first administrator", async () => {
  const harness = await startHarness(databases);
  await harness.db.query("update account set manager_id = null; delete from app_user");
  const { url, setupUrl } = await start(harness);
  expect(setupUrl).toMatch(new RegExp(`^${url}/setup#token=`));
  const token = setupUrl?.split("token=")[1];
  const body = JSON.stringify({ token, login: "root", password: "long enough password" });
  const headers = { "content-type": "application/json" };
  expect((await fetch(`${url}/api/setup`, { method: "POST", headers, body })).status).toBe(204);
  await harness.db.query("select 1");
  expect((await start(harness)).setupUrl).toBeNull();
});

test("a wrong request is told which part is wrong", async () => {
  const { stranger, signIn } = await startHarness(databases);
  const answer = await stranger.post("/api/session", { login: "desk", password: TOWN_PASSWORD, remember: true });
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ code: "REQUEST_INVALID", message: expect.stringContaining("remember") });
  const desk = await signIn("desk");
  expect((await desk.get("/api/tickets?limit=0")).body).toMatchObject({
    details: [{ part: "querystring", path: "/limit" }],
  });
  expect((await desk.get("/api/tickets/not-an-id")).status).toBe(400);
  expect((await desk.get("/api/tickets?cursor=nonsense")).body.code).toBe("REQUEST_INVALID");
});

test("what goes wrong inside is not told outside", async () => {
  const { signIn, store } = await startHarness(databases);
  const control = await signIn("control");
  store.lastValues = async () => {
    throw new Error("secret: /var/lib/nightflow");
  };
  const answer = await control.get("/api/meters");
  expect([answer.status, answer.body.code]).toEqual([500, "INTERNAL"]);
  expect(answer.text).not.toContain("secret");
});

test("a store that is away is said to be away, with what to do", async () => {
  const { signIn, store, stranger } = await startHarness(databases);
  const control = await signIn("control");
  store.lastValues = async () => {
    throw new StoreUnavailableError("the time-series store does not answer", { remedy: "see whether it runs" });
  };
  const answer = await control.get("/api/meters");
  expect([answer.status, answer.body]).toEqual([
    503,
    expect.objectContaining({ code: "STORE_UNAVAILABLE", remedy: "see whether it runs" }),
  ]);
  expect((await stranger.get("/api/health")).body).toEqual({ state: "degraded", database: "good", readings: "away" });
});

test("the OpenAPI document names every answer, so that the pages' client has exact types", async () => {
  const { stranger } = await startHarness(databases);
  const { body } = await stranger.get<{
    paths: Record<string, Record<string, { operationId?: string; responses: object }>>;
  }>("/api/openapi.json");
  const operations = Object.values(body.paths).flatMap((path) => Object.values(path));
  expect(operations.length).toBeGreaterThan(35);
  const names = operations.map((operation) => operation.operationId);
  expect(new Set(names).size).toBe(operations.length);
  expect(names).not.toContain(undefined);
  for (const { operationId, responses } of operations) {
    const good = Object.entries(responses).filter(([status]) => status.startsWith("2") && status !== "204");
    for (const [, response] of good)
      expect([operationId, JSON.stringify(response)]).toEqual([operationId, expect.stringMatching(/\$ref|text\//)]);
  }
});
