import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import type { z } from "zod";
import { cleanUpAfterEach, type Harness, type Person, startHarness, TEST_NOW } from "../testing/harness.ts";
import type { DecisionRow, EntryPage, QuarantineView } from "./wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

type Decision = z.infer<typeof DecisionRow>;

/** The town with entries on every list, and somebody who may decide. */
async function town(): Promise<Harness & { collector: Person }> {
  const harness = await startHarness(databases);
  const { store } = harness;
  store.put({ list: "dead_letter", channel: "N1.forward_total", reasonCode: "NOT_A_COUNT", agent: "town/a-north" });
  store.put({ list: "dead_letter", channel: "S1.forward_total", reasonCode: "TIME_OUT_OF_RANGE" });
  store.put({ list: "quarantine", channel: "X9.forward_total", agent: "town/a-north", readAtMs: 5, raw: "[9]" });
  store.put({ list: "quarantine", channel: "X9.forward_total", agent: "town/a-north", readAtMs: 7, raw: "[10]" });
  store.put({ list: "conflict", channel: "N1.forward_total", reasonCode: "SECOND_VALUE", readAtMs: TEST_NOW });
  return { ...harness, collector: await harness.signIn("collector") };
}

const audits = async ({ db }: Harness, action: string) => {
  const { rows } = await db.query<{ actor: string; reason: string; subject: string }>(
    "select actor, reason, subject from audit_entry where action = $1",
    [action],
  );
  return rows;
};

test("dead letters are found by reason and counted, and a page says what became of them", async () => {
  const { collector } = await town();
  const { body } = await collector.get<z.infer<typeof EntryPage>>(
    "/api/set-aside/dead_letter/entries?reasonCode=NOT_A_COUNT",
  );
  expect(body.items).toMatchObject([{ channel: "N1.forward_total", outcome: null, storedValue: null }]);
  const reasons = await collector.get("/api/set-aside/dead_letter/reasons");
  expect(reasons.body).toMatchObject({ items: expect.arrayContaining([{ reasonCode: "NOT_A_COUNT", count: 1 }]) });
  const settled = await collector.get<z.infer<typeof EntryPage>>("/api/set-aside/dead_letter/entries?state=settled");
  expect(settled.body.items).toEqual([]);
});

test("a replay with a repair is a decision, a job and an audit entry, or none of them", async () => {
  const harness = await town();
  const { collector, jobs } = harness;
  const body = { ids: [1], repair: { value: "12" }, reason: "typed wrong at the site" };
  const { body: decision, status } = await collector.post<Decision>("/api/set-aside/dead_letter/replay", body);
  expect(status).toBe(200);
  expect(decision).toMatchObject({ kind: "replay", repair: { value: "12" }, actor: "collector", doneAt: null });
  expect(decision.filter).toMatchObject({ list: "dead_letter", ids: [1], upToId: 1 });
  expect(await jobs.list({ queue: "set-aside" })).toMatchObject([{ payload: { decision: decision.id } }]);
  expect(await audits(harness, "set_aside.replay")).toMatchObject([{ actor: "collector", reason: body.reason }]);
  const again = await collector.get<Decision>(`/api/set-aside-decisions/${decision.id}`);
  expect(again.body.job).toMatchObject({ state: "waiting", progress: null });
});

test("a value repairs one entry only, and a decision says which entries it is about", async () => {
  const { collector } = await town();
  const reason = "because";
  const wrong = [
    { ids: [1, 2], repair: { value: "1" }, reason },
    { filter: {}, repair: { readAtMs: 1 }, reason },
    { reason },
    { ids: [1], filter: {}, reason },
    { ids: [1] },
  ];
  for (const body of wrong)
    expect((await collector.post("/api/set-aside/dead_letter/replay", body)).status, JSON.stringify(body)).toBe(400);
  const none = await collector.post("/api/set-aside/dead_letter/discard", { filter: { agent: "nobody" }, reason });
  expect([none.status, none.body.code]).toEqual([409, "NOTHING_OPEN"]);
});

test("an unknown channel shows what came and what its agent says of it", async () => {
  const { collector, db } = await town();
  await db.query("update agent set config_report = $1 where id = 'a-north'", [
    JSON.stringify({ channels: [{ id: "X9.forward_total", quantity: "forward_total", unit: "m3", resolution: 0.01 }] }),
  ]);
  const { body } = await collector.get<z.infer<typeof QuarantineView>>("/api/quarantine");
  expect(body.items).toMatchObject([
    { channel: "X9.forward_total", count: 2, firstReadAt: 5, lastReadAt: 7, samples: ["[10]", "[9]"] },
  ]);
  expect(body.items[0]?.announced).toEqual({ quantity: "forward_total", unit: "m3", resolution: 0.01 });
  const other = { channel: "X9.forward_total", as: { kind: "existing", channel: "N1.forward_total" }, reason: "same" };
  expect((await collector.post("/api/quarantine/approve", other)).body.code).toBe("RESOLUTION_DIFFERS");
});

test("an approval registers meter and channel, and asks for the replay of what waited", async () => {
  const harness = await town();
  const { collector, db } = harness;
  const meter = { new: { id: "X9", commodity: "water", periodS: 900 } };
  const as = { kind: "new", meter, quantity: "forward_total", unit: "m3", resolution: 0.001 };
  const body = { channel: "X9.forward_total", as, reason: "new site" };
  const { body: decision } = await collector.post<Decision>("/api/quarantine/approve", body);
  expect(decision).toMatchObject({ kind: "approve", channel: "X9.forward_total", repair: null });
  const { rows } = await db.query(
    "select meter_id, unit, resolution, period_s from channel c join meter m on m.id = c.meter_id where c.id = 'X9.forward_total'",
  );
  expect(rows).toEqual([{ meter_id: "X9", unit: "m3", resolution: 0.001, period_s: 900 }]);
  expect((await collector.post("/api/quarantine/approve", body)).body.code).toBe("CHANNEL_KNOWN");
  expect(await audits(harness, "set_aside.approve")).toMatchObject([{ subject: "X9.forward_total" }]);
});

test("a register without a resolution is not registered, nor its meter", async () => {
  const { collector, db } = await town();
  const as = { kind: "new", meter: { new: { id: "X9", commodity: "water" } }, quantity: "forward_total", unit: "m3" };
  const { status } = await collector.post("/api/quarantine/approve", {
    channel: "X9.forward_total",
    as,
    reason: "why",
  });
  expect(status).toBe(400);
  expect((await db.query("select 1 from meter where id = 'X9'")).rows).toEqual([]);
});

test("an approval for a channel that is there makes another name of it", async () => {
  const { collector, db } = await town();
  const as = { kind: "existing", channel: "N1.forward_total", unit: "L" };
  const { status } = await collector.post("/api/quarantine/approve", {
    channel: "X9.forward_total",
    as,
    reason: "why",
  });
  expect(status).toBe(200);
  const { rows } = await db.query("select alias, channel, unit from channel_alias");
  expect(rows).toEqual([{ alias: "X9.forward_total", channel: "N1.forward_total", unit: "L" }]);
});

test("a rejection is kept with its reason and can be taken back", async () => {
  const { collector } = await town();
  const body = { channel: "X9.forward_total", reason: "a test bench" };
  expect((await collector.post<Decision>("/api/quarantine/reject", body)).body.kind).toBe("reject");
  const { body: view } = await collector.get<z.infer<typeof QuarantineView>>("/api/quarantine");
  expect(view.rejected).toMatchObject([{ ...body, actor: "collector", laterCount: 0, lastHeardAt: null }]);
  expect((await collector.post<Decision>("/api/quarantine/undo-reject", body)).body.kind).toBe("undo_reject");
  expect((await collector.post("/api/quarantine/undo-reject", body)).status).toBe(404);
});

test("profiles of devices are kept, changed and removed, each with its reason", async () => {
  const harness = await town();
  const { collector } = harness;
  const profile = { v: 1, fields: { total: { channel: "N1.forward_total", unit: "L" } } };
  const source = "dev/town/pump-1";
  const saved = await collector.post<{ items: unknown[] }>("/api/devices", { source, profile, reason: "new pump" });
  expect(saved.body.items).toMatchObject([{ source, updatedBy: "collector", profile: { arrivalTime: false } }]);
  expect((await collector.post("/api/devices", { source: "pump-1", profile, reason: "why" })).status).toBe(400);
  const gone = await collector.post<{ items: unknown[] }>("/api/devices/remove", { source, reason: "sold" });
  expect(gone.body.items).toEqual([]);
  expect(await audits(harness, "device.remove")).toMatchObject([{ subject: source, reason: "sold" }]);
});

test("the control room looks and does not decide; a person of one region sees neither", async () => {
  const { signIn } = await town();
  const control = await signIn("control");
  expect((await control.get("/api/set-aside/dead_letter/entries")).status).toBe(200);
  const decision = { ids: [1], reason: "why" };
  expect((await control.post("/api/set-aside/dead_letter/discard", decision)).status).toBe(403);
  const north = await signIn("collector-north");
  expect((await north.get("/api/quarantine")).status).toBe(403);
  expect((await north.post("/api/set-aside/dead_letter/discard", decision)).status).toBe(403);
});

test("a conflict shows the value that is stored, and keeping it is a decision", async () => {
  const { collector } = await town();
  const { body } = await collector.get<z.infer<typeof EntryPage>>("/api/set-aside/conflict/entries");
  expect(body.items).toMatchObject([{ channel: "N1.forward_total", storedValue: null }]);
  const kept = await collector.post<Decision>("/api/set-aside/conflict/keep-first", { filter: {}, reason: "agreed" });
  expect(kept.body).toMatchObject({ kind: "keep_first", list: "conflict" });
});

test("before a replay one sees whether something is stored at the instant, and what a channel counts in", async () => {
  const { collector, store } = await town();
  store.add("N1.forward_total", TEST_NOW, 4711);
  const at = (ms: number) => collector.get<object>(`/api/channels/stored?channel=N1.forward_total&at=${ms}`);
  expect((await at(TEST_NOW)).body).toMatchObject({ stored: "4711", channel: { unit: "m3", resolution: 0.001 } });
  expect((await at(TEST_NOW + 1)).body).toMatchObject({ stored: null });
  expect((await collector.get("/api/channels/stored?channel=nobody&at=1")).status).toBe(404);
  const { body } = await collector.get<{ items: { id: string }[] }>("/api/channels?q=n1.FORWARD");
  expect(body.items.map((channel) => channel.id)).toEqual(["N1.forward_total"]);
});
