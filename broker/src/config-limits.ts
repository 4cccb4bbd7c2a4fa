import { z } from "zod";

const MIB = 1024 * 1024;
const count = (most: number) => z.int().min(1).max(most);

/** What nobody may go beyond, so that one bad client costs the others nothing. */
export const BrokerLimits = z.strictObject({
  maxConnections: count(100_000)
    .default(12_000)
    .meta({ description: "Connections open at one time, over all listeners." }),
  maxConnectionsPerIdentity: count(10_000).default(16).meta({ description: "Connections of one identity." }),
  maxTakeoversPerMinute: count(10_000).default(10).meta({
    description: "How often a client id may pass to a newer connection; beyond it the one that is there stays.",
  }),
  maxPacketBytes: z
    .int()
    .min(256)
    .max(64 * MIB)
    .default(MIB)
    .meta({ description: "A larger packet ends its connection.", unit: "bytes" }),
  maxMessagesPerS: count(1_000_000).default(20_000).meta({
    description: "Publishes of one identity, twice as many at once; above it QoS 0 is dropped and the others wait.",
    unit: "1/s",
  }),
  maxBytesPerS: z
    .int()
    .min(16 * 1024)
    .max(4096 * MIB)
    .default(64 * MIB)
    .meta({ description: "Payload published by one identity, twice as much at once.", unit: "bytes/s" }),
  maxSubscriptions: count(100_000).default(200).meta({ description: "Filters of one connection." }),
  maxInflightQos2: count(10_000).default(64).meta({
    description: "QoS 2 publishes of one connection that wait for its PUBREL; more end the connection.",
  }),
  connectTimeoutMs: z
    .int()
    .min(100)
    .max(60_000)
    .default(10_000)
    .meta({ description: "A socket that has not said CONNECT by then is closed.", unit: "ms" }),
  drainTimeoutMs: z
    .int()
    .min(50)
    .max(10_000)
    .default(750)
    .meta({ description: "A subscriber that takes nothing for so long is dropped.", unit: "ms" }),
  maxOfflineMessages: count(1_000_000)
    .default(1000)
    .meta({ description: "Messages kept for one persistent session, unacknowledged ones too; the oldest go first." }),
  maxQueuedBytes: z
    .int()
    .min(1024)
    .max(1024 * MIB)
    .default(8 * MIB)
    .meta({ description: "Payload kept for one persistent session; the oldest go first.", unit: "bytes" }),
  maxSessionsPerIdentity: count(1000)
    .default(8)
    .meta({ description: "Persistent sessions of one identity; the oldest one offline is forgotten for a new one." }),
  maxPendingIntakes: count(10_000)
    .default(64)
    .meta({ description: "Batches of one identity on their way into the store; further ones wait." }),
  intakeTimeoutMs: z.int().min(100).max(600_000).default(10_000).meta({
    description: "A batch not stored by then gets no PUBACK; its sender holds it and sends again.",
    unit: "ms",
  }),
  maxBacklogMessages: z
    .int()
    .min(100)
    .max(10_000_000)
    .default(50_000)
    .meta({ description: "Messages waiting for delivery; above it those of QoS 0 are dropped and counted." }),
});
export type BrokerLimits = z.infer<typeof BrokerLimits>;
