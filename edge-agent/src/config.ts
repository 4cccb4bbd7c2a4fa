import { AgentId, COMMAND_KINDS, SiteId } from "@nightflow/domain";
import { z } from "zod";
import { EnrolmentClientConfig } from "./enrolment/config.ts";
import { OutboxLimits } from "./outbox/limits.ts";

/** Where the broker is and how the agent shows who it is. */
export const MqttConfig = z.strictObject({
  url: z
    .string()
    .regex(/^mqtts?:\/\/[^\s]+$/, "must begin with mqtt:// or mqtts://")
    .meta({ description: "The broker's address, such as mqtt://127.0.0.1:1883." }),
  username: z.string().min(1).optional().meta({ description: "Name of this agent's MQTT identity." }),
  passwordFile: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "File that holds the password; NIGHTFLOW_AGENT_MQTT_PASSWORD goes before it." }),
  caFile: z.string().min(1).optional().meta({ description: "Certificate of the authority that signed the broker's." }),
  certFile: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Client certificate of this agent, PEM, where it does not enrol by itself." }),
  keyFile: z.string().min(1).optional().meta({ description: "The key of `certFile`, PEM." }),
  keepaliveS: z.int().min(1).max(3600).default(15).meta({ description: "Longest silence on the line.", unit: "s" }),
  connectTimeoutMs: z
    .int()
    .min(100)
    .max(120_000)
    .default(10_000)
    .meta({ description: "Longest wait for the broker's welcome.", unit: "ms" }),
  ackTimeoutMs: z
    .int()
    .min(100)
    .max(600_000)
    .default(15_000)
    .meta({ description: "A batch that is not stored for good after this is sent again.", unit: "ms" }),
  statusMs: z
    .int()
    .min(100)
    .max(3_600_000)
    .default(10_000)
    .meta({ description: "Time between two status messages.", unit: "ms" }),
});
export type MqttConfig = z.infer<typeof MqttConfig>;

/** How the agent's clock is watched. */
export const AgentClockConfig = z.strictObject({
  askMs: z
    .int()
    .min(100)
    .max(3_600_000)
    .default(64_000)
    .meta({ description: "Pause between two questions to the head-end what time it is (real time).", unit: "ms" }),
  alarmMs: z
    .int()
    .min(1)
    .max(86_400_000)
    .default(5000)
    .meta({ description: "Offset to the head-end's clock that is an alarm.", unit: "ms" }),
});
export type AgentClockConfig = z.infer<typeof AgentClockConfig>;

/** What the platform may ask of the agent. The gateway's owner has the last word: it is here and not sent from afar. */
export const AgentCommandsConfig = z.strictObject({
  allow: z
    .array(z.enum(COMMAND_KINDS))
    .default([...COMMAND_KINDS])
    .meta({
      description:
        "Kinds of commands that are carried out; others are refused. Leave out test-read and probe where nobody may have the gateway call addresses that are not in its configuration, and valve where nothing is to be turned.",
    }),
});
export type AgentCommandsConfig = z.infer<typeof AgentCommandsConfig>;

/** The agent's metrics, and where its traces go. */
export const AgentOperateConfig = z.strictObject({
  enabled: z.boolean().default(true).meta({ description: "Whether /metrics is served." }),
  host: z.string().min(1).default("127.0.0.1").meta({ description: "Address of /metrics." }),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(9481)
    .meta({ description: "Port of /metrics; 0 takes a free one. A taken port is a warning, never a stop." }),
  tracing: z
    .strictObject({
      url: z
        .url()
        .optional()
        .meta({ description: "OTLP/HTTP address for traces; `nightflow agent` alone sends them." }),
      ratio: z.number().min(0).max(1).default(1).meta({ description: "Share of batches that is followed." }),
      queueSpans: z
        .int()
        .min(64)
        .max(65_536)
        .default(2048)
        .meta({ description: "Most spans that wait.", unit: "spans" }),
    })
    .prefault({}),
});
export type AgentOperateConfig = z.infer<typeof AgentOperateConfig>;

/** What an agent knows by itself: address, identity and limits. What it reads comes from `configFile`. */
export const EdgeAgentConfig = z
  .strictObject({
    site: SiteId.meta({ description: "The place where the agent stands; a level of its topics." }),
    agent: AgentId.meta({ description: "The agent's own id; a level of its topics." }),
    dataDir: z.string().min(1).meta({ description: "Folder of the outbox and of keys. One agent per folder." }),
    configFile: z.string().min(1).optional().meta({
      description:
        "JSON or YAML file with the buses and channels, in the schema of the config topic: what is read until the platform sends a configuration. Without it the agent waits for one.",
    }),
    clockFile: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "JSON file with the anchor of a scaled clock. Without it the machine's clock is used." }),
    profilesDir: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "Folder with further meter profiles; one of the same name replaces a bundled one." }),
    mqtt: MqttConfig,
    enrolment: EnrolmentClientConfig.optional().meta({
      description: "How the agent gets its certificate by itself; absent, it shows a password or `mqtt.certFile`.",
    }),
    outbox: OutboxLimits.prefault({}),
    clock: AgentClockConfig.prefault({}),
    commands: AgentCommandsConfig.prefault({}),
    operate: AgentOperateConfig.prefault({}),
  })
  .superRefine(({ mqtt, enrolment }, context) => {
    const fault = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
    if ((mqtt.certFile === undefined) !== (mqtt.keyFile === undefined))
      fault(["mqtt", "keyFile"], "certFile and keyFile go together");
    if (enrolment === undefined) return;
    if (mqtt.certFile !== undefined) fault(["mqtt", "certFile"], "the agent enrols by itself: leave it out");
    if (!mqtt.url.startsWith("mqtts:")) fault(["mqtt", "url"], "a certificate needs mqtts://");
  })
  .meta({ id: "EdgeAgentConfig", description: "Configuration of one edge agent." });
export type EdgeAgentConfig = z.infer<typeof EdgeAgentConfig>;
