import { AgentConfig } from "@nightflow/domain";
import { expect, it } from "vitest";
import { checkConfigAsTheAgentDoes } from "./check-config.ts";

const channel = { id: "M1.forward_total", quantity: "forward_total", unit: "m3", resolution: 0.001 };
const configWith = (unit: object) =>
  AgentConfig.parse({
    v: 1,
    channels: [channel],
    buses: [
      { id: "empty", kind: "modbus-tcp", host: "127.0.0.1", units: [{ ...unitOf(), channels: {} }] },
      { id: "hall", kind: "modbus-tcp", host: "127.0.0.1", units: [{ ...unitOf(), ...unit }] },
    ],
  });
const unitOf = () => ({ meter: "M1", unitId: 1, profile: "tuf-2000", periodS: 60 });

it("a profile that nobody has and a register that it lacks are told before the configuration is sent, with their place", async () => {
  const unknown = await checkConfigAsTheAgentDoes(configWith({ profile: "tuf-2001", channels: {} }));
  expect(unknown).toEqual([{ path: "buses.1", message: expect.stringContaining("tuf-2001") }]);
  const lacking = await checkConfigAsTheAgentDoes(configWith({ channels: { salt: channel.id } }));
  expect(lacking).toEqual([{ path: "buses.1", message: expect.stringContaining("salt") }]);
  expect(await checkConfigAsTheAgentDoes(configWith({ channels: { forward_total: channel.id } }))).toEqual([]);
});
