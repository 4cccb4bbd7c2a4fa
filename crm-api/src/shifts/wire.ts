import { AlarmPriority, RuleCode, TicketPriority } from "@nightflow/domain";
import { z } from "zod";
import { PageQuery, pageOf } from "../http/paging.ts";
import { Instant, named, QueryFlag, Words } from "../http/schema.ts";

/** What stood open when a shift was handed over, or stands open now. */
export const ShiftFacts = named(
  "ShiftFacts",
  z.strictObject({
    sinceAt: Instant.nullable().meta({ description: "The hand-over before; null when there was none." }),
    newFindings: z.int(),
    endedFindings: z.int(),
    ticketsOpened: z.int(),
    ticketsClosed: z.int(),
    unacknowledged: z.record(AlarmPriority, z.int()),
    shelved: z.int(),
    suppressed: z.int(),
    worst: z
      .array(
        z.strictObject({
          id: z.uuid(),
          rule: RuleCode,
          ruleName: Words,
          subject: z.string(),
          place: z.string(),
          priority: AlarmPriority,
          moneyPerDay: z.number(),
          currency: z.string(),
          owner: z.string().nullable(),
          ticketNo: z.string().nullable(),
          ticketPriority: TicketPriority.nullable(),
        }),
      )
      .meta({ description: "The dearest open findings, at most 10." }),
  }),
);
export type ShiftFacts = z.infer<typeof ShiftFacts>;

/** An entry of the shift log; never changed, only settled. */
export const ShiftEntry = named(
  "ShiftEntry",
  z.strictObject({
    id: z.uuid(),
    kind: z.enum(["note", "hand_over", "accept"]),
    at: Instant,
    author: z.string(),
    text: z.string(),
    anomaly: z.strictObject({ id: z.uuid(), rule: RuleCode, ruleName: Words, subject: z.string() }).nullable(),
    isCarried: z.boolean().meta({ description: "Stands in every hand-over until it is settled." }),
    settledAt: Instant.nullable(),
    settledBy: z.string().nullable(),
    handOverId: z.uuid().nullable().meta({ description: "Of an acceptance: what it accepts." }),
    acceptedBy: z.string().nullable().meta({ description: "Of a hand-over: who took it." }),
    facts: ShiftFacts.nullable(),
  }),
);
export type ShiftEntry = z.infer<typeof ShiftEntry>;

/** A page of the shift log, newest first. */
export const ShiftPage = named("ShiftPage", pageOf(ShiftEntry));

/** Which entries to list. */
export const ShiftQuery = PageQuery.extend({
  carried: QueryFlag.optional().meta({ description: "Only what is still to be settled." }),
  q: z.string().max(100).optional().meta({ description: "Part of the text." }),
});
export type ShiftQuery = z.infer<typeof ShiftQuery>;

const Text = z.string().trim().min(1).max(4000);

/** A note in the log. */
export const NewShiftNote = named(
  "NewShiftNote",
  z.strictObject({ text: Text, anomalyId: z.uuid().optional(), isCarried: z.boolean().default(false) }),
);

/** A shift handed over. */
export const HandOver = named("HandOver", z.strictObject({ text: Text }));

/** A shift taken. */
export const AcceptShift = named("AcceptShift", z.strictObject({ text: z.string().trim().max(4000).default("") }));
