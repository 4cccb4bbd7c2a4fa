import { createHash } from "node:crypto";
import { encodeConfigReport } from "@nightflow/domain";
import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import type { z } from "zod";
import { cleanUpAfterEach, startHarness } from "../testing/harness.ts";
import type { AgentConfigRow, CheckedConfigAnswer, ConfigVersionContent, ConfigVersionPage } from "./wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

type Row = z.infer<typeof AgentConfigRow>;

const channel = { id: "N1.forward_total", quantity: "forward_total", unit: "m3", resolution: 0.001 };
const config = (periodS: number) => ({
  v: 1,
  channels: [channel],
  buses: [
    {
      id: "gw",
      kind: "modbus-tcp",
      host: "127.0.0.1",
      units: [{ meter: "N1", unitId: 1, profile: "tuf-2000", periodS, channels: { net_total: channel.id } }],
    },
  ],
});
const PLACE = "/api/agent-configs/town/a-north";

test("configurations are kept version by version with who and why, compared, and one click goes back", async () => {
  const { signIn, db } = await startHarness(databases);
  const collector = await signIn("collector");
  const save = (periodS: number, basedOn: number | null) =>
    collector.post<Row>(PLACE, { config: config(periodS), reason: `every ${periodS} s`, basedOn });
  expect((await save(60, null)).body).toMatchObject({
    standing: "waiting",
    desired: { version: 1, madeBy: "collector" },
  });
  expect((await save(30, 1)).body.desired).toMatchObject({ version: 2, changes: { buses: { changed: ["gw"] } } });
  expect((await save(10, 1)).body).toMatchObject({ code: "CONFIG_MOVED_ON" });
  expect((await save(30, 2)).body).toMatchObject({ code: "CONFIG_SAME" });
  const back = await collector.post<Row>(`${PLACE}/back`, { version: 1, reason: "too fast", basedOn: 2 });
  expect(back.body.desired).toMatchObject({ version: 3, backTo: 1, reason: "too fast" });
  const { body } = await collector.get<z.infer<typeof ConfigVersionPage>>(`${PLACE}/versions`);
  expect(body.items.map(({ version }) => version)).toEqual([3, 2, 1]);
  const first = await collector.get<z.infer<typeof ConfigVersionContent>>(`${PLACE}/versions/1`);
  expect(first.body.hash).toBe(back.body.desired?.hash);
  const { body: diff } = await collector.get(`${PLACE}/diff?from=1&to=2`);
  expect(diff).toMatchObject({ buses: { added: [], removed: [], changed: ["gw"] } });
  const { rows } = await db.query("select action from audit_entry where subject = 'town/a-north' order by no");
  expect(rows.map(({ action }) => action)).toEqual(["agent_config.save", "agent_config.save", "agent_config.go_back"]);
});

test("a configuration with faults is not kept: each is told with its path", async () => {
  const { signIn } = await startHarness(databases);
  const collector = await signIn("collector");
  const wrong = { ...config(0), channels: [] };
  const { status, body } = await collector.post(PLACE, { config: wrong, reason: "x", basedOn: null });
  expect(status).toBe(400);
  expect(JSON.stringify(body.details)).toContain("buses.0.units.0.periodS");
  const check = await collector.post<z.infer<typeof CheckedConfigAnswer>>(`${PLACE}/check`, { config: config(60) });
  expect(check.body).toMatchObject({ faults: [], changes: { buses: { added: ["gw"] } } });
});

test("what an agent made of its configuration is shown: applied, refused with reasons, drift", async () => {
  const { signIn, db } = await startHarness(databases);
  const collector = await signIn("collector");
  const saved = await collector.post<Row>(PLACE, { config: config(60), reason: "first", basedOn: null });
  const hash = saved.body.desired?.hash ?? "";
  const { rows } = await db.query<{ payload: string }>("select payload from agent_config");
  expect(
    createHash("sha256")
      .update(rows[0]?.payload ?? "")
      .digest("hex"),
  ).toBe(hash);
  const report = async (applied: string, outcome: "applied" | "refused", at: number) => {
    const faults = outcome === "refused" ? ["bus gw: no such profile"] : [];
    const result = { hash, outcome, at, faults, buses: { kept: 0, opened: 1, closed: 0 } };
    const value = encodeConfigReport({ hash: applied, appliedAt: at, channels: [], source: "remote", result });
    await db.query("update agent set config_report = $1 where id = 'a-north'", [value]);
    return (await collector.get<Row>(PLACE)).body;
  };
  expect(await report(hash, "applied", 1)).toMatchObject({ standing: "applied", applied: { version: 1 } });
  expect(await report("other", "refused", 2)).toMatchObject({
    standing: "refused",
    result: { faults: ["bus gw: no such profile"] },
  });
  expect(await report("other", "applied", 3)).toMatchObject({ standing: "drift", applied: { version: null } });
  expect((await collector.get<{ items: Row[] }>("/api/agent-configs?q=south")).body.items).toMatchObject([
    { agent: "a-south", standing: "unmanaged", desired: null },
  ]);
});

test("configurations are for the whole utility, and control reads them without changing them", async () => {
  const { signIn } = await startHarness(databases);
  const body = { config: config(60), reason: "x", basedOn: null };
  expect((await (await signIn("collector-north")).get("/api/agent-configs")).status).toBe(403);
  const control = await signIn("control");
  expect((await control.get("/api/agent-configs")).status).toBe(200);
  expect((await control.post(PLACE, body)).status).toBe(403);
});

test("a heartbeat longer than the registry's period is a fault: its readings would be counted as missing", async () => {
  const { signIn } = await startHarness(databases);
  const collector = await signIn("collector");
  const faultsOf = async (heartbeatS: number) => {
    const own = { ...config(60), channels: [{ ...channel, reporting: { heartbeatS } }] };
    return (await collector.post<z.infer<typeof CheckedConfigAnswer>>(`${PLACE}/check`, { config: own })).body.faults;
  };
  expect(await faultsOf(3600)).toEqual([]);
  expect(await faultsOf(7200)).toMatchObject([{ path: "channels.0.reporting.heartbeatS" }]);
});

test("a newest version that does not fit this program any more keeps nobody from a new one", async () => {
  const { signIn, db } = await startHarness(databases);
  const collector = await signIn("collector");
  await collector.post<Row>(PLACE, { config: config(60), reason: "first", basedOn: null });
  await db.query(`update agent_config set payload = '{"v":1,"buses":[{"kind":"of-long-ago"}]}'`);
  const check = await collector.post<z.infer<typeof CheckedConfigAnswer>>(`${PLACE}/check`, { config: config(30) });
  expect(check).toMatchObject({ status: 200, body: { faults: [], changes: { buses: { added: ["gw"] } } } });
  const saved = await collector.post<Row>(PLACE, { config: config(30), reason: "anew", basedOn: 1 });
  expect(saved.body.desired).toMatchObject({ version: 2 });
});
