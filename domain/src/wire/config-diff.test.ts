import { expect, test } from "vitest";
import { AgentConfig } from "./agent-config.ts";
import { diffAgentConfigs, isSameConfig } from "./config-diff.ts";
import { checkAgentConfig } from "./config-faults.ts";

const channel = (id: string, resolution = 0.001) => ({ id, quantity: "forward_total", unit: "m3", resolution });
const bus = (id: string, meter: string, periodS = 60) => ({
  id,
  kind: "modbus-tcp",
  host: "127.0.0.1",
  units: [{ meter, unitId: 1, profile: "tuf-2000", periodS, channels: { net_total: `${meter}.forward_total` } }],
});
const config = (buses: unknown[], channels: unknown[]) => AgentConfig.parse({ v: 1, buses, channels });
const one = config([bus("a", "M1"), bus("b", "M2")], [channel("M1.forward_total"), channel("M2.forward_total")]);

test("a change of one bus names that bus and no other", () => {
  const two = config([bus("b", "M2"), bus("a", "M1", 30)], [channel("M1.forward_total"), channel("M2.forward_total")]);
  expect(diffAgentConfigs(one, two).buses).toEqual({ added: [], removed: [], changed: ["a"] });
  expect(isSameConfig(diffAgentConfigs(one, one))).toBe(true);
});

test("a channel that is described anew changes the bus that feeds it", () => {
  const two = config(
    [bus("a", "M1"), bus("b", "M2")],
    [channel("M1.forward_total"), channel("M2.forward_total", 0.01)],
  );
  expect(diffAgentConfigs(one, two)).toEqual({
    buses: { added: [], removed: [], changed: ["b"] },
    channels: { added: [], removed: [], changed: ["M2.forward_total"] },
    other: [],
  });
});

test("the first configuration is all new, and one without buses takes all away", () => {
  expect(diffAgentConfigs(null, one).buses.added).toEqual(["a", "b"]);
  expect(diffAgentConfigs(one, config([], [])).buses.removed).toEqual(["a", "b"]);
});

test("every fault of a configuration is told, with its path", () => {
  const paths = (candidate: unknown) => checkAgentConfig(candidate).faults.map(({ path }) => path);
  expect(paths({ v: 1, channels: [{ id: "x y" }], buses: [{ ...bus("a", "M1"), port: 0 }] })).toEqual(
    expect.arrayContaining(["channels.0.id", "channels.0.quantity", "buses.0.port"]),
  );
  const twice = { v: 1, channels: [channel("M1.forward_total")], buses: [bus("a", "M1"), bus("a", "M1")] };
  expect(checkAgentConfig(twice).faults).toEqual([
    { path: "buses.1.id", message: "bus a is there twice; it is buses.0 too" },
    { path: "buses.1", message: "channel M1.forward_total is fed twice; buses.0 feeds it too" },
  ]);
});
