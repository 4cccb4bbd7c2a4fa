import { afterEach, describe, expect, it, vi } from "vitest";
import type { RunningBroker } from "./running-broker.ts";
import { connected, startTestBroker } from "./testing/fleet.ts";
import { hasMosquitto, type Mosquitto, startMosquitto } from "./testing/mosquitto.ts";

const BRIDGE = { publish: ["meters/+/up"], subscribe: ["meters/+/down"] };
const OPERATOR = { publish: ["meters/+/down"], subscribe: [] };

interface ForeignRights {
  readonly publish: string[];
  readonly subscribe: string[];
}

let broker: RunningBroker;
let mosquitto: Mosquitto | undefined;
afterEach(async () => {
  await mosquitto?.stop();
  await broker.close();
});

/** A broker that stores what devices publish, and a Mosquitto that bridges their topics to it. */
async function startBridge(...lines: readonly string[]): Promise<string[]> {
  return await startBridgeFor(BRIDGE, ["topic meters/+/up out 1", "topic meters/+/down in 1", ...lines]);
}

async function startBridgeFor(rights: ForeignRights, lines: readonly string[]): Promise<string[]> {
  const stored: string[] = [];
  broker = await startTestBroker({
    authenticate: async ({ username }) => ({
      name: username,
      role: "device",
      topics: username === "bridge" ? rights : OPERATOR,
    }),
    intake: {
      takesForeign: (topic) => topic.endsWith("/up"),
      take: async (topic, payload) => {
        stored.push(`${topic} ${Buffer.from(payload)}`);
        return "stored";
      },
    },
  });
  mosquitto = await startMosquitto(
    "connection nightflow",
    `address 127.0.0.1:${broker.port}`,
    "remote_username bridge",
    "remote_password right",
    "restart_timeout 1",
    ...lines,
  );
  return stored;
}

describe.runIf(hasMosquitto())("a Mosquitto bridge (trap 9)", () => {
  it("brings the devices' topics in and takes ours out, with notifications off", async () => {
    const stored = await startBridge("notifications false");
    const device = await connected({ host: "127.0.0.1", port: mosquitto?.port ?? 0 });
    const heard: string[] = [];
    device.on("message", (topic, payload) => heard.push(`${topic} ${payload}`));
    await device.subscribeAsync("meters/7/down", { qos: 1 });
    await vi.waitFor(() => expect(broker.stats().connections).toBe(1), { timeout: 5000 });
    for (const value of ["1", "2", "3"]) await device.publishAsync("meters/7/up", value, { qos: 1 });
    await vi.waitFor(() => expect(stored).toEqual(["1", "2", "3"].map((value) => `meters/7/up ${value}`)), {
      timeout: 5000,
    });
    expect(broker.refusals()).toEqual([]);
    expect(broker.stats().intake).toMatchObject({ stored: 3 });
    const operator = { host: broker.host, port: broker.port, username: "operator", password: "right" };
    await (await connected(operator)).publishAsync("meters/7/down", "open", { qos: 1 });
    await vi.waitFor(() => expect(heard).toEqual(["meters/7/down open"]), { timeout: 5000 });
  });

  it("that goes both ways on the same topics makes no loop: each message is taken once", async () => {
    const rights = { publish: ["meters/#"], subscribe: ["meters/#"] };
    const stored = await startBridgeFor(rights, ["topic meters/# both 1", "notifications false"]);
    const device = await connected({ host: "127.0.0.1", port: mosquitto?.port ?? 0 });
    await vi.waitFor(() => expect(broker.stats().connections).toBe(1), { timeout: 5000 });
    const values = Array.from({ length: 20 }, (_, no) => `meters/7/up ${no}`);
    for (const value of values) await device.publishAsync("meters/7/up", value.split(" ")[1] ?? "", { qos: 1 });
    await vi.waitFor(() => expect(stored).toContain(values.at(-1)), { timeout: 5000 });
    // A loop would have brought the first ones back before the last one came.
    expect(stored).toEqual(values);
    expect(broker.stats().received).toBe(values.length);
  });

  it("that would publish notifications under $SYS is refused by that name, and disturbs nobody", async () => {
    const stored = await startBridge();
    await vi.waitFor(() => expect(broker.refusals().length).toBeGreaterThan(0), { timeout: 5000 });
    const [refusal] = broker.refusals();
    expect(["will-without-right", "topic-without-right"]).toContain(refusal?.reason);
    expect(refusal).toMatchObject({ identity: "bridge" });
    expect(refusal?.topic).toMatch(/^\$SYS\/broker\/connection\//);
    expect(stored).toEqual([]);
  });
});
