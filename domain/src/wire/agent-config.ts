import { z } from "zod";
import { ChannelDescription } from "../channel.ts";
import { decodeVersioned } from "./json.ts";
import { Id } from "./text.ts";

const Period = z.int().min(1).max(86_400).meta({ description: "Time between two polls.", unit: "s" });

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

/** One monitored item of an OPC UA server. */
export const OpcUaItem = z.strictObject({
  meter: Id,
  nodeId: z.string().min(1).max(512),
  channel: Id,
  scale: z.number().default(1).meta({ description: "Node value × scale = the channel's unit." }),
});
export type OpcUaItem = z.infer<typeof OpcUaItem>;

/** One OPC UA session with one subscription. */
export const OpcUaBus = z.strictObject({
  id: Id,
  kind: z.literal("opcua"),
  endpointUrl: z.string().startsWith("opc.tcp://"),
  samplingMs: z
    .int()
    .min(10)
    .max(3_600_000)
    .default(1000)
    .meta({ description: "Sampling interval asked of the server.", unit: "ms" }),
  publishMs: z
    .int()
    .min(10)
    .max(3_600_000)
    .default(1000)
    .meta({ description: "Publishing interval asked of the server.", unit: "ms" }),
  periodS: Period.meta({
    description: "The last value is reported at least this often, while it is alive.",
    unit: "s",
  }),
  items: z.array(OpcUaItem).min(1).max(50_000),
});
export type OpcUaBus = z.infer<typeof OpcUaBus>;

/**
 * What an agent reads: the payload of `…/config`, and of the file that stands for it until remote configuration exists.
 * Every channel that a bus feeds is described once in `channels`.
 */
export const AgentConfig = z
  .strictObject({
    v: z.literal(1),
    channels: z.array(ChannelDescription).max(50_000),
    buses: z.array(z.discriminatedUnion("kind", [ModbusTcpBus, OpcUaBus])).max(500),
  })
  .superRefine((config, context) => {
    const described = new Set(config.channels.map((channel) => channel.id as string));
    if (described.size !== config.channels.length)
      context.addIssue({ code: "custom", path: ["channels"], message: "a channel is described twice" });
    config.buses.forEach((bus, at) => {
      const fed =
        bus.kind === "opcua"
          ? bus.items.map((item) => item.channel)
          : bus.units.flatMap((unit) => Object.values(unit.channels));
      for (const channel of fed)
        if (!described.has(channel))
          context.addIssue({
            code: "custom",
            path: ["buses", at],
            message: `bus ${bus.id} feeds ${channel}, which channels does not describe`,
          });
    });
  });
export type AgentConfig = z.infer<typeof AgentConfig>;
export type Bus = AgentConfig["buses"][number];

/** Retained on `…/config/report`: what the agent applied, by hash, and the channels that it feeds. */
export const ConfigReport = z.strictObject({
  v: z.literal(1),
  hash: Id,
  appliedAt: z.int(),
  channels: z.array(ChannelDescription).max(50_000),
});
export type ConfigReport = z.infer<typeof ConfigReport>;

/** The report in a payload. @throws {WireError} when it holds none. @throws {WireVersionError} when it is too new. */
export function decodeConfigReport(payload: Uint8Array | string): ConfigReport {
  return decodeVersioned(payload, { what: "config report", newest: 1, schema: ConfigReport });
}

/** The payload of a report. */
export function encodeConfigReport(report: Omit<ConfigReport, "v">): string {
  return JSON.stringify({ v: 1, ...report });
}

/**
 * The configuration in a payload, with its defaults filled in.
 *
 * @throws {WireError} when it holds none. @throws {WireVersionError} when it is too new.
 */
export function decodeAgentConfig(payload: Uint8Array | string): AgentConfig {
  return decodeVersioned(payload, { what: "agent configuration", newest: 1, schema: AgentConfig });
}
