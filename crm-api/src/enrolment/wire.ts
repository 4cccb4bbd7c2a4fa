import {
  AgentId,
  AuthorityInfo,
  EnrolmentAnswer,
  EnrolmentStanding,
  PollSecret,
  SiteId,
  UnknownAgentPolicy,
} from "@nightflow/domain";
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
    sites: z.array(z.string()).meta({ description: "Sites that are known here, for whoever makes a token." }),
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

/** What an agent said of itself last; null where it said nothing: a last will carries little. */
export const AgentSays = named(
  "AgentSays",
  z.strictObject({
    version: z.string().nullable(),
    startedAt: Instant.nullable(),
    outbox: z
      .strictObject({
        records: z.int(),
        fill: z.number().meta({ description: "Share of the room that it may take; full, the oldest readings go." }),
        oldestReadAt: Instant.nullable(),
        dropped: z.int().meta({ description: "Readings given up since the outbox was made." }),
      })
      .nullable(),
    enrolment: EnrolmentStanding.pick({ state: true, reason: true }).nullable(),
  }),
);

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
    lastSeenAt: Instant.nullable().meta({ description: "Business clock." }),
    says: AgentSays,
    meters: z.int().meta({ description: "Meters that it reads." }),
    revokedAt: Instant.nullable(),
    revokedBy: z.string().nullable(),
    revokedReason: z.string().nullable(),
  }),
);
export const EnrolledAgentPage = named("EnrolledAgentPage", pageOf(EnrolledAgentRow));

export const EnrolledAgentQuery = PageQuery.extend({
  q: z.string().max(100).optional().meta({ description: "Part of site or agent." }),
  standing: AgentStanding.optional(),
  sort: z.enum(["name", "worst"]).default("name").meta({
    description: "worst: away or expired first, then expiring, then a filling outbox; those put out last.",
  }),
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

/** One thing that somebody or an agent did about enrolment. */
export const EnrolmentNoteRow = named(
  "EnrolmentNote",
  z.strictObject({
    no: z.int(),
    at: Instant.meta({ description: "Business clock." }),
    actor: z.string().meta({ description: "A login, or `agent site/agent`." }),
    action: z.string(),
    subject: z.string().meta({ description: "`site/agent`; of a token for any new agent `site/*`." }),
    reason: z.string().nullable(),
    remoteAddress: z.string().nullable(),
  }),
);
export const EnrolmentNotePage = named("EnrolmentNotePage", pageOf(EnrolmentNoteRow));

export const EnrolmentNoteQuery = PageQuery.extend({
  site: SiteId.optional(),
  agent: AgentId.optional().meta({ description: "Only what concerns this agent of `site`." }),
});
export type EnrolmentNoteQuery = z.infer<typeof EnrolmentNoteQuery>;

/** Why an agent is let in, where somebody wants to say it. */
export const NoteBody = z.strictObject({ reason: reason.optional() }).nullish();
/** Why something is refused to an agent. */
export const ReasonBody = z.strictObject({ reason });
export const AgentParams = z.strictObject({ site: SiteId, agent: AgentId });
export const PollBody = z.strictObject({ secret: PollSecret });
export const Done = named("EnrolmentDone", z.strictObject({ done: z.literal(true) }));
