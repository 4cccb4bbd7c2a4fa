import { z } from "zod";

const MIB = 1024 * 1024;

/** Configuration of ingest: how much it holds at one time, and for how long. */
export const IngestConfig = z.strictObject({
  windowBatches: z
    .int()
    .min(1)
    .max(4096)
    .default(64)
    .meta({ description: "Batches of one agent that may wait at one time; further ones are given back." }),
  maxPendingBytes: z
    .int()
    .min(1024)
    .max(4096 * MIB)
    .default(MIB)
    .meta({ description: "Payload of decoded batches in memory; further ones wait undecoded.", unit: "bytes" }),
  groupMaxReadings: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_000)
    .meta({ description: "A commit takes no further batch once it has so many readings." }),
  groupMaxBytes: z
    .int()
    .min(1024)
    .max(1024 * MIB)
    .default(4 * MIB)
    .meta({ description: "A commit takes no further batch once it has so much payload.", unit: "bytes" }),
  retryForMs: z.int().min(0).max(600_000).default(5000).meta({
    description: "A store that fails is asked again for so long; then agents hold their batches.",
    unit: "ms",
  }),
  retryFirstMs: z
    .int()
    .min(1)
    .max(60_000)
    .default(100)
    .meta({ description: "Wait before the store is first asked again; it doubles up to 2 s.", unit: "ms" }),
  unknownRecheckMs: z
    .int()
    .min(0)
    .max(3_600_000)
    .default(10_000)
    .meta({ description: "An unknown channel is looked for in the registry again after so long.", unit: "ms" }),
  rebirthEveryMs: z.int().min(1000).max(3_600_000).default(30_000).meta({
    description: "A Sparkplug node is asked for its birth certificates at most so often.",
    unit: "ms",
  }),
  sparkplugHostId: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[^/+#\0]+$/, "must be one level of a topic, without / + #")
    .default("nightflow")
    .meta({ description: "The id under which Sparkplug nodes find their primary host at the broker in this process." }),
});
export type IngestConfig = z.infer<typeof IngestConfig>;
