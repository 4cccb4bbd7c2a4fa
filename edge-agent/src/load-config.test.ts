import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "@nightflow/domain";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadEdgeAgentConfig } from "./load-config.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nightflow-agent-config-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const AGENT = `
site: town
agent: agent-1
dataDir: ./data
configFile: ./buses.json
mqtt: { url: "mqtt://127.0.0.1:1883", username: agent-1, passwordFile: ./password }
`;

const buses = (unit: object = {}) => ({
  v: 1,
  channels: [{ id: "M-1.forward_total", quantity: "forward_total", unit: "m3", resolution: 0.001 }],
  buses: [
    {
      id: "bus-1",
      kind: "modbus-tcp",
      host: "127.0.0.1",
      units: [
        {
          meter: "M-1",
          unitId: 1,
          profile: "tuf-2000",
          periodS: 900,
          channels: { forward_total: "M-1.forward_total" },
          ...unit,
        },
      ],
    },
  ],
});

async function written(files: Record<string, string>): Promise<string> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return join(folder, "agent.yaml");
}

function faultsOf(load: () => unknown): readonly string[] {
  try {
    load();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe("the agent's configuration", () => {
  it("takes paths relative to its own folder, and fills in the defaults", async () => {
    const path = await written({ "agent.yaml": AGENT, "buses.json": JSON.stringify(buses()), password: "secret\n" });
    const { config, agentConfig, mqttPassword } = loadEdgeAgentConfig(path, {});
    expect(config.dataDir).toBe(join(folder, "data"));
    expect(config.outbox).toEqual({
      maxBytes: 268_435_456,
      maxAgeDays: 90,
      policy: "dropOldest",
      flushMs: 1000,
      maxBatch: 500,
    });
    expect(agentConfig?.buses).toHaveLength(1);
    expect(mqttPassword).toBe("secret");
  });

  it("needs no file of buses: without one the agent waits for its configuration from afar", async () => {
    const path = await written({ "agent.yaml": AGENT.replace(/^configFile.*$/m, ""), password: "x" });
    expect(loadEdgeAgentConfig(path, {}).agentConfig).toBeUndefined();
  });

  it("prefers the password of the environment", async () => {
    const path = await written({ "agent.yaml": AGENT, "buses.json": JSON.stringify(buses()) });
    expect(loadEdgeAgentConfig(path, { NIGHTFLOW_AGENT_MQTT_PASSWORD: "other" }).mqttPassword).toBe("other");
  });

  it("runs by the scaled clock of a clock file", async () => {
    const clock = { realAnchorAt: Date.now() - 1000, simAnchorAt: 0, factor: 1440 };
    const path = await written({
      "agent.yaml": `${AGENT}\nclockFile: ./clock.json`,
      "buses.json": JSON.stringify(buses()),
      "clock.json": JSON.stringify(clock),
      password: "secret",
    });
    expect(loadEdgeAgentConfig(path, {}).clock.now()).toBeGreaterThanOrEqual(1_440_000);
  });

  it("lists every fault of every file at once", async () => {
    const path = await written({
      "agent.yaml": AGENT.replace("./data", "./data\nunknownKey: 1").replace("mqtt://", "http://"),
    });
    const faults = faultsOf(() => loadEdgeAgentConfig(path, {}));
    expect(faults.join("\n")).toMatch(/unknownKey/);
    expect(faults.join("\n")).toMatch(/must begin with mqtt/);
    const next = await written({
      "agent.yaml": `${AGENT}\nclockFile: ./none.json\nprofilesDir: ./none`,
      "buses.json": JSON.stringify(buses()),
    });
    const more = faultsOf(() => loadEdgeAgentConfig(next, {})).join("\n");
    for (const word of ["none.json", "password", "none:"]) expect(more).toContain(word);
  });

  it.each([
    ["a profile that does not exist", { profile: "tuf-3000" }, /no profile tuf-3000: did you mean tuf-2000\?/],
    [
      "a register that the profile lacks",
      { channels: { total: "M-1.forward_total" } },
      /no register total: known are flow/,
    ],
    [
      "a channel of another quantity",
      { channels: { reverse_total: "M-1.forward_total" } },
      /is reverse_total, channel/,
    ],
    ["a channel that is not described", { channels: { forward_total: "M-2.forward_total" } }, /does not describe/],
  ])("names %s", async (_, unit, words) => {
    const path = await written({ "agent.yaml": AGENT, "buses.json": JSON.stringify(buses(unit)), password: "secret" });
    expect(faultsOf(() => loadEdgeAgentConfig(path, {})).join("\n")).toMatch(words);
  });

  it("names a unit id and a channel that are there twice", async () => {
    const config = buses();
    config.buses[0]?.units.push(...buses().buses.flatMap(({ units }) => units));
    const path = await written({ "agent.yaml": AGENT, "buses.json": JSON.stringify(config), password: "secret" });
    const faults = faultsOf(() => loadEdgeAgentConfig(path, {})).join("\n");
    expect(faults).toMatch(/unit id 1 is there twice/);
    expect(faults).toMatch(/channel M-1.forward_total is fed twice/);
  });

  it("says so when one agent has more channels than a broker takes in one report", async () => {
    const channels = Array.from({ length: 20_000 }, (_, no) => ({
      ...buses().channels[0],
      id: `M-${no}.forward_total`,
    }));
    const config = JSON.stringify({ ...buses(), channels });
    const path = await written({ "agent.yaml": AGENT, "buses.json": config, password: "secret" });
    expect(faultsOf(() => loadEdgeAgentConfig(path, {})).join("\n")).toMatch(/20000 channels are too many/);
  });
});
