import { readFileSync } from "node:fs";
import { deviceTopic } from "@nightflow/domain";
import type { ApiClient, Child } from "@nightflow/nightflow";
import mqtt, { type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Installation, SITE } from "../support/installation.ts";
import { sparkplugPayload } from "../support/sparkplug.ts";

interface Entry {
  readonly id: number;
  readonly channel: string | null;
  readonly reasonCode: string;
  readonly outcome: string | null;
}
interface Decision {
  readonly id: string;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly doneAt: number | null;
}
interface Curve {
  readonly readAt: readonly number[];
  readonly register: readonly (number | null)[];
}

const DEVICE = "pump-1";
const EDGE = "edge-1";
const TOTAL = "dev:town:pump-1.total";
const TOPIC = deviceTopic(SITE, DEVICE);
const T0 = Date.UTC(2026, 9, 21);
const MINUTE_MS = 60_000;

/** The payloads that docs/devices.md shows. */
function documented(): string[] {
  const page = readFileSync(new URL("../../docs/devices.md", import.meta.url), "utf8");
  return Array.from(page.matchAll(/```json device\n(.*?)```/gs), ([, payload = ""]) => payload);
}

describe("devices that are not agents, on a running head-end", () => {
  let installation: Installation;
  let api: ApiClient;
  let up: Child;

  beforeAll(async () => {
    installation = await Installation.make({
      factor: "real",
      homesPerDma: 1,
      gasCustomers: 0,
      identities: [
        { name: DEVICE, role: "device" },
        { name: EDGE, role: "device", sparkplug: [{ group: "utility", node: EDGE }] },
      ],
    });
    up = await installation.startUp();
    api = await installation.signIn("collector");
  });

  afterAll(() => installation?.close());

  const connect = (username: string) =>
    mqtt.connectAsync(installation.mqttUrl, {
      ...{ username, password: installation.mqttPassword(username), reconnectPeriod: 0 },
    });
  const using = async (username: string, work: (client: MqttClient) => Promise<unknown>) => {
    const client = await connect(username);
    await work(client);
    await client.endAsync();
  };
  const send = (payload: unknown) =>
    using(DEVICE, (client) =>
      client.publishAsync(TOPIC, typeof payload === "string" ? payload : JSON.stringify(payload), { qos: 1 }),
    );
  const entries = async (list: string, query = "") =>
    (await api.get<{ items: Entry[] }>(`/api/set-aside/${list}/entries?limit=500&${query}`)).items;
  const done = (decision: Decision) =>
    eventually(`decision ${decision.id} done`, async () => {
      const { outcomes, doneAt } = await api.get<Decision>(`/api/set-aside-decisions/${decision.id}`);
      return doneAt === null ? undefined : outcomes;
    });
  const registered = async (meter: string) =>
    (await api.get<Curve>(`/api/meters/${meter}/curve?from=${T0}&to=${T0 + 86_400_000}&step=raw`)).register;

  it("what the documentation shows is taken, waits until its fields are approved, and is then stored", async () => {
    for (const payload of documented()) await send(payload);
    expect((await entries("quarantine", `channel=${TOTAL}`)).length).toBe(6);
    const approve = (channel: string, as: object) =>
      api.post<Decision>("/api/quarantine/approve", { channel, as: { kind: "new", ...as }, reason: "new pump" });
    const meter = { new: { id: "P-1", commodity: "water" } };
    const total = await approve(TOTAL, { meter, quantity: "forward_total", unit: "m3", resolution: 0.001 });
    expect(await done(total)).toEqual({ stored: 6 });
    const pressure = { meter: { id: "P-1" }, quantity: "pressure", unit: "bar" };
    expect(await done(await approve("dev:town:pump-1.pressure", pressure))).toEqual({ stored: 2 });
    expect(await registered("P-1")).toEqual([123.456, 123.9, 124.25, 124.5, null, 125]);
  });

  it("a wrong reading is a dead letter until somebody mends it", async () => {
    await send({ timeMs: T0 + 20 * 3_600_000, field: "total", value: "130.00001" });
    const [letter] = await entries("dead_letter", "reasonCode=NOT_A_COUNT");
    const repair = { value: "130.0001", unit: "m3" };
    const replay = (ids: number[], fix: object) =>
      api.post<Decision>("/api/set-aside/dead_letter/replay", { ids, repair: fix, reason: "read from the dial" });
    expect(await done(await replay([letter?.id ?? 0], repair))).toEqual({ dead_letter: 1 });
    const [again] = await entries("dead_letter", "reasonCode=NOT_A_COUNT");
    expect(await done(await replay([again?.id ?? 0], { value: "130" }))).toEqual({ stored: 1 });
    expect((await registered("P-1")).at(-1)).toBe(130);
  });

  it("a replay of thousands that is killed in the middle stores each reading once", async () => {
    const field = "flood";
    const values = Array.from({ length: 20 }, (_, part) =>
      Array.from({ length: 250 }, (__, i) => ({ field, timeMs: T0 + (part * 250 + i) * 1000, value: part * 250 + i })),
    );
    await using(DEVICE, async (client) => {
      for (const readings of values) await client.publishAsync(TOPIC, JSON.stringify(readings), { qos: 1 });
    });
    const as = {
      ...{ kind: "new", meter: { new: { id: "P-2", commodity: "water" } }, id: "P-2.forward_total" },
      ...{ quantity: "forward_total", unit: "m3", resolution: 0.001 },
    };
    const body = { channel: "dev:town:pump-1.flood", as, reason: "another pump" };
    const decision = await api.post<Decision>("/api/quarantine/approve", body);
    await eventually("the first readings stored", async () =>
      (await registered("P-2")).length > 0 ? true : undefined,
    );
    await up.kill();
    up = await installation.startUp();
    api = await installation.signIn("collector");
    expect(await done(decision)).toEqual({ stored: 5000 });
    const stored = await registered("P-2");
    expect(stored).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  }, 120_000);

  it("a Sparkplug node hears that its primary host is there", async () => {
    await using(EDGE, async (client) => {
      const heard = new Promise<string>((resolve) => client.once("message", (_, payload) => resolve(String(payload))));
      await client.subscribeAsync("spBv1.0/STATE/nightflow");
      expect(JSON.parse(await heard)).toMatchObject({ online: true });
    });
  });

  it("a Sparkplug node is asked for its births after a restart, and what it said before them is not lost", async () => {
    const birth = sparkplugPayload(T0, 0, [{ name: "level", alias: 5, value: 1, timestamp: T0 }]);
    const data = sparkplugPayload(T0, 9, [{ alias: 5, value: 2, timestamp: T0 + MINUTE_MS }]);
    await using(EDGE, async (client) => {
      const asked = new Promise<string>((resolve) => client.once("message", (topic) => resolve(topic)));
      await client.subscribeAsync(`spBv1.0/utility/NCMD/${EDGE}`);
      await client.publishAsync(`spBv1.0/utility/NDATA/${EDGE}`, data, { qos: 1 });
      expect(await asked).toBe(`spBv1.0/utility/NCMD/${EDGE}`);
      await client.publishAsync(`spBv1.0/utility/NBIRTH/${EDGE}`, birth, { qos: 1 });
    });
    const body = { filter: { reasonCode: "SPARKPLUG_NO_BIRTH" }, reason: "born now" };
    const replayed = await api.post<Decision>("/api/set-aside/dead_letter/replay", body);
    expect(await done(replayed)).toEqual({ quarantine: 1 });
    const waiting = await entries("quarantine", "channel=spb:utility:edge-1.level");
    expect(waiting).toHaveLength(2);
  });
});
