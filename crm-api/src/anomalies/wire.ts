import {
  AlarmPriority,
  AnomalyState,
  CauseGroup,
  Evidence,
  OutcomeCode,
  RuleCode,
  SubjectKind,
  TicketPriority,
  TicketState,
} from "@nightflow/domain";
import { z } from "zod";
import { Alarm } from "../alarms/wire.ts";
import { PageQuery, pageOf } from "../http/paging.ts";
import { Instant, named, Words } from "../http/schema.ts";
import { Night } from "../overview/wire.ts";

/** One finding in a list. */
export const AnomalyRow = named(
  "AnomalyRow",
  z.strictObject({
    id: z.uuid(),
    rule: RuleCode,
    ruleName: Words,
    subjectKind: SubjectKind,
    subject: z.string(),
    place: z.string().meta({ description: "Address of a meter, name of a district; empty when unknown." }),
    causeGroup: CauseGroup,
    direction: z.enum(["up", "down"]),
    state: AnomalyState,
    commodity: z.enum(["water", "gas"]),
    startsAt: Instant,
    openedAt: Instant,
    lastSeenAt: Instant,
    closedAt: Instant.nullable(),
    rateM3h: z.number().nullable(),
    lostM3: z.number().nullable(),
    moneyPerDay: z.number(),
    currency: z.string(),
    confidence: z.number(),
    rank: z.number(),
    reason: Words.meta({ description: "Why the rule fired, in one sentence." }),
    estimatedShare: z.number(),
    noTicketReason: z.string().nullable(),
    outcome: OutcomeCode.nullable(),
    confirmedCause: z.string().nullable(),
    dmaId: z.string().nullable(),
    accountId: z.uuid().nullable(),
    ticket: z
      .strictObject({
        id: z.uuid(),
        no: z.string(),
        state: TicketState,
        priority: TicketPriority,
        assignee: z.string().nullable(),
      })
      .nullable(),
    alarm: Alarm,
  }),
);
export type AnomalyRow = z.infer<typeof AnomalyRow>;

named("Evidence", Evidence);

/** One finding with its evidence. */
export const AnomalyDetail = named(
  "AnomalyDetail",
  AnomalyRow.extend({
    evidence: Evidence,
    endedReason: Words.nullable().meta({ description: "Why it was withdrawn: what late readings showed." }),
    related: z
      .array(AnomalyRow)
      .meta({ description: "Other findings about the same subject or district, newest first, at most 10." }),
  }),
);

/** A page of findings. */
export const AnomalyPage = named("AnomalyPage", pageOf(AnomalyRow));

/** Which findings to list. */
export const AnomalyQuery = PageQuery.extend({
  state: z
    .union([AnomalyState, z.enum(["attention", "active", "all"])])
    .default("active")
    .meta({
      description:
        "`active`: open, investigating, field_work and monitoring. `attention`: of these what is neither shelved nor suppressed, and what ended by itself in the last day unseen.",
    }),
  alarm: z.enum(["unacknowledged", "acknowledged", "shelved", "suppressed"]).optional(),
  priority: AlarmPriority.optional(),
  owner: z.literal("me").optional().meta({ description: "Only what the person who asks has taken on." }),
  rule: RuleCode.optional(),
  group: CauseGroup.optional(),
  dma: z.string().max(64).optional(),
  subjectKind: SubjectKind.optional(),
  subject: z.string().max(64).optional(),
  q: z.string().max(100).optional().meta({ description: "Part of the subject, the address or the ticket's number." }),
  sort: z.enum(["rank", "newest"]).default("rank"),
});
export type AnomalyQuery = z.infer<typeof AnomalyQuery>;

const Reason = z.string().trim().min(3).max(500);

/** Why a finding is a false alarm. */
export const FalseAlarm = named(
  "FalseAlarm",
  z.strictObject({
    reason: Reason,
    outcome: OutcomeCode.default("unknown").meta({ description: "What it was instead, where that is known." }),
  }),
);

/** What was planned. */
export const PlannedUse = named("PlannedUse", z.strictObject({ reason: Reason }));

/** The numbers of an evidence chart. */
export const AnomalyChart = named(
  "AnomalyChart",
  z.strictObject({
    unit: z.enum(["m3/h", "Sm3/h"]).nullable().meta({ description: "null when the subject has no register." }),
    zone: z.string(),
    stepMs: z.int(),
    startAt: z.array(Instant).meta({ description: "Start of each interval." }),
    actualM3h: z.array(z.number().nullable()).meta({ description: "null where there is a gap; never bridged." }),
    quality: z.array(z.enum(["good", "estimated", "suspect", "missing"])),
    expectedM3h: z.number().nullable(),
    bandLowM3h: z.number().nullable(),
    bandHighM3h: z.number().nullable(),
    floorM3h: z.number().nullable(),
    beginsAt: Instant.meta({ description: "Where the episode begins." }),
    knowableAt: Instant,
    nights: z.array(Night).meta({ description: "Of a district: its nights around the start; else empty." }),
  }),
);
