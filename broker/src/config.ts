import { AgentId, SiteId } from "@nightflow/domain";
import { isPasswordHash } from "@nightflow/domain/passwords";
import { z } from "zod";

/** What an identity may do; see `rights.ts`. */
export const BrokerRole = z.enum(["agent", "ingest", "api", "monitor"]);
export type BrokerRole = z.infer<typeof BrokerRole>;

/** One user name of the broker. The secret itself is never here: a hash, or the file that holds the hash. */
export const IdentityConfig = z
  .strictObject({
    name: AgentId.meta({ description: "User name. For an agent also its level of the topic." }),
    role: BrokerRole,
    site: SiteId.optional().meta({ description: "Site of an agent, its other level of the topic." }),
    passwordHash: z
      .string()
      .refine(isPasswordHash, "is not an argon2id hash ($argon2id$v=19$…)")
      .optional()
      .meta({ description: "argon2id hash of the password, as `hashPassword` writes it." }),
    passwordFile: z.string().min(1).optional().meta({ description: "File that holds such a hash." }),
  })
  .superRefine((identity, context) => {
    if (identity.role === "agent" && identity.site === undefined)
      context.addIssue({ code: "custom", path: ["site"], message: `agent ${identity.name} needs a site` });
    if ((identity.passwordHash === undefined) === (identity.passwordFile === undefined))
      context.addIssue({ code: "custom", message: `${identity.name} needs either passwordHash or passwordFile` });
  });
export type IdentityConfig = z.infer<typeof IdentityConfig>;

const MIB = 1024 * 1024;

/** What nobody may go beyond, so that one bad client costs the others nothing. */
export const BrokerLimits = z.strictObject({
  maxConnections: z.int().min(1).max(100_000).default(2000).meta({ description: "Sockets open at one time." }),
  maxPacketBytes: z
    .int()
    .min(256)
    .max(64 * MIB)
    .default(MIB)
    .meta({ description: "A larger packet ends its connection.", unit: "bytes" }),
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
  maxOfflineMessages: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1000)
    .meta({ description: "Messages kept for one persistent session; the oldest go first." }),
  maxQueuedBytes: z
    .int()
    .min(1024)
    .max(1024 * MIB)
    .default(8 * MIB)
    .meta({ description: "Payload kept for one persistent session; the oldest go first.", unit: "bytes" }),
  maxSessionsPerIdentity: z
    .int()
    .min(1)
    .max(1000)
    .default(8)
    .meta({ description: "Persistent sessions of one identity; the oldest one offline is forgotten for a new one." }),
  maxPendingIntakes: z
    .int()
    .min(1)
    .max(10_000)
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

/** Configuration of the broker. */
export const BrokerConfig = z
  .strictObject({
    host: z.string().min(1).default("127.0.0.1").meta({ description: "Address to listen on." }),
    port: z.int().min(0).max(65_535).default(1883).meta({ description: "TCP port; 0 takes a free one." }),
    limits: BrokerLimits.prefault({}),
    identities: z.array(IdentityConfig).max(100_000).default([]),
  })
  .superRefine((config, context) => {
    const names = new Set<string>();
    config.identities.forEach(({ name }, at) => {
      if (names.has(name))
        context.addIssue({ code: "custom", path: ["identities", at], message: `${name} is listed twice` });
      names.add(name);
    });
  });
export type BrokerConfig = z.infer<typeof BrokerConfig>;
