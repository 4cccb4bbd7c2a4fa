import { AgentId, AuthorityInfo, EnrolmentAnswer, PollSecret, SiteId, UnknownAgentPolicy } from "@nightflow/domain";
import { z } from "zod";
import { PageQuery, pageOf } from "../http/paging.ts";
import { Instant, named } from "../http/schema.ts";

named("EnrolmentAnswer", EnrolmentAnswer);
named("AuthorityInfo", AuthorityInfo);

const Fingerprint = z.string().meta({ description: "SHA-256, hexadecimal in lower case." });
const reason = z.string().trim().min(1).max(500);

/** How agents join here. */
export const EnrolmentOverview = named(
  "EnrolmentOverview",
  z.strictObject({
    isOn: z.boolean().meta({ description: "Whether this platform signs certificates for agents." }),
    unknownAgents: UnknownAgentPolicy.nullable(),
    certificateDays: z.int().nullable(),
    renewGraceDays: z.int().nullable(),
    tokenHours: z.int().nullable(),
    authority: AuthorityInfo.nullable(),
    waiting: z.int().meta({ description: "Requests held for approval." }),
    revoked: z.int().meta({ description: "Agents that were put out." }),
    expiring: z.int().meta({ description: "Agents whose certificate expires within a tenth of its life." }),
  }),
);

/** A token to be made. */
export const TokenOrderBody = z
  .strictObject({
    site: SiteId,
    agent: AgentId.optional().meta({
      description: "The only agent that it is for, which it replaces or lets back in.",
    }),
    hours: z.int().min(1).max(8760).optional().meta({ description: "Its life; else as configured.", unit: "h" }),
    uses: z.int().min(1).max(10_000).default(1).meta({ description: "How many new agents it serves." }),
    note: z.string().max(200).default(""),
  })
  .refine(({ agent, uses }) => agent === undefined || uses === 1, {
    message: "a token for one agent is used once",
    path: ["uses"],
  });

/** A token that was made; what of it is secret is shown this once. */
export const MadeTokenAnswer = named(
  "MadeToken",
  z.strictObject({
    id: z.uuid(),
    token: z.string().meta({ description: "Shown this once." }),
    expiresAt: Instant.meta({ description: "Real time." }),
    joinText: z.string().meta({ description: "Address, token and authority as one word, for a QR code." }),
    command: z.string().meta({ description: "The line to type at the gateway." }),
  }),
);

/** One token, without its secret. */
export const TokenListRow = named(
  "EnrolmentToken",
  z.strictObject({
    id: z.uuid(),
    site: z.string(),
    agent: z.string().nullable(),
    note: z.string(),
    state: z.enum(["open", "used", "expired", "withdrawn"]),
    uses: z.int(),
    maxUses: z.int(),
    usedBy: z.array(z.string()).meta({ description: "Agents that joined by it, at most twenty." }),
    createdAt: Instant,
    createdBy: z.string(),
    expiresAt: Instant,
  }),
);
export const TokenPage = named("EnrolmentTokenPage", pageOf(TokenListRow));

/** A certificate of an agent. */
export const AgentCertificate = named(
  "AgentCertificate",
  z.strictObject({
    serial: z.string(),
    fingerprint: Fingerprint,
    keyFingerprint: Fingerprint.meta({ description: "SHA-256 of the public key: what the gateway shows." }),
    issuedAt: Instant,
    expiresAt: Instant,
    renewableFrom: Instant,
    why: z.enum(["token", "approval", "renewal"]),
  }),
);

/** How an agent stands. */
export const AgentStanding = z.enum(["good", "expiring", "expired", "revoked", "foreign", "password"]).meta({
  description:
    "expiring: within the last tenth of its certificate's life; foreign: comes with a certificate of another authority; password: was never enrolled.",
});

/** One agent, its certificate and when it was last heard of. */
export const EnrolledAgentRow = named(
  "EnrolledAgent",
  z.strictObject({
    site: z.string(),
    agent: z.string(),
    standing: AgentStanding,
    how: z.enum(["token", "approval", "chain", "none"]),
    joinedAt: Instant.nullable(),
    joinedBy: z.string().nullable(),
    certificate: AgentCertificate.nullable().meta({ description: "The newest that was not revoked." }),
    isOnline: z.boolean().nullable().meta({ description: "Null: never heard of." }),
    lastSeenAt: Instant.nullable(),
    revokedAt: Instant.nullable(),
    revokedBy: z.string().nullable(),
    revokedReason: z.string().nullable(),
  }),
);
export const EnrolledAgentPage = named("EnrolledAgentPage", pageOf(EnrolledAgentRow));

export const EnrolledAgentQuery = PageQuery.extend({
  q: z.string().max(100).optional().meta({ description: "Part of site or agent." }),
  standing: AgentStanding.optional(),
});
export type EnrolledAgentQuery = z.infer<typeof EnrolledAgentQuery>;

/** One request of an agent that nobody had announced. */
export const EnrolmentRequestRow = named(
  "EnrolmentRequest",
  z.strictObject({
    id: z.uuid(),
    site: z.string(),
    agent: z.string(),
    fingerprint: Fingerprint.meta({
      description: "Of the request's key, or of the foreign certificate; compare it with what the gateway shows.",
    }),
    kind: z.enum(["request", "foreign-certificate"]),
    state: z.enum(["held", "approved", "rejected"]),
    standing: z.enum(["unknown", "admitted", "revoked"]).meta({
      description: "Of the agent of this name now: approving replaces one that is admitted and lets a revoked one in.",
    }),
    remoteAddress: z.string().nullable(),
    requestedAt: Instant,
    askedAt: Instant.meta({ description: "When it last asked." }),
    decidedAt: Instant.nullable(),
    decidedBy: z.string().nullable(),
    reason: z.string().nullable(),
  }),
);
export const EnrolmentRequestPage = named("EnrolmentRequestPage", pageOf(EnrolmentRequestRow));

export const EnrolmentRequestQuery = PageQuery.extend({
  state: z.enum(["held", "approved", "rejected"]).optional(),
});
export type EnrolmentRequestQuery = z.infer<typeof EnrolmentRequestQuery>;

/** Why something is refused to an agent. */
export const ReasonBody = z.strictObject({ reason });
export const AgentParams = z.strictObject({ site: SiteId, agent: AgentId });
export const PollBody = z.strictObject({ secret: PollSecret });
export const Done = named("EnrolmentDone", z.strictObject({ done: z.literal(true) }));
