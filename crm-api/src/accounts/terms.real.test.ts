import { DEFAULT_THRESHOLDS } from "@nightflow/domain";
import { loadMeterRegistry } from "@nightflow/storage";
import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import { cleanUpAfterEach, type Harness, startHarness, TEST_NOW } from "../testing/harness.ts";
import type { AccountBands, AccountTermsView, CalendarImport } from "./terms-wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SHIFTS = [{ weekday: 1, fromMinute: 480, toMinute: 1200 }];

const termsUrl = ({ town }: Harness) => `/api/accounts/${town.accounts.hotel}/terms`;
const calendarUrl = ({ town }: Harness) => `/api/accounts/${town.accounts.hotel}/calendar`;

test("an account's thresholds and shifts are set with a reason, told to the detectors and audited; nobody overwrites another", async () => {
  const harness = await startHarness(databases);
  const told: string[] = [];
  await harness.db.listen("registry", () => told.push("registry"));
  const manager = await harness.signIn("manager");
  const before = await manager.get<AccountTermsView>(termsUrl(harness));
  expect(before.body).toMatchObject({
    version: 0,
    thresholds: DEFAULT_THRESHOLDS,
    shifts: [],
    days: [],
    rules: { aboveHours: 3 },
  });
  const body = { thresholds: { contractM3h: 12 }, shifts: SHIFTS, reason: "contract of 2026", basedOn: 0 };
  const set = await manager.post<AccountTermsView>(termsUrl(harness), body);
  expect(set.body).toMatchObject({
    version: 1,
    thresholds: { ...DEFAULT_THRESHOLDS, contractM3h: 12 },
    shifts: SHIFTS,
  });
  expect(set.body.versions).toMatchObject([{ version: 1, reason: "contract of 2026" }]);
  await expect.poll(() => told).toEqual(["registry"]);
  const registry = await loadMeterRegistry(harness.db, TEST_NOW);
  const hotel = registry.find(({ account }) => account === harness.town.accounts.hotel);
  expect(hotel?.terms).toMatchObject({ thresholds: { contractM3h: 12 }, shifts: SHIFTS, days: [] });
  expect(registry.find(({ account }) => account === harness.town.accounts.home)?.terms).toBeUndefined();
  expect(await manager.post(termsUrl(harness), body)).toMatchObject({
    status: 409,
    body: { code: "ACCOUNT_TERMS_CHANGED" },
  });
  const { rows } = await harness.db.query("select action, reason from audit_entry where action = 'account.terms'");
  expect(rows).toEqual([{ action: "account.terms", reason: "contract of 2026" }]);
});

test("terms that no account can have are refused, and so are those of an account that is no key account", async () => {
  const harness = await startHarness(databases);
  const manager = await harness.signIn("manager");
  const body = { thresholds: {}, shifts: [], reason: "r", basedOn: 0 };
  const twice = [...SHIFTS, { weekday: 1, fromMinute: 1100, toMinute: 1300 }];
  expect((await manager.post(termsUrl(harness), { ...body, shifts: twice })).body.code).toBe("SHIFTS_OVERLAP");
  for (const wrong of [{ thresholds: { deviations: 0 } }, { thresholds: { nonsense: 1 } }, { reason: " " }])
    expect((await manager.post(termsUrl(harness), { ...body, ...wrong })).status).toBe(400);
  const home = `/api/accounts/${harness.town.accounts.home}/terms`;
  expect((await manager.get(home)).body.code).toBe("ACCOUNT_NOT_KEY");
  const desk = await harness.signIn("desk");
  expect((await desk.get(termsUrl(harness))).status).toBe(200);
  expect((await desk.post(termsUrl(harness), body)).status).toBe(403);
  const north = await harness.signIn("manager-north");
  expect((await north.get(`/api/accounts/${harness.town.accounts.factory}/terms`)).status).toBe(404);
  expect((await north.get(`/api/accounts/${harness.town.accounts.factory}/bands?from=0&to=1000`)).status).toBe(404);
});

test("days are added to a calendar, never over others, and removed; the detectors hear of each", async () => {
  const harness = await startHarness(databases);
  const manager = await harness.signIn("manager");
  const week = { from: "2026-10-01", to: "2026-10-07", kind: "shutdown", note: "Golden Week" };
  const added = await manager.post<AccountTermsView>(`${calendarUrl(harness)}/days`, week);
  expect(added.body.days).toMatchObject([{ ...week, source: "person" }]);
  const inside = { from: "2026-10-07", to: "2026-10-09", kind: "working" };
  expect((await manager.post(`${calendarUrl(harness)}/days`, inside)).body.code).toBe("CALENDAR_OVERLAP");
  const id = added.body.days[0]?.id;
  expect((await manager.delete(`${calendarUrl(harness)}/days/${id}`)).status).toBe(200);
  expect((await manager.delete(`${calendarUrl(harness)}/days/${id}`)).status).toBe(404);
  expect((await manager.post(`${calendarUrl(harness)}/days`, inside)).status).toBe(200);
  const { rows } = await harness.db.query(
    "select count(*)::int as count from audit_entry where action = 'account.calendar'",
  );
  expect(rows).toEqual([{ count: 3 }]);
});

test("a calendar file is tried, read, and read again without a change", async () => {
  const harness = await startHarness(databases);
  const manager = await harness.signIn("manager");
  const text =
    "from,to,kind\n2026-12-24,2026-12-26,holiday\n2026-12-26,,working\n2026-13-01,,holiday\n2027-01-02,,working";
  const read = (isTrial: boolean) =>
    manager.post<CalendarImport>(`${calendarUrl(harness)}/import`, { format: "csv", text, isTrial });
  const trial = await read(true);
  expect(trial.body).toMatchObject({ added: 2, unchanged: 0 });
  expect(trial.body.faults.map(({ line, code }) => [line, code])).toEqual([
    [4, "date"],
    [3, "overlap"],
  ]);
  expect((await manager.get<AccountTermsView>(termsUrl(harness))).body.days).toEqual([]);
  expect((await read(false)).body.added).toBe(2);
  expect((await read(false)).body).toMatchObject({ added: 0, unchanged: 2 });
  expect((await manager.get<AccountTermsView>(termsUrl(harness))).body.days.map(({ from }) => from)).toEqual([
    "2026-12-24",
    "2027-01-02",
  ]);
});

test("the band of an hour is what four weeks before it have taught, and says what the calendar says", async () => {
  const harness = await startHarness(databases);
  const manager = await harness.signIn("manager");
  const start = TEST_NOW - 50 * DAY_MS;
  const span = { fromMs: start, toMs: TEST_NOW, periodMs: HOUR_MS };
  harness.store.fill("N1.forward_total", span, () => 1000);
  await manager.post(`${calendarUrl(harness)}/days`, { from: "2026-10-21", to: "2026-10-21", kind: "shutdown" });
  const ask = (from: number, to: number) =>
    manager.get<AccountBands>(`/api/accounts/${harness.town.accounts.hotel}/bands?from=${from}&to=${to}`);
  const midnight = TEST_NOW - 12 * HOUR_MS;
  const { body } = await ask(midnight - DAY_MS, midnight + DAY_MS);
  expect(body.hours).toHaveLength(48);
  const [yesterday, today] = [body.hours[3], body.hours[40]];
  expect(yesterday).toMatchObject({ plan: "usual", usual: expect.closeTo(1, 2) });
  expect(yesterday?.high).toBeGreaterThan(1.2);
  expect(yesterday?.low).toBeLessThan(0.85);
  expect(today).toMatchObject({ plan: "shutdown", usual: null, high: expect.closeTo(1.5, 1) });
  expect((await ask(start + DAY_MS, start + 2 * DAY_MS)).body.hours.every(({ high }) => high === null)).toBe(true);
  expect((await ask(0, 90 * DAY_MS)).status).toBe(400);
});
