import { z } from "zod";
import { Instant, named, Words } from "../http/schema.ts";

/** Something that happened, at the instant at which it was known. */
export const Happening = named(
  "Happening",
  z.strictObject({
    at: Instant,
    kind: z.enum(["night", "found", "ended", "action", "ticket", "note"]),
    what: z.string().meta({
      description:
        "Of `found` and `ended` the rule; of `action` the audit's; of `ticket` the state it went to or `note`.",
    }),
    text: Words.meta({ description: "The rule's name, the reason or the note that was given; empty where none." }),
    who: z.string().nullable(),
    subject: z.string(),
    anomalyId: z.uuid().nullable(),
    valueM3h: z.number().nullable().meta({ description: "Of a night its least flow, of a finding its rate." }),
    limitM3h: z.number().nullable().meta({ description: "Of a night the upper end of what was expected." }),
  }),
);
export type Happening = z.infer<typeof Happening>;

/** What was known when, over a span. */
export const Replay = named(
  "Replay",
  z.strictObject({
    from: Instant,
    to: Instant,
    zone: z.string(),
    unit: z.enum(["m3", "Sm3"]).nullable(),
    stepMs: z.int(),
    startAt: z.array(Instant),
    flowM3h: z.array(z.number().nullable()).meta({ description: "null where a meter has no volume." }),
    quality: z.array(z.enum(["good", "estimated", "suspect", "missing"])),
    happenings: z.array(Happening).meta({ description: "Ascending; 500 at most, the first ones." }),
  }),
);
export type Replay = z.infer<typeof Replay>;

/** Which hours to replay. */
export const ReplayQuery = z.strictObject({
  from: z.coerce.number().int().optional().meta({ description: "Epoch milliseconds." }),
  to: z.coerce.number().int().optional().meta({ description: "Epoch milliseconds, not included." }),
});
export type ReplayQuery = z.infer<typeof ReplayQuery>;
