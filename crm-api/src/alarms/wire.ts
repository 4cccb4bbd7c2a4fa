import { AlarmPriority, AlarmState, CauseGroup, PlannedWorkKind, RuleCode } from "@nightflow/domain";
import { z } from "zod";
import { PageQuery, pageOf } from "../http/paging.ts";
import { Instant, named, QueryFlag, Words } from "../http/schema.ts";

/** What an operator is told of a finding, and what he did about it. */
export const Alarm = named(
  "Alarm",
  z.strictObject({
    state: AlarmState,
    priority: AlarmPriority,
    ackBy: Instant.nullable().meta({
      description: "Until when it has to be acknowledged; null when it has been, or need not be.",
    }),
    ackedAt: Instant.nullable(),
    ackedBy: z.string().nullable(),
    ackNote: z.string().nullable(),
    shelvedUntil: Instant.nullable(),
    shelvedBy: z.string().nullable(),
    shelveReason: z.string().nullable(),
    owner: z.strictObject({ id: z.uuid(), name: z.string() }).nullable().meta({ description: "Who is on it." }),
    escalation: z
      .int()
      .min(0)
      .meta({ description: "How often it was told again because nobody acknowledged it in time." }),
    plannedWork: z.strictObject({ kind: PlannedWorkKind, reason: z.string(), endsAt: Instant }).nullable(),
    isChattering: z.boolean().meta({ description: "Came and went so often in a day that it should be shelved." }),
  }),
);
export type Alarm = z.infer<typeof Alarm>;

const Ids = z.array(z.uuid()).min(1).max(1000).meta({ description: "Findings." });
const Reason = z.string().trim().min(3).max(500);

/** Alarms that somebody has seen. */
export const Acknowledge = named(
  "Acknowledge",
  z.strictObject({ ids: Ids, note: z.string().trim().min(1).max(500).optional() }),
);

/** Findings, without more. */
export const AlarmIds = named("AlarmIds", z.strictObject({ ids: Ids }));

/** Alarms that are not told for a while. */
export const Shelve = named(
  "Shelve",
  z.strictObject({
    ids: Ids,
    forMinutes: z
      .int()
      .min(5)
      .max(30 * 24 * 60)
      .meta({ unit: "min", description: "Business time." }),
    reason: Reason,
  }),
);

/** Who is on these alarms from now; null for nobody. */
export const TakeOn = named("TakeOn", z.strictObject({ ids: Ids, ownerId: z.uuid().nullable() }));

/** What became of each finding. */
export const AlarmsChanged = named(
  "AlarmsChanged",
  z.strictObject({
    changed: z.array(z.uuid()),
    skipped: z.array(z.strictObject({ id: z.uuid(), why: z.enum(["not_found", "no_change"]) })),
  }),
);
export type AlarmsChanged = z.infer<typeof AlarmsChanged>;

/** How the alarms stand at a glance. */
export const AlarmSummary = named(
  "AlarmSummary",
  z.strictObject({
    at: Instant,
    unacknowledged: z
      .record(AlarmPriority, z.int())
      .meta({ description: "By priority; neither shelved nor suppressed." }),
    overdue: z.int().meta({ description: "Not acknowledged in time." }),
    shelved: z.int(),
    suppressed: z.int(),
    flood: z
      .strictObject({
        count: z.int().meta({ description: "New alarms in the last ten minutes." }),
        moneyPerDay: z
          .number()
          .meta({ description: "What they are worth a day; a leak that several rules see counts once." }),
        groups: z.array(
          z.strictObject({
            dmaId: z.string().nullable(),
            dmaName: Words.nullable(),
            rule: RuleCode,
            ruleName: Words,
            group: CauseGroup,
            ids: z.array(z.uuid()).meta({ description: "At most 1,000." }),
            count: z.int(),
            moneyPerDay: z.number().meta({ description: "Of leaks whose dearest alarm is in this group." }),
            countedElsewhere: z
              .int()
              .meta({ description: "Alarms about leaks whose money is counted under another rule." }),
          }),
        ),
      })
      .nullable()
      .meta({ description: "More new alarms than a person can take in; null when there are not." }),
    budget: z
      .strictObject({
        perDay: z.int().meta({ description: "How many findings a person can work through in a day." }),
        handledToday: z.int().meta({ description: "Handled since midnight by anybody." }),
        handledByMe: z
          .int()
          .meta({ description: "Of these, by who asks; what is left of his day is perDay less this." }),
      })
      .meta({ description: "The day's work: the ranked list draws its line where it ends." }),
  }),
);
export type AlarmSummary = z.infer<typeof AlarmSummary>;

/** Works on the network, or something out of service: what begins meanwhile raises no alarm and no ticket. */
export const PlannedWork = named(
  "PlannedWork",
  z.strictObject({
    id: z.uuid(),
    kind: PlannedWorkKind,
    subjectKind: z.enum(["dma", "meter"]),
    subject: z.string(),
    startsAt: Instant,
    endsAt: Instant,
    reason: z.string(),
    madeBy: z.string(),
    madeAt: Instant,
    cancelledAt: Instant.nullable(),
    suppressedFindings: z.int(),
  }),
);
export type PlannedWork = z.infer<typeof PlannedWork>;

/** A page of planned works. */
export const PlannedWorkPage = named("PlannedWorkPage", pageOf(PlannedWork));

/** Which planned works to list. */
export const PlannedWorkQuery = PageQuery.extend({
  current: QueryFlag.optional().meta({ description: "Only what lasts or is to come." }),
  subject: z.string().max(64).optional(),
});
export type PlannedWorkQuery = z.infer<typeof PlannedWorkQuery>;

const LONGEST_WORK_MS = 90 * 86_400_000;

/** New planned work. */
export const NewPlannedWork = named(
  "NewPlannedWork",
  z
    .strictObject({
      kind: PlannedWorkKind.default("works"),
      subjectKind: z.enum(["dma", "meter"]),
      subject: z.string().min(1).max(64),
      startsAt: Instant,
      endsAt: Instant,
      reason: Reason,
    })
    .refine(({ startsAt, endsAt }) => endsAt > startsAt, { path: ["endsAt"], error: "must be later than startsAt" })
    .refine(({ startsAt, endsAt }) => endsAt - startsAt <= LONGEST_WORK_MS, {
      path: ["endsAt"],
      error: "must be at most 90 days after startsAt",
    }),
);
export type NewPlannedWork = z.infer<typeof NewPlannedWork>;
