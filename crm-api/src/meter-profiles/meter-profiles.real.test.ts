import { MeterProfile } from "@nightflow/domain";
import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import type { z } from "zod";
import type { ConfigVersionContent } from "../agent-config/wire.ts";
import { cleanUpAfterEach, startHarness } from "../testing/harness.ts";
import type { CheckedProfile, MeterProfileDetail, MeterProfileList, SentProfile } from "./wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

const pump = (words: string, scale = 1) => ({
  protocol: "modbus",
  name: "pump",
  model: "Pump meter",
  source: { document: "Manual", pages: "3", reference: "on paper" },
  addressBase: 0,
  registers: {
    total: {
      ...{ quantity: "forward_total", functionCode: 3, unit: "m3", resolution: 0.001, scale },
      parts: [{ address: 0, type: "uint32", order: "CDAB" }],
    },
  },
  vectors: [{ register: "total", words: [words], value: 4660, unit: "m3", verified: true, source: "meter 7" }],
});
const RIGHT = "1234 0000";
const CONFIG = {
  v: 1,
  channels: [{ id: "N1.forward_total", quantity: "forward_total", unit: "m3", resolution: 0.001 }],
  buses: [
    {
      ...{ id: "gw", kind: "modbus-tcp", host: "127.0.0.1" },
      units: [{ meter: "N1", unitId: 1, profile: "pump", periodS: 60, channels: { total: "N1.forward_total" } }],
    },
  ],
};
const PLACE = "/api/meter-profiles/pump";
const AGENT = "/api/agent-configs/town/a-north";

test("a profile is kept only when its captured telegrams decode to what the dial showed", async () => {
  const { signIn } = await startHarness(databases);
  const collector = await signIn("collector");
  const check = await collector.post<z.infer<typeof CheckedProfile>>("/api/meter-profiles/check", {
    profile: pump("0000 1234"),
  });
  expect(check.body.vectors).toMatchObject([{ register: "total", isRight: false, decoded: "305397760 m3" }]);
  const wrong = await collector.put(PLACE, { profile: pump("0000 1234"), reason: "new", basedOn: null });
  expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining("vectors.0")]);
  const right = await collector.put<z.infer<typeof MeterProfileDetail>>(PLACE, {
    ...{ profile: pump(RIGHT), reason: "new meter", basedOn: null },
  });
  expect(right.body).toMatchObject({ origin: "own", version: 1, verified: 1, versions: [{ reason: "new meter" }] });
  const late = await collector.put(PLACE, { profile: pump(RIGHT), reason: "again", basedOn: null });
  expect(late.body).toMatchObject({ code: "PROFILE_MOVED_ON" });
});

test("what is wrong with a profile is told with its path", async () => {
  const { signIn } = await startHarness(databases);
  const { body } = await (await signIn("collector")).post<z.infer<typeof CheckedProfile>>("/api/meter-profiles/check", {
    profile: { ...pump(RIGHT), registers: { total: { ...pump(RIGHT).registers.total, functionCode: 9 } } },
  });
  expect(body.faults.map(({ path }) => path)).toContain("registers.total.functionCode");
});

test("configurations carry the newest own profile, and a better one is sent to the agents that name it", async () => {
  const { signIn } = await startHarness(databases);
  const collector = await signIn("collector");
  await collector.put(PLACE, { profile: pump(RIGHT), reason: "new meter", basedOn: null });
  await collector.post(AGENT, { config: CONFIG, reason: "first", basedOn: null });
  const carried = async (version: number) =>
    (await collector.get<z.infer<typeof ConfigVersionContent>>(`${AGENT}/versions/${version}`)).body.config;
  expect(await carried(1)).toMatchObject({ profiles: [{ name: "pump", model: "Pump meter" }] });
  await collector.put(PLACE, { profile: { ...pump(RIGHT), model: "Pump meter B" }, reason: "named", basedOn: 1 });
  const sent = await collector.post<z.infer<typeof SentProfile>>(`${PLACE}/send`, {
    agents: [
      { site: "town", agent: "a-north" },
      { site: "town", agent: "a-south" },
    ],
    reason: "named right",
  });
  expect(sent.body.items).toEqual([
    { agent: "town/a-north", version: 2, why: null },
    { agent: "town/a-south", version: null, why: "it reads its own file" },
  ]);
  expect(await carried(2)).toMatchObject({ profiles: [{ name: "pump", model: "Pump meter B" }] });
});

test("bundled profiles are listed with the agents that use them, and an own one goes before", async () => {
  const bundled = new Map([["pump", MeterProfile.parse(pump(RIGHT))]]);
  const { signIn } = await startHarness(databases, { meterProfiles: bundled });
  const collector = await signIn("collector");
  await collector.post(AGENT, { config: CONFIG, reason: "first", basedOn: null });
  const list = async () => (await collector.get<z.infer<typeof MeterProfileList>>("/api/meter-profiles")).body.items;
  expect(await list()).toMatchObject([{ name: "pump", origin: "bundled", version: null, agents: ["town/a-north"] }]);
  await collector.put(PLACE, { profile: pump(RIGHT), reason: "ours", basedOn: null });
  expect(await list()).toMatchObject([{ name: "pump", origin: "own-over-bundled", version: 1 }]);
});
