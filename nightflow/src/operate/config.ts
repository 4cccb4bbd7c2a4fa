import { z } from "zod";

const DeadManConfig = z.strictObject({
  url: z.url().optional().meta({
    description:
      "Address that is asked for by HTTP while the head-end is ready, as healthchecks services expect: its absence raises the alarm there. NIGHTFLOW_DEAD_MAN_URL goes before it.",
  }),
  everyS: z.number().min(1).max(3600).default(60).meta({ description: "Pause between two of them.", unit: "s" }),
  timeoutS: z.number().min(0.1).max(60).default(10).meta({ description: "Longest wait for the answer.", unit: "s" }),
});

const TracingConfig = z.strictObject({
  url: z.url().optional().meta({
    description: "OTLP/HTTP address for traces, such as http://127.0.0.1:4318/v1/traces; without it nothing is traced.",
  }),
  ratio: z.number().min(0).max(1).default(1).meta({
    description: "Share of batches that is followed; each process decides alike. Commits and findings always are.",
  }),
  queueSpans: z.int().min(64).max(65_536).default(2048).meta({
    description: "Most spans that wait to be sent, in each thread; further ones are dropped and counted.",
    unit: "spans",
  }),
});
export type TracingConfig = z.infer<typeof TracingConfig>;

/** The `operate` key of `nightflow.yaml`: metrics, health, the sign of life, traces. */
export const OperateConfig = z.strictObject({
  enabled: z.boolean().default(true).meta({ description: "Whether metrics and health are served." }),
  host: z.string().min(1).default("127.0.0.1").meta({ description: "Address of /metrics and /health." }),
  port: z.int().min(0).max(65_535).default(9480).meta({
    description: "Port of /metrics and /health; 0 takes a free one. Several processes on one host need several.",
  }),
  liveWithinMs: z.int().min(100).max(60_000).default(3000).meta({
    description: "A thread whose event loop does not answer within this is not alive.",
    unit: "ms",
  }),
  minDiskFreeMb: z.int().min(0).default(512).meta({
    description: "With less room in the data folder the head-end is not ready.",
    unit: "MB",
  }),
  maxFeedLagS: z.number().min(1).default(1800).meta({
    description: "With findings this far behind the readings analytics is not ready.",
    unit: "s",
  }),
  reportS: z.number().min(0.5).max(600).default(5).meta({
    description: "Pause between two signs of life, in PostgreSQL and on the topic of the heartbeat.",
    unit: "s",
  }),
  deadMan: DeadManConfig.prefault({}),
  tracing: TracingConfig.prefault({}),
});
export type OperateConfig = z.infer<typeof OperateConfig>;
