import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import { cleanUpAfterEach, type Harness, type Person, startHarness, TEST_NOW } from "../testing/harness.ts";
import { insertFinding, insertTicket } from "../testing/town.ts";

const databases = testDatabase();
cleanUpAfterEach();

const HOUR_MS = 3_600_000;
const SPAN = `from=${TEST_NOW - 24 * HOUR_MS}&to=${TEST_NOW}&step=hour`;

interface Place {
  readonly finding: string;
  readonly ticket: string;
  readonly report: string;
  readonly account: string;
}

/** A town in which each region has a finding, a ticket, a report and readings. */
async function busyTown(): Promise<Harness & { north: Place; south: Place }> {
  const harness = await startHarness(databases);
  for (const meter of ["N0", "N1", "S0", "S1"])
    harness.store.fill(
      `${meter}.forward_total`,
      { fromMs: TEST_NOW - 70 * 24 * HOUR_MS, toMs: TEST_NOW, periodMs: HOUR_MS },
      () => 500,
    );
  harness.store.put({ list: "conflict", channel: "N1.forward_total" });
  harness.store.put({ list: "conflict", channel: "S1.forward_total" });
  harness.store.put({ list: "conflict", channel: null });
  const { north, south } = harness.town.units;
  return {
    ...harness,
    north: await busyPlace(harness, north, "N1", "DMA-N", harness.town.accounts.hotel),
    south: await busyPlace(harness, south, "S1", "DMA-S", harness.town.accounts.factory),
  };
}

async function busyPlace({ db, signIn }: Harness, unitId: string, subject: string, dmaId: string, account: string) {
  const ticket = await insertTicket(db, { unitId, subject, accountId: account });
  const finding = await insertFinding(db, { unitId, subject, dmaId, accountId: account });
  await db.query("update anomaly set ticket_id = $2 where id = $1", [finding, ticket]);
  const manager = await signIn("manager");
  const order = { accountId: account, month: "2026-09", language: "zh" };
  const { body } = await manager.post<{ id: string }>("/api/reports", order);
  return { finding, ticket, report: body.id, account };
}

const LISTS = [
  ["control-north", "/api/overview"],
  ["control-north", "/api/anomalies?state=all"],
  ["control-north", "/api/meters"],
  ["control-north", "/api/meters?q=S1"],
  ["control-north", "/api/collection"],
  ["control-north", "/api/agents"],
  ["control-north", "/api/fleet"],
  ["control-north", "/api/collection/missing-readings"],
  ["control-north", "/api/set-aside/conflict"],
  ["desk-north", "/api/tickets?state=all"],
  ["manager-north", "/api/accounts?all=true"],
  ["manager-north", "/api/reports"],
] as const;

test("a person bound to the north sees nothing of the south in any list", async () => {
  const town = await busyTown();
  const words = ["S1", "S0", "DMA-S", "Factory", "A-factory", "a-south", ...Object.values(town.south)];
  for (const [login, url] of LISTS) {
    const { status, text } = await (await town.signIn(login)).get(url);
    expect([url, status]).toEqual([url, 200]);
    expect(
      words.filter((word) => text.includes(`"${word}"`) || text.includes(`${word} street`)).map((word) => [url, word]),
    ).toEqual([]);
  }
});

test("the same lists show the north, so that the emptiness proves something", async () => {
  const town = await busyTown();
  const [north, whole] = [await town.signIn("control-north"), await town.signIn("control")];
  for (const url of [
    "/api/overview",
    "/api/anomalies?state=all",
    "/api/meters",
    "/api/collection",
    "/api/agents",
    "/api/fleet",
  ]) {
    expect([url, /N1|DMA-N|a-north/.test((await north.get(url)).text)]).toEqual([url, true]);
    expect([url, /S1|DMA-S|a-south/.test((await whole.get(url)).text)]).toEqual([url, true]);
  }
});

test("what lies in another region is not found by its id, in reading, chart, report or export", async () => {
  const town = await busyTown();
  const { south } = town;
  const cases: [string, string][] = [
    ["control-north", `/api/dmas/DMA-S`],
    ["control-north", `/api/anomalies/${south.finding}`],
    ["control-north", `/api/anomalies/${south.finding}/chart`],
    ["control-north", `/api/meters/S1`],
    ["control-north", `/api/meters/S1/curve?${SPAN}`],
    ["control-north", `/api/meters/S1/curve.csv?${SPAN}`],
    ["control-north", `/api/meters/S1/readings`],
    ["desk-north", `/api/tickets/${south.ticket}`],
    ["manager-north", `/api/accounts/${south.account}`],
    ["manager-north", `/api/accounts/${south.account}/curve?${SPAN}`],
    ["manager-north", `/api/accounts/${south.account}/curve.csv?${SPAN}`],
    ["manager-north", `/api/reports/${south.report}`],
    ["manager-north", `/api/reports/${south.report}/file.html`],
    ["manager-north", `/api/reports/${south.report}/file.csv`],
  ];
  for (const [login, url] of cases) {
    const answer = await (await town.signIn(login)).get(url);
    expect([url, answer.status, answer.body.code]).toEqual([url, 404, "NOT_FOUND"]);
  }
});

test("what lies in another region cannot be changed by its id either", async () => {
  const town = await busyTown();
  const { south } = town;
  const writes: [string, string, object][] = [
    ["control-north", `/api/anomalies/${south.finding}/false-alarm`, { reason: "not ours" }],
    ["control-north", `/api/anomalies/${south.finding}/planned`, { reason: "not ours" }],
    ["desk-north", `/api/tickets/${south.ticket}/move`, { to: "accepted", version: 1 }],
    ["desk-north", `/api/tickets/${south.ticket}/assign`, { assigneeId: null }],
    ["desk-north", `/api/tickets/${south.ticket}/note`, { note: "not ours" }],
    ["manager-north", `/api/reports`, { accountId: south.account, month: "2026-08", language: "zh" }],
  ];
  for (const [login, url, body] of writes) {
    const answer = await (await town.signIn(login)).post(url, body);
    expect([url, answer.status]).toEqual([url, 404]);
  }
  const { rows } = await town.db.query("select state, version from ticket where id = $1", [south.ticket]);
  expect(rows).toEqual([{ state: "new", version: 1 }]);
});

test("people of one region see neither jobs, which belong to none, nor what others did elsewhere", async () => {
  const { signIn } = await busyTown();
  const collector = await signIn("collector-north");
  expect((await collector.get("/api/jobs")).body).toMatchObject({ code: "RIGHT_MISSING", remedy: /whole utility/ });
  const auditor = await signIn("auditor-north");
  const { body } = await auditor.get<{ items: { actor: string }[] }>("/api/audit");
  expect(new Set(body.items.map((entry) => entry.actor))).toEqual(new Set(["collector-north", "auditor-north"]));
});

test("nobody does by another role's routes what his own may not", async () => {
  const { signIn, app, stranger } = await startHarness(databases);
  const people = new Map<string, Person>();
  for (const login of ["collector", "control", "manager", "desk", "auditor"]) people.set(login, await signIn(login));
  const routes = app.routeRights.filter((route) => route.method === "GET" && route.permission !== "public.any.use");
  for (const { url, permission } of routes.filter((route) => !route.url.endsWith("/events"))) {
    const address = url.replace(":id", "0192f0c8-0000-7000-8000-000000000000").replace(":list", "conflict");
    expect([url, (await stranger.get(address)).status]).toEqual([url, 401]);
    for (const person of people.values()) {
      const { body } = await person.get<{ permissions: string[] }>("/api/session");
      const { status } = await person.get(address);
      expect([url, status === 403]).toEqual([url, !body.permissions.includes(permission)]);
    }
  }
});
