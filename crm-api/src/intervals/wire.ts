import { EditMethod, EstimateMethod, FLAG_NAMES, RevisionKind, VeeRule, VeeVerdict } from "@nightflow/domain";
import { z } from "zod";
import { Instant, named, Words } from "../http/schema.ts";

const Volume = z.number().nullable().meta({ description: "null where there is no volume." });
const Quality = z.enum(["good", "estimated", "edited", "suspect", "missing", "invalid"]);

/** One interval as read, as validated and as edited, side by side. */
export const IntervalRow = named(
  "IntervalRow",
  z.strictObject({
    startAt: Instant,
    endAt: Instant,
    raw: Volume.meta({ description: "What two readings give by themselves; null where none do." }),
    rawQuality: z.enum(["good", "suspect", "missing"]),
    validated: Volume,
    validatedQuality: Quality,
    method: EstimateMethod.nullable().meta({ description: "How it was estimated; null where it was read." }),
    flags: z.array(z.enum(FLAG_NAMES)),
    editId: z.uuid().nullable().meta({ description: "The edit that stands; null where nobody edited it." }),
    edited: Volume,
    volume: Volume.meta({ description: "What counts: the edit where there is one, else the validated volume." }),
    quality: Quality.meta({ description: "Of `volume`. Only `good` counts as complete." }),
    version: z.int(),
    isOvertaken: z.boolean().meta({ description: "Readings came late after it was edited." }),
    usual: Volume.meta({
      description: "Mean of the same hour on like days of the four weeks before; null without such days.",
    }),
  }),
);

/** What a validation rule found. */
export const VeeNoteRow = named(
  "VeeNoteRow",
  z.strictObject({
    rule: VeeRule,
    verdict: VeeVerdict,
    flag: z.enum(FLAG_NAMES),
    from: Instant,
    to: Instant,
    reason: Words,
  }),
);

/** One version of some intervals: late readings, an edit, or an edit undone. */
export const RevisionRow = named(
  "RevisionRow",
  z.strictObject({
    id: z.uuid(),
    no: z.int(),
    kind: RevisionKind,
    method: z.string(),
    from: Instant,
    to: Instant,
    intervals: z.int(),
    before: Volume.meta({ description: "Sum before." }),
    since: Volume.meta({ description: "Sum since." }),
    readings: z.int().nullable().meta({ description: "How many readings came late." }),
    undoes: z.uuid().nullable(),
    isUndone: z.boolean(),
    reason: z.string(),
    actor: z.string(),
    at: Instant,
  }),
);

/** A meter's intervals over a span. */
export const IntervalList = named(
  "IntervalList",
  z.strictObject({
    meter: z.string(),
    channel: z.string().nullable().meta({ description: "null when the meter has no register." }),
    unit: z.enum(["m3", "Sm3"]).nullable(),
    resolution: z.number().meta({ description: "Size of one count in `unit`: volumes are whole multiples of it." }),
    zone: z.string(),
    periodS: z.int(),
    from: Instant,
    to: Instant,
    completeness: z.number().meta({ description: "Good intervals ÷ all; estimates and edits never count." }),
    version: z.int().meta({ description: "Number of the register's last revision; to be sent with an edit." }),
    rows: z.array(IntervalRow),
    notes: z.array(VeeNoteRow),
    revisions: z.array(RevisionRow).meta({ description: "Those that touch the span, newest first." }),
  }),
);
export type IntervalList = z.infer<typeof IntervalList>;

/** Which span. */
export const IntervalQuery = z.strictObject({
  from: z.coerce.number().int().meta({ description: "Epoch milliseconds." }),
  to: z.coerce.number().int().meta({ description: "Epoch milliseconds, not included." }),
});

const Reason = z
  .string()
  .trim()
  .min(3)
  .max(500)
  .meta({ description: "Why; kept with the version and in the audit trail." });

/** An edit of neighbouring intervals. */
export const EditBody = named(
  "IntervalEdit",
  z.strictObject({
    from: Instant,
    to: Instant,
    method: EditMethod,
    volumes: z
      .array(z.number())
      .max(3000)
      .optional()
      .meta({ description: "For `manual`: one for each interval, in the channel's unit." }),
    total: z
      .number()
      .optional()
      .meta({ description: "What all together come to; by default the validated sum. Shared out to the last count." }),
    reason: Reason,
    version: z.int().min(0).meta({ description: "`version` of the list that it was made from." }),
  }),
);
export type EditBody = z.infer<typeof EditBody>;

/** Why an edit is undone. */
export const UndoBody = named("IntervalUndo", z.strictObject({ reason: Reason }));

/** Path of one edit of a meter. */
export const EditParams = z.strictObject({ id: z.string().min(1).max(64), edit: z.uuid() });
