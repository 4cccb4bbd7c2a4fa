import { z } from "zod";
import { Id } from "../text.ts";
import { Period } from "./period.ts";
import { Transport } from "./transport.ts";

const TimeoutMs = z.int().min(10).max(60_000);
const Retries = z.int().min(0).max(10);

/** One meter behind a Modbus bus: its unit id, its profile, and the channel that each of the profile's registers feeds. */
export const ModbusUnit = z.strictObject({
  meter: Id,
  unitId: z.int().min(0).max(255),
  profile: Id.meta({ description: "Name of a profile file, without its ending." }),
  periodS: Period,
  groups: z.record(Id, Period).optional().meta({
    description: "Poll group of the profile → its period at this meter; else the profile's.",
  }),
  timeoutMs: TimeoutMs.optional().meta({
    description: "Longest wait for one answer of this meter; else the bus's.",
    unit: "ms",
  }),
  retries: Retries.optional().meta({ description: "Repeats of an unanswered request to this meter; else the bus's." }),
  channels: z
    .record(Id, Id)
    .meta({ description: "Register name of the profile → channel id. Registers not named here are not read." }),
});
export type ModbusUnit = z.infer<typeof ModbusUnit>;

/** What every Modbus bus has, whatever carries it. */
const polling = {
  timeoutMs: TimeoutMs.default(1000).meta({ description: "Longest wait for one answer.", unit: "ms" }),
  gapMs: z.int().min(0).max(10_000).default(0).meta({
    description: "Silence kept between an answer and the next request.",
    unit: "ms",
  }),
  settleMs: z.int().min(0).max(60_000).default(0).meta({
    description: "Pause between the connection and the first request, for converters that need one.",
    unit: "ms",
  }),
  retries: Retries.default(1).meta({ description: "Repeats of a request that was not answered, or met a busy meter." }),
  idleCloseMs: z.int().min(10).max(3_600_000).optional().meta({
    description: "The line is let go of when nothing is due for so long, so that another master may use it.",
    unit: "ms",
  }),
  spread: z.number().min(0).max(0.9).default(0.02).meta({
    description:
      "Share of a period over which the polls of meters begin, each at its own fixed moment; 0: all at its beginning.",
  }),
  units: z.array(ModbusUnit).min(1).max(5000),
};

/** One Modbus TCP connection; one request is in flight on it at any time. */
export const ModbusTcpBus = z.strictObject({
  id: Id,
  kind: z.literal("modbus-tcp"),
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).default(502),
  ...polling,
});
export type ModbusTcpBus = z.infer<typeof ModbusTcpBus>;

/** How requests are framed: `tcp` with a header, `rtu` with a CRC, `ascii` as hex digits with an LRC. */
export const ModbusFraming = z.enum(["tcp", "rtu", "ascii"]);
export type ModbusFraming = z.infer<typeof ModbusFraming>;

/** A Modbus line of any kind: serial, RTU or ASCII over TCP, or a device that dials in. */
export const ModbusBus = z.strictObject({
  id: Id,
  kind: z.literal("modbus"),
  transport: Transport,
  framing: ModbusFraming.default("rtu"),
  ...polling,
});
export type ModbusBus = z.infer<typeof ModbusBus>;
