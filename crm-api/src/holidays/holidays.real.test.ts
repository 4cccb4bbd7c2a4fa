import { loadMeterRegistry, REGISTRY_CHANNEL, verifyAudit } from "@nightflow/storage";
import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import { cleanUpAfterEach, startHarness, TEST_NOW } from "../testing/harness.ts";
import type { HolidayImport, HolidayList } from "./wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

const SPRING = {
  firstDay: "2027-02-05",
  lastDay: "2027-02-11",
  nameZh: "春节",
  nameEn: "Spring Festival",
  unit: "town",
};
const CSV = `first_day,last_day,name_zh,name_en
2026-10-01,2026-10-07,国庆节,National Day
2027-01-01,,元旦,New Year`;

async function desk() {
  const { db, signIn } = await startHarness(databases);
  const control = await signIn("control");
  const list = async (query = "") => (await control.get<HolidayList>(`/api/holidays${query}`)).body;
  const bring = async (text: string, more = {}) =>
    (await control.post<HolidayImport>("/api/holidays/import", { text, unit: "town", ...more })).body;
  return { db, signIn, control, list, bring };
}

test("a holiday that is added is known to the detectors at once, and its removal is undone as it was", async () => {
  const { db, control, list } = await desk();
  let heard = 0;
  await db.listen(REGISTRY_CHANNEL, () => heard++);
  const { body, status } = await control.post<{ id: string }>("/api/holidays", SPRING);
  expect(status).toBe(200);
  await expect.poll(() => heard).toBe(1);
  const spansOf = async () => (await loadMeterRegistry(db, TEST_NOW)).map(({ holidays }) => holidays)[0];
  expect(await spansOf()).toEqual([{ first: "2027-02-05", last: "2027-02-11" }]);
  expect((await list("?year=2027")).items).toMatchObject([{ id: body.id, name: { zh: "春节" }, mayEdit: true }]);
  expect((await list("?year=2026")).items).toEqual([]);
  expect((await control.delete(`/api/holidays/${body.id}`)).status).toBe(200);
  expect(await spansOf()).toEqual([]);
  expect((await control.delete(`/api/holidays/${body.id}`)).status).toBe(404);
  expect((await control.post(`/api/holidays/${body.id}/restore`)).status).toBe(200);
  expect((await list()).items).toMatchObject([{ id: body.id, firstDay: SPRING.firstDay, unit: "town" }]);
  expect((await control.post(`/api/holidays/${body.id}/restore`)).body).toMatchObject({ code: "HOLIDAY_OVERLAP" });
  expect((await control.post("/api/holidays/nothing/restore")).status).toBe(404);
  const { rows } = await db.query("select action, actor from audit_entry where subject_kind = 'holiday' order by no");
  expect(rows).toEqual(["add", "remove", "restore"].map((act) => ({ action: `holiday.${act}`, actor: "control" })));
  expect(await verifyAudit(db)).toMatchObject({ firstFault: undefined });
});

test("days that are no days, run backwards or overlap another of the unit are refused; another unit's do not count", async () => {
  const { control } = await desk();
  await control.post("/api/holidays", SPRING);
  const refuse = (more: object) => control.post("/api/holidays", { ...SPRING, ...more });
  expect((await refuse({ lastDay: "2027-02-30" })).status).toBe(400);
  expect((await refuse({ lastDay: "2027-02-04" })).status).toBe(400);
  expect((await refuse({ lastDay: "2027-05-01" })).status).toBe(400);
  expect((await refuse({ firstDay: "2027-02-11", lastDay: "2027-02-12" })).body).toMatchObject({
    code: "HOLIDAY_OVERLAP",
    details: { firstDay: "2027-02-05" },
  });
  expect((await refuse({ unit: "nowhere" })).status).toBe(404);
  expect((await refuse({ unit: "south" })).status).toBe(200);
});

test("a file is tried, taken, and changes nothing the second time; what cannot be used is named by its line", async () => {
  const { list, bring } = await desk();
  const text = `${CSV}\n2026-10-07,2026-10-08,重叠,Overlap\n2026-02-30,,不存在,None\n2027-05-05,2027-05-01,倒,Back\n2027-06-01,,,`;
  const faults = [
    { line: 5, code: "date" },
    { line: 6, code: "order" },
    { line: 7, code: "name" },
    { line: 4, code: "overlap" },
  ];
  expect(await bring(text, { isTrial: true })).toMatchObject({ added: 2, faults });
  expect((await list()).items).toEqual([]);
  expect(await bring(text)).toMatchObject({ added: 2, changed: 0, unchanged: 0, faults });
  expect(await bring(CSV)).toEqual({ added: 0, changed: 0, unchanged: 2, faults: [] });
  expect(await bring(CSV.replace("National Day", "National holiday"))).toMatchObject({ added: 0, changed: 1 });
  expect((await list()).items.map(({ name }) => name.en)).toEqual(["National holiday", "New Year"]);
  expect((await list()).years).toEqual([2026, 2027]);
  expect(await bring("day,what\n1,2")).toMatchObject({ added: 0, faults: [{ line: 1, code: "columns" }] });
});

test("the registry's own file is taken too, its ids kept", async () => {
  const { list, bring } = await desk();
  const file = (day: string) => `id,unit,first_day,last_day,name_zh,name_en\nCN-qm,north,${day},${day},清明,Qingming`;
  expect(await bring(file("2027-04-05"))).toMatchObject({ added: 1 });
  expect(await bring(file("2027-04-04"))).toMatchObject({ changed: 1 });
  expect((await list()).items).toMatchObject([{ id: "CN-qm", unit: "north", firstDay: "2027-04-04" }]);
});

test("a region sees the holidays of the utility but does not change them; the service desk reads alone", async () => {
  const { signIn, control } = await desk();
  const { body } = await control.post<{ id: string }>("/api/holidays", SPRING);
  await control.post("/api/holidays", { ...SPRING, unit: "south" });
  const northern = await signIn("control-north");
  const seen = (await northern.get<HolidayList>("/api/holidays")).body;
  expect(seen.items).toMatchObject([{ id: body.id, mayEdit: false }]);
  expect(seen.units.map(({ code, mayEdit, districts }) => [code, mayEdit, districts])).toEqual([
    ["town", false, 2],
    ["north", true, 1],
  ]);
  expect((await northern.delete(`/api/holidays/${body.id}`)).status).toBe(404);
  expect((await northern.post("/api/holidays", { ...SPRING, unit: "town" })).status).toBe(404);
  expect((await northern.post("/api/holidays", { ...SPRING, unit: "north" })).status).toBe(200);
  const clerk = await signIn("desk");
  expect((await clerk.get("/api/holidays")).status).toBe(200);
  expect((await clerk.post("/api/holidays", SPRING)).status).toBe(403);
});
