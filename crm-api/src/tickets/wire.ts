import {
  CauseGroup,
  FollowUpExemption,
  FollowUpResult,
  OutcomeCode,
  SubjectKind,
  TicketKind,
  TicketPriority,
  TicketState,
} from "@nightflow/domain";
import { z } from "zod";
import { AnomalyRow } from "../anomalies/wire.ts";
import { PageQuery, pageOf } from "../http/paging.ts";
import { Instant, named, QueryFlag, Words } from "../http/schema.ts";

const Person = named("Person", z.strictObject({ id: z.uuid(), displayName: z.string() }));

/** How a ticket stands against its time limits. */
export const TicketClock = z.enum(["met", "due", "at_risk", "breached", "paused"]);

/** One ticket in a list. */
export const TicketRow = named(
  "TicketRow",
  z.strictObject({
    id: z.uuid(),
    no: z.string(),
    kind: TicketKind,
    priority: TicketPriority,
    source: z.string(),
    state: TicketState,
    title: Words,
    subjectKind: SubjectKind,
    subject: z.string(),
    causeGroup: CauseGroup.nullable(),
    accountId: z.uuid().nullable(),
    assignee: Person.nullable(),
    openedAt: Instant,
    respondBy: Instant.nullable(),
    respondClock: TicketClock,
    resolveBy: Instant.nullable(),
    resolveClock: TicketClock,
    firstResponseAt: Instant.nullable(),
    resolvedAt: Instant.nullable(),
    closedAt: Instant.nullable(),
    anomalies: z.int().meta({ description: "How many findings it holds." }),
    moneyPerDay: z.number().meta({ description: "What its live findings cost in a day." }),
    version: z.int(),
  }),
);
export type TicketRow = z.infer<typeof TicketRow>;

/** One step of a ticket's life. */
export const TicketStep = named(
  "TicketStep",
  z.strictObject({
    id: z.uuid(),
    at: Instant,
    actor: z.string(),
    actorName: z.string().nullable(),
    fromState: TicketState.nullable(),
    toState: TicketState.nullable(),
    note: z.string().nullable(),
    data: z.record(z.string(), z.unknown()).nullable(),
  }),
);

/** One ticket with its steps and findings. */
export const TicketDetail = named(
  "TicketDetail",
  TicketRow.extend({
    cause: z.string().nullable(),
    result: z.string().nullable(),
    followUpResult: FollowUpResult.nullable(),
    followUpExemption: FollowUpExemption.nullable(),
    next: z.array(TicketState).meta({ description: "States that it may move to." }),
    steps: z.array(TicketStep).meta({ description: "Ascending." }),
    findings: z.array(AnomalyRow),
  }),
);

/** A page of tickets. */
export const TicketPage = named("TicketPage", pageOf(TicketRow));

/** Which tickets to list. */
export const TicketQuery = PageQuery.extend({
  state: z.union([TicketState, z.enum(["open", "all"])]).default("open"),
  mine: QueryFlag.optional().meta({ description: "Only those assigned to me." }),
  kind: TicketKind.optional(),
  priority: TicketPriority.optional(),
  account: z.uuid().optional(),
  subject: z.string().max(64).optional(),
  q: z.string().max(100).optional().meta({ description: "Part of the number, title or subject." }),
  sort: z.enum(["due", "newest"]).default("due"),
});
export type TicketQuery = z.infer<typeof TicketQuery>;

const Text = z.string().trim().min(1).max(2000);

/** Where a ticket is to go, and what that needs. */
export const TicketMoveBody = named(
  "TicketMove",
  z.strictObject({
    to: TicketState,
    version: z.int().meta({ description: "Version of the ticket that was looked at." }),
    note: Text.optional(),
    cause: Text.optional().meta({ description: "Needed to resolve." }),
    result: Text.optional().meta({ description: "Needed to resolve." }),
    outcome: OutcomeCode.optional().meta({ description: "What the findings turned out to be." }),
    followUpResult: FollowUpResult.optional().meta({ description: "Needed to close, unless exempt." }),
    followUpExemption: FollowUpExemption.optional(),
  }),
);
export type TicketMoveBody = z.infer<typeof TicketMoveBody>;

/** Who a ticket is given to; null takes it from everybody. */
export const TicketAssign = named(
  "TicketAssign",
  z.strictObject({ assigneeId: z.uuid().nullable(), version: z.int().optional() }),
);

/** A note on a ticket. */
export const TicketNote = named(
  "TicketNote",
  z.strictObject({
    note: Text,
    isFollowUpAttempt: z.boolean().default(false).meta({ description: "An attempt to reach the customer." }),
  }),
);
