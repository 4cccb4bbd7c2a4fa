import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import type { z } from "zod";
import { cleanUpAfterEach, startHarness, TEST_NOW } from "../testing/harness.ts";
import { insertFinding, insertTicket } from "../testing/town.ts";
import type { ShiftEntry, ShiftFacts, ShiftPage } from "./wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

const HOUR_MS = 3_600_000;
type Page = z.infer<typeof ShiftPage>;

test("a shift is handed over with what stands open, and taken by somebody else, once", async () => {
  const { db, town, signIn, clock } = await startHarness(databases);
  const unitId = town.units.north;
  await insertFinding(db, { unitId, subject: "N1", moneyPerDay: 900, openedAtMs: TEST_NOW - HOUR_MS });
  await insertFinding(db, { unitId, subject: "N2", state: "past", moneyPerDay: 5000 });
  await insertTicket(db, { unitId, openedAtMs: TEST_NOW - HOUR_MS });
  const [control, admin] = [await signIn("control"), await signIn("admin")];
  const handed = await control.post<ShiftEntry>("/api/shift-log/hand-over", { text: "quiet but for the north" });
  expect(handed.body).toMatchObject({ kind: "hand_over", author: "control", acceptedBy: null });
  expect(handed.body.facts).toMatchObject({
    sinceAt: null,
    newFindings: 1,
    ticketsOpened: 1,
    unacknowledged: { critical: 1 },
    worst: [{ subject: "N1", place: "Hotel street 1", moneyPerDay: 900, priority: "critical" }],
  });
  const url = `/api/shift-log/${handed.body.id}/accept`;
  expect((await control.post(url, {})).body.code).toBe("SHIFT_OWN");
  expect((await admin.post<ShiftEntry>(url, { text: "seen" })).body).toMatchObject({ kind: "accept", author: "admin" });
  expect((await (await signIn("control")).post(url, {})).status).toBe(409);
  const log = await control.get<Page>("/api/shift-log");
  expect(log.body.items.find(({ kind }) => kind === "hand_over")).toMatchObject({ acceptedBy: "admin" });
  clock.advance(HOUR_MS);
  const now = await control.get<ShiftFacts>("/api/shift-log/facts");
  expect(now.body).toMatchObject({ sinceAt: TEST_NOW, newFindings: 0, ticketsOpened: 0 });
});

test("a carried note stays until it is settled, and comes back when that was a mistake", async () => {
  const { db, town, signIn } = await startHarness(databases);
  const anomalyId = await insertFinding(db, { unitId: town.units.north, subject: "N1" });
  const control = await signIn("control");
  const note = { text: "valve 12 is closed until Friday", anomalyId, isCarried: true };
  const { body } = await control.post<ShiftEntry>("/api/shift-log", note);
  await control.post("/api/shift-log", { text: "crew rang" });
  expect(body.anomaly).toMatchObject({ rule: "CONT_FLOW", subject: "N1" });
  const carried = async () =>
    (await control.get<Page>("/api/shift-log?carried=true")).body.items.map((entry) => entry.text);
  expect(await carried()).toEqual(["valve 12 is closed until Friday"]);
  const settled = await control.post<ShiftEntry>(`/api/shift-log/${body.id}/settle`);
  expect(settled.body).toMatchObject({ settledAt: TEST_NOW, settledBy: "control" });
  expect(await carried()).toEqual([]);
  await control.post(`/api/shift-log/${body.id}/carry-on`);
  expect(await carried()).toEqual(["valve 12 is closed until Friday"]);
  expect((await control.get<Page>("/api/shift-log?q=rang")).body.items).toHaveLength(1);
});

test("a region's log is its own and its parents' to read, and the service desk does not write it", async () => {
  const { db, town, signIn } = await startHarness(databases);
  const southern = await insertFinding(db, { unitId: town.units.south, subject: "S1" });
  const northern = await signIn("control-north");
  await northern.post("/api/shift-log", { text: "of the north" });
  await (await signIn("control")).post("/api/shift-log", { text: "of the town" });
  const texts = async (login: string) =>
    (await (await signIn(login)).get<Page>("/api/shift-log")).body.items.map((entry) => entry.text).toSorted();
  expect(await texts("control-north")).toEqual(["of the north"]);
  expect(await texts("control")).toEqual(["of the north", "of the town"]);
  expect((await northern.post("/api/shift-log", { text: "x", anomalyId: southern })).status).toBe(404);
  expect((await (await signIn("desk")).post("/api/shift-log", { text: "x" })).status).toBe(403);
});
