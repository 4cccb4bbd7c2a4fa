import {
  AgentId,
  CertificateOrder,
  COMMAND_KINDS,
  MeterId,
  ProbeOrder,
  ReadNowOrder,
  ReReadOrder,
  RetryOrder,
  SiteId,
  TestReadOrder,
  ValvePosition,
} from "@nightflow/domain";
import { z } from "zod";
import { PageQuery, pageOf } from "../http/paging.ts";
import { Instant, named } from "../http/schema.ts";

const reason = z.string().trim().min(1).max(500);

/** What may be ordered without anybody else's word. */
export const PlainOrder = z.discriminatedUnion("kind", [
  ReadNowOrder,
  RetryOrder,
  ReReadOrder,
  TestReadOrder,
  ProbeOrder,
]);
export type PlainOrder = z.infer<typeof PlainOrder>;

export const OrderBody = z
  .strictObject({
    order: PlainOrder,
    site: SiteId.optional(),
    agent: AgentId.optional().meta({
      description: "Left out, it is the agent that reads the meters, or each of them.",
    }),
    reason: z.string().trim().max(500).default(""),
  })
  .refine(({ site, agent }) => (site === undefined) === (agent === undefined), "site and agent go together");
export type OrderBody = z.infer<typeof OrderBody>;

export const CertificateBody = CertificateOrder.omit({ kind: true }).extend({ site: SiteId, agent: AgentId, reason });
export const ValveBody = z.strictObject({ meter: MeterId, position: ValvePosition, reason });
export const ProtectedValveBody = ValveBody.extend({
  overrideReason: reason.meta({ description: "Why a place that must not be cut off is cut off all the same." }),
});
export type ValveOrderBody = z.infer<typeof ValveBody> & { readonly overrideReason?: string };

/** States of a command. */
export const CommandState = z
  .enum(["approval", "queued", "sent", "done", "failed", "expired", "rejected", "cancelled"])
  .meta({
    description:
      "approval: waits for a second person; queued: its agent was not reached yet; sent: no reply yet; failed: the agent said why; expired: the agent was not reached in time, or did not answer; rejected: the second person said no.",
  });

const CommandKindName = z.enum(COMMAND_KINDS as [string, ...string[]]);

/** One command. */
export const CommandRow = named(
  "Command",
  z.strictObject({
    id: z.uuid(),
    site: z.string(),
    agent: z.string(),
    kind: CommandKindName,
    order: z.unknown().meta({ description: "What was ordered, as it goes to the agent." }),
    subjects: z.array(z.string()).meta({ description: "Meters that it is about; of many, the first 50." }),
    state: CommandState,
    reason: z.string(),
    orderedBy: z.string(),
    orderedAt: Instant,
    sentAt: Instant.nullable(),
    endedAt: Instant.nullable(),
    code: z.string().nullable().meta({ description: "Why not, as a word that does not change." }),
    message: z.string().nullable(),
    tookMs: z.int().nullable().meta({ description: "At the agent." }),
    approvalId: z.uuid().nullable(),
  }),
);

const Reply = z.strictObject({
  readings: z.array(
    z.strictObject({
      channel: z.string(),
      readAt: Instant,
      value: z.union([z.number(), z.string()]).nullable(),
      quality: z.enum(["good", "suspect", "missing"]),
      flags: z.array(z.string()),
    }),
  ),
  details: z.unknown(),
});

/** The same with what the agent answered. */
export const CommandWithReply = named("CommandWithReply", CommandRow.extend({ reply: Reply.nullable() }));
export const CommandPage = named("CommandPage", pageOf(CommandRow));
export const OrderedCommands = named("OrderedCommands", z.strictObject({ items: z.array(CommandRow) }));

export const CommandQuery = PageQuery.extend({
  site: z.string().max(64).optional(),
  agent: z.string().max(64).optional(),
  kind: CommandKindName.optional(),
  state: CommandState.optional(),
  meter: z.string().max(64).optional(),
});
export type CommandQuery = z.infer<typeof CommandQuery>;

/** What waits for a second person, or did. */
export const ApprovalRow = named(
  "Approval",
  z.strictObject({
    id: z.uuid(),
    kind: z.enum(["valve"]),
    state: z.enum(["open", "approved", "rejected", "expired"]),
    command: CommandRow,
    place: z
      .strictObject({ no: z.string(), address: z.string(), isProtected: z.boolean() })
      .nullable()
      .meta({ description: "The place supplied." }),
    askedBy: z.string(),
    askedAt: Instant,
    mayDecide: z.boolean().meta({ description: "Whether you are the second person: not the one who asked." }),
    overrideReason: z.string().nullable(),
    decidedBy: z.string().nullable(),
    decidedAt: Instant.nullable(),
    decisionReason: z.string().nullable(),
  }),
);
export const ApprovalPage = named("ApprovalPage", pageOf(ApprovalRow));
export const ApprovalQuery = PageQuery.extend({
  state: z.enum(["open", "approved", "rejected", "expired"]).optional(),
});
export type ApprovalQuery = z.infer<typeof ApprovalQuery>;

export const ApproveBody = z.strictObject({ reason: z.string().trim().max(500).default("") });
export const RejectBody = z.strictObject({ reason });
