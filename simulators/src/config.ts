import { z } from "zod";

const Port = z.int().min(0).max(65_535);

/** Settings of `nightflow simulators`; they name a town, where it listens and what it keeps. */
export const SimulatorsConfig = z.strictObject({
  seed: z.int().min(0).default(1).meta({ description: "Seed of the town and of everything that happens in it." }),
  zone: z.string().min(1).default("Asia/Shanghai").meta({ description: "Time zone that the town lives by." }),
  historyDays: z
    .int()
    .min(1)
    .max(3650)
    .default(60)
    .meta({ description: "Past that the meters have before the live part begins.", unit: "d" }),
  homesPerDma: z.int().min(1).max(200).default(48).meta({ description: "Homes in each of the four districts." }),
  host: z.string().min(1).default("127.0.0.1").meta({ description: "Address to listen on." }),
  modbusPort: Port.default(1502).meta({
    description: "Port of the first Modbus gateway, the others follow it; 0 takes free ports.",
  }),
  opcuaPort: Port.default(4840).meta({ description: "Port of the OPC UA server; 0 takes a free one." }),
  controlPort: Port.default(8490).meta({
    description: "Port where faults are listed and repaired; 0 takes a free one.",
  }),
  responseDelayMs: z
    .int()
    .min(0)
    .max(10_000)
    .default(0)
    .meta({ description: "Real time that a gateway takes for each answer.", unit: "ms" }),
});
export type SimulatorsConfig = z.infer<typeof SimulatorsConfig>;

/** The Modbus ports of `count` gateways by a configuration, as `startSimulators` takes them. */
export function modbusPortsOf(config: SimulatorsConfig, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => (config.modbusPort === 0 ? 0 : config.modbusPort + i));
}
