import { z } from "zod";
import { Id } from "../text.ts";
import { Period } from "./period.ts";

/** One meter behind a Modbus bus: its unit id, its profile, and the channel that each of the profile's registers feeds. */
export const ModbusUnit = z.strictObject({
  meter: Id,
  unitId: z.int().min(0).max(255),
  profile: Id.meta({ description: "Name of a profile file, without its ending." }),
  periodS: Period,
  channels: z
    .record(Id, Id)
    .meta({ description: "Register name of the profile → channel id. Registers not named here are not read." }),
});
export type ModbusUnit = z.infer<typeof ModbusUnit>;

/** One Modbus TCP connection; one request is in flight on it at any time. */
export const ModbusTcpBus = z.strictObject({
  id: Id,
  kind: z.literal("modbus-tcp"),
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).default(502),
  timeoutMs: z
    .int()
    .min(10)
    .max(60_000)
    .default(1000)
    .meta({ description: "Longest wait for one answer.", unit: "ms" }),
  gapMs: z.int().min(0).max(10_000).default(0).meta({ description: "Pause between two requests.", unit: "ms" }),
  retries: z.int().min(0).max(10).default(1),
  units: z.array(ModbusUnit).min(1).max(5000),
});
export type ModbusTcpBus = z.infer<typeof ModbusTcpBus>;
