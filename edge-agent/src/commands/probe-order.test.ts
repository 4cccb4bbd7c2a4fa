import { expect, it } from "vitest";
import { ModbusGateway, tufMemory } from "../testing/modbus-gateway.ts";
import { probeAsOrdered } from "./probe-order.ts";

it("a probe from afar says which units answer", async ({ onTestFinished }) => {
  const gateway = new ModbusGateway();
  onTestFinished(() => gateway.close());
  const port = await gateway.listen();
  gateway.units.set(
    2,
    tufMemory(() => 5),
  );
  const order = { kind: "probe", options: { tcp: `127.0.0.1:${port}`, units: "1-3", timeout: 100 } } as const;
  expect(JSON.stringify(await probeAsOrdered(order))).toContain("2");
});

it("a probe from afar writes no file and reads none", async () => {
  for (const options of [
    { write: "/etc/x.json" },
    { setup: "/x" },
    { earlier: "/etc/passwd" },
    { profile: "../x.json" },
  ])
    await expect(probeAsOrdered({ kind: "probe", options: { tcp: "127.0.0.1:1", ...options } })).rejects.toThrow();
});
