import { z } from "zod";
import { Id } from "../text.ts";
import { Period } from "./period.ts";

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
