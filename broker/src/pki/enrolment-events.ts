import { AgentId, SiteId } from "@nightflow/domain";
import { z } from "zod";

const at = z.int().min(0);
const who = { agent: AgentId, site: SiteId };
const by = z.string().min(1).max(200);

/** Everything that ever happened to a one-time token, a held request or an agent; what the journal keeps. */
export const EnrolmentEvent = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("token-made"),
    id: z.string(),
    /** SHA-256 of the token, hexadecimal; the token itself is shown once and kept nowhere. */
    hash: z.string(),
    site: SiteId,
    /** The only agent that it is for; absent, any new one of the site. */
    agent: AgentId.optional(),
    expiresAt: at,
    at,
    by,
  }),
  z.strictObject({ kind: z.literal("token-used"), id: z.string(), agent: AgentId, keyHash: z.string(), at }),
  z.strictObject({ kind: z.literal("token-withdrawn"), id: z.string(), at, by }),
  z.strictObject({
    kind: z.literal("held"),
    id: z.string(),
    ...who,
    /** The PEM request; absent where an agent came with a certificate of another authority. */
    request: z.string().optional(),
    /** What the request is known by when it is made again: the hash of its key, or the certificate's fingerprint. */
    proof: z.string(),
    at,
  }),
  z.strictObject({ kind: z.literal("approved"), id: z.string(), certificate: z.string().optional(), at, by }),
  z.strictObject({ kind: z.literal("rejected"), id: z.string(), reason: z.string().max(500), at, by }),
  z.strictObject({ kind: z.literal("joined"), ...who, how: z.enum(["token", "approval", "chain"]), at, by }),
  z.strictObject({ kind: z.literal("revoked"), ...who, reason: z.string().max(500), at, by }),
]);
export type EnrolmentEvent = z.infer<typeof EnrolmentEvent>;

/** One kind of event. */
export type EventOf<Kind extends EnrolmentEvent["kind"]> = Extract<EnrolmentEvent, { kind: Kind }>;
