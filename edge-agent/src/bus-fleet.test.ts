import { AgentConfig, type UnitHealth } from "@nightflow/domain";
import { expect, it } from "vitest";
import { BusFleet } from "./bus-fleet.ts";
import { busConfig, channelConfig, FakeBus } from "./testing/fake-bus.ts";

const config = AgentConfig.parse({ v: 1, channels: [channelConfig("M-1")], buses: [busConfig("old-town", "M-1")] });
const unit: UnitHealth = {
  ...{ meter: "M-1", state: "good", polls: 1000, failures: 0, lastGoodAt: 1, lastError: null },
  ...{ successRatio: 1, latencyMs: 20, latencyMaxMs: 40 },
};

/** A fleet of one bus whose meters fare so. */
async function busWith(units: readonly UnitHealth[]) {
  const fleet = new BusFleet((bus) => Object.assign(new FakeBus(bus), { health: () => [...units] }));
  await fleet.apply(config);
  return fleet.health()[0];
}

it("a bus tells how its meters fared of late, each by as many polls as it has had", async () => {
  const fresh: UnitHealth = { ...unit, meter: "M-2", polls: 25, successRatio: 0, latencyMs: null };
  const slow: UnitHealth = { ...unit, meter: "M-3", latencyMs: 300 };
  expect(await busWith([unit, slow, fresh])).toMatchObject({ successRatio: 200 / 225, latencyMs: 300 });
});

it("failures of long ago are in its counts, and no longer in its success", async () => {
  expect(await busWith([{ ...unit, failures: 400 }])).toMatchObject({ successRatio: 1, polls: 1000, failures: 400 });
});

it("a bus whose meters keep no record says nothing of it", async () => {
  const { successRatio: _, latencyMs: __, latencyMaxMs: ___, ...bare } = unit;
  expect(await busWith([bare])).not.toHaveProperty("successRatio");
});
