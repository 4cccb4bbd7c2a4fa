import { z } from "zod";

/** Sparkplug B at a broker of somebody else's. */
const SparkplugHostConfig = z
  .strictObject({
    hostId: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,64}$/)
      .default("nightflow")
      .meta({ description: "Host id that edge nodes name as their primary host; all ingest rooms use the same." }),
    leaseMs: z.int().min(500).max(60_000).default(8000).meta({
      description: "An ingest room that is silent for so long is the host no more, and another one goes on.",
      unit: "ms",
    }),
    holdBytes: z
      .int()
      .min(1_048_576)
      .max(1_073_741_824)
      .default(64 * 1024 * 1024)
      .meta({
        description: "What an ingest room that is not the host keeps of the newest messages, to go on without a hole.",
        unit: "bytes",
      }),
  })
  .meta({ id: "SparkplugHostConfig", description: "Reads Sparkplug B; absent: it is not read." });
export type SparkplugHostConfig = z.infer<typeof SparkplugHostConfig>;

/** An MQTT broker of somebody else's, such as Mosquitto or EMQX, that ingest takes its batches from. */
export const MqttConfig = z
  .strictObject({
    url: z
      .url({ protocol: /^mqtts?$/ })
      .meta({ description: "Address of the broker: mqtt://host:1883, or mqtts://host:8883 with TLS." }),
    username: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "Name under which the ingest rooms sign in; absent with a client certificate alone." }),
    passwordFile: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "File that holds its password; NIGHTFLOW_MQTT_PASSWORD stands for it." }),
    api: z
      .strictObject({
        username: z.string().min(1).meta({ description: "Name under which the API rooms sign in." }),
        passwordFile: z
          .string()
          .min(1)
          .optional()
          .meta({ description: "File that holds its password; NIGHTFLOW_MQTT_API_PASSWORD stands for it." }),
      })
      .optional()
      .meta({
        description:
          "Identity of the API rooms, which alone publish configurations and commands; absent: that of ingest.",
      }),
    caFile: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "Certificates (PEM) of the authorities that the broker's certificate may come from." }),
    certFile: z.string().min(1).optional().meta({ description: "Client certificate (PEM), for mutual TLS." }),
    keyFile: z.string().min(1).optional().meta({ description: "Private key (PEM) of the client certificate." }),
    shareName: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,32}$/)
      .default("nightflow")
      .meta({ description: "Name of the shared subscription: all ingest rooms of one installation use the same." }),
    windowBatches: z.int().min(1).max(65_535).default(512).meta({
      description: "Batches that the broker may hand to one ingest room before the first of them is stored.",
    }),
    maxPacketBytes: z
      .int()
      .min(65_536)
      .max(268_435_455)
      .default(4 * 1024 * 1024)
      .meta({ description: "Larger packets are kept back by the broker.", unit: "bytes" }),
    sessionKeptS: z.int().min(0).max(604_800).default(3600).meta({
      description: "How long the broker keeps messages for an ingest room with a name (--name) that is away.",
      unit: "s",
    }),
    keepaliveS: z
      .int()
      .min(5)
      .max(3600)
      .default(15)
      .meta({ description: "A connection that is silent for one and a half of it is given up.", unit: "s" }),
    sparkplug: SparkplugHostConfig.optional(),
    connectTimeoutMs: z
      .int()
      .min(500)
      .max(120_000)
      .default(10_000)
      .meta({ description: "Longest wait for the broker's answer to a connection.", unit: "ms" }),
  })
  .refine((config) => (config.certFile === undefined) === (config.keyFile === undefined), {
    error: "certFile and keyFile belong together",
    path: ["certFile"],
  })
  .meta({ id: "MqttConfig", description: "Broker of the rooms that run alone." });
export type MqttConfig = z.infer<typeof MqttConfig>;

/** What a connection is made with: the configuration, its secrets and certificates read. */
export interface MqttAccess {
  readonly config: MqttConfig;
  readonly password?: string | undefined;
  readonly caPem?: string | undefined;
  readonly certPem?: string | undefined;
  readonly keyPem?: string | undefined;
}
