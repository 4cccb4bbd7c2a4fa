import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentConfig } from "@nightflow/domain";
import { runOpcUaCommand } from "@nightflow/edge-agent";
import { type PaDimServer, startPaDimServer } from "@nightflow/simulators";
import { freePort } from "@nightflow/storage/testing";
import { afterAll, beforeAll, expect, it } from "vitest";

let folder: string;
let server: PaDimServer | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "nightflow-padim-"));
  server = await startPaDimServer({ port: await freePort(), dataDir: join(folder, "server") });
  const agent = { site: "s", agent: "a", dataDir: join(folder, "data"), mqtt: { url: "mqtt://127.0.0.1" } };
  writeFileSync(join(folder, "agent.yaml"), JSON.stringify(agent));
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function browse(...words: string[]): Promise<string> {
  const lines: string[] = [];
  const all = ["browse", server?.endpointUrl ?? "", ...words, "--agent", join(folder, "agent.yaml")];
  expect(await runOpcUaCommand(all, (line) => lines.push(line))).toBe(0);
  return lines.join("\n");
}

it("a device of PA-DIM is browsed into channels with quantity and unit that an agent can be configured with", async () => {
  const config = AgentConfig.parse(JSON.parse(await browse("Objects/Plant", "--items", "--depth", "8")));
  const channels = config.channels.map(({ id, unit }) => `${id} ${unit}`);
  expect(channels.sort()).toEqual([
    "FT-201.flow m3/h",
    "FT-201.forward_total m3",
    "FT-201.pressure bar",
    "FT-201.temperature Cel",
  ]);
  expect(config.buses[0]).toMatchObject({ kind: "opcua", endpointUrl: server?.endpointUrl });
});

it("flow at base conditions is told apart from flow at the meter", async () => {
  const text = await browse("Objects/Plant/FT-201/SignalSet/NormalizedVolumeFlow", "--items", "--depth", "8");
  const { channels, buses } = JSON.parse(text);
  expect(channels).toMatchObject([{ quantity: "flow", unit: "Sm3/h" }]);
  expect(buses[0].items[0].scale).toBeCloseTo(293.15 / 273.15, 9);
  const listed = await browse("Objects/Plant/*/SignalSet/*Flow/AnalogSignal", "--depth", "8");
  expect(listed).toMatch(/VolumeFlow\/AnalogSignal\n.*PA-DIM ActualVolumeFlowRate/);
});
