import { z } from "zod";
import { ChannelDescription } from "../channel.ts";
import { Bus, channelsFedBy } from "./buses/bus.ts";
import { ComputedChannel } from "./computed-channel.ts";
import { faultsOfComputed } from "./computed-faults.ts";
import { ConfigResult } from "./config-result.ts";
import { decodeVersioned } from "./json.ts";
import { MeterProfile } from "./meter-profile.ts";
import { Id } from "./text.ts";

/** When a configuration that was taken over is taken back by the agent itself. */
export const HealthCheck = z.strictObject({
  afterS: z
    .int()
    .min(5)
    .max(3600)
    .default(120)
    .meta({ description: "Time that a new configuration has to show that it works.", unit: "s" }),
  buses: z
    .boolean()
    .default(true)
    .meta({ description: "Taken back when a bus that was good before is wholly silent then." }),
  uplink: z
    .boolean()
    .default(true)
    .meta({ description: "Taken back when the head-end was there before and has not been reached since." }),
});
export type HealthCheck = z.infer<typeof HealthCheck>;

/**
 * What an agent reads: the payload of `…/config`, and of the file that stands for it until remote configuration exists.
 * Every channel that a bus feeds is described once in `channels`.
 */
export const AgentConfig = z
  .strictObject({
    v: z.literal(1),
    channels: z.array(ChannelDescription).max(50_000),
    buses: z.array(Bus).max(500),
    profiles: z.array(MeterProfile).max(200).optional().meta({
      description: "Meter profiles of one's own. They go before the agent's bundled ones of the same name.",
    }),
    computed: z.array(ComputedChannel).max(5000).optional().meta({
      description: "Channels that the agent computes from others. One may use those above it in the list.",
    }),
    healthCheck: HealthCheck.prefault({}),
  })
  .superRefine((config, context) => {
    const described = new Set<string>();
    config.channels.forEach(({ id }, at) => {
      if (described.has(id))
        context.addIssue({
          code: "custom",
          path: ["channels", at, "id"],
          message: `channel ${id} is described twice: leave one of the two out`,
        });
      described.add(id);
    });
    config.buses.forEach((bus, at) => {
      for (const channel of channelsFedBy(bus))
        if (!described.has(channel))
          context.addIssue({
            code: "custom",
            path: ["buses", at],
            message: `bus ${bus.id} feeds ${channel}, which channels does not describe: describe it there`,
          });
    });
    for (const { path, message } of faultsOfComputed(config)) context.addIssue({ code: "custom", path, message });
    const names = (config.profiles ?? []).map(({ name }) => name);
    names.forEach((name, at) => {
      if (names.indexOf(name) !== at)
        context.addIssue({
          code: "custom",
          path: ["profiles", at, "name"],
          message: `profile ${name} is there twice: leave one out`,
        });
    });
  });
export type AgentConfig = z.infer<typeof AgentConfig>;

/** Retained on `…/config/report`: what the agent applied, by hash, and the channels that it feeds. */
export const ConfigReport = z.strictObject({
  v: z.literal(1),
  hash: Id,
  appliedAt: z.int(),
  channels: z.array(ChannelDescription).max(50_000),
  source: z
    .enum(["file", "remote", "none"])
    .optional()
    .meta({ description: "Where it came from; none: still waiting." }),
  result: ConfigResult.nullish().meta({ description: "What became of the newest one that was sent; null: none was." }),
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
