import { MOST_EXAMPLES } from "@nightflow/analytics/pure";
import { OutcomeCode, RuleCode, SubjectKind } from "@nightflow/domain";
import { z } from "zod";
import { Instant, named, Words } from "../http/schema.ts";

const Parameters = z.record(z.string(), z.number());
const Reason = z.string().trim().min(3).max(500);

/** Share of confirmed findings among judged ones. */
export const RulePrecision = named(
  "RulePrecision",
  z.strictObject({
    judged: z.int(),
    confirmed: z.int(),
    share: z.number().nullable(),
    low: z.number().nullable().meta({ description: "Wilson's 90 % interval; null while nothing was judged." }),
    high: z.number().nullable(),
  }),
);

/** A parameter of a rule. */
export const RuleParameter = named(
  "RuleParameter",
  z.strictObject({
    name: z.string(),
    value: z.number().meta({ description: "What holds now." }),
    default: z.number(),
    least: z.number(),
    most: z.number(),
    isWhole: z.boolean(),
    unit: z.string(),
    meaning: Words,
  }),
);

/** A rule, how often it was right, and what it is judged by. */
export const RuleRow = named(
  "RuleRow",
  z.strictObject({
    code: RuleCode,
    name: Words,
    subject: SubjectKind,
    finds: Words,
    nullCase: Words,
    source: z.string(),
    version: z.int().meta({ description: "0 while it has its defaults." }),
    parameters: z.array(RuleParameter),
    precision: RulePrecision,
    classes: z.array(z.strictObject({ class: z.string(), precision: RulePrecision })).meta({
      description: "By the class of the meter's account, where there is more than one.",
    }),
    findings: z.int().meta({ description: "Findings that became known in these days." }),
    perThousandMonths: z.number().nullable().meta({
      description: "Findings per 1,000 meters (districts) and month of 30 days; null without any.",
    }),
  }),
);
export type RuleRow = z.infer<typeof RuleRow>;

/** All rules. */
export const RuleList = named("RuleList", z.strictObject({ days: z.int(), items: z.array(RuleRow) }));

/** A setting that holds or held. */
export const RuleVersion = named(
  "RuleVersion",
  z.strictObject({
    version: z.int(),
    parameters: Parameters,
    reason: z.string(),
    restores: z.int().nullable(),
    by: z.string().nullable(),
    at: Instant,
  }),
);
export const RuleVersions = named("RuleVersions", z.strictObject({ items: z.array(RuleVersion) }));

/** A finding of a rule that people have judged: what its measured precision is made of. */
export const RuleOutcome = named(
  "RuleOutcome",
  z.strictObject({
    anomalyId: z.uuid(),
    subjectKind: SubjectKind,
    subject: z.string(),
    label: z.string().meta({ description: "The account's number where it is about an account, else the subject." }),
    class: z.string().nullable(),
    startAt: Instant,
    closedAt: Instant.nullable(),
    outcome: OutcomeCode,
    isConfirmed: z.boolean().nullable().meta({ description: "null: it says nothing of the rule and does not count." }),
    confirmedCause: z.string().nullable(),
    ticketId: z.uuid().nullable(),
    ticketNo: z.string().nullable(),
  }),
);
export type RuleOutcome = z.infer<typeof RuleOutcome>;
export const RuleOutcomes = named(
  "RuleOutcomes",
  z.strictObject({
    days: z.int(),
    total: z.int(),
    items: z.array(RuleOutcome).meta({ description: "Newest first, at most 200." }),
  }),
);

export const RuleParams = z.strictObject({ code: RuleCode });

/** New parameters of a rule; those left out get their default. */
export const RuleSettingBody = named(
  "RuleSettingBody",
  z.strictObject({
    parameters: Parameters,
    reason: Reason,
    basedOn: z.int().min(0).meta({ description: "The version that was seen; refused when another holds by now." }),
  }),
);
export type RuleSettingBody = z.infer<typeof RuleSettingBody>;

/** An earlier version put back; 0 for the defaults. */
export const RuleRestoreBody = named(
  "RuleRestoreBody",
  z.strictObject({ version: z.int().min(0), reason: Reason, basedOn: z.int().min(0) }),
);
export type RuleRestoreBody = z.infer<typeof RuleRestoreBody>;

/** What to try, and over which time: from <= time < to, at most a year. */
export const RulePreviewBody = named(
  "RulePreviewBody",
  z.strictObject({
    parameters: Parameters,
    from: Instant,
    to: Instant,
    dma: z.string().min(1).max(64).nullable().default(null),
  }),
);
export type RulePreviewBody = z.infer<typeof RulePreviewBody>;

const Pair = z.strictObject({ old: z.number(), new: z.number() });
const Hits = z.strictObject({ old: z.int(), new: z.int(), of: z.int() });

const Example = z.strictObject({
  change: z.enum(["added", "gone", "kept"]),
  rule: RuleCode,
  subjectKind: SubjectKind,
  subject: z.string(),
  dma: z.string().nullable(),
  startMs: Instant,
  knownAtMs: Instant,
  clearedAtMs: Instant.nullable(),
  moneyPerDay: z.number(),
  currency: z.string(),
  reason: Words,
});

const Outcome = z.strictObject({
  anomalyId: z.uuid(),
  rule: RuleCode,
  subject: z.string(),
  startMs: Instant,
  outcome: OutcomeCode,
  isConfirmed: z.boolean().nullable(),
  isHitOld: z.boolean(),
  isHitNew: z.boolean(),
});

/** What a preview has shown; `old` is what holds now, `new` what is tried. */
export const RulePreviewResult = named(
  "RulePreviewResult",
  z.strictObject({
    findings: Pair,
    added: z.int(),
    gone: z.int(),
    perThousandMonths: Pair,
    perWeek: z.array(Pair.extend({ fromMs: Instant })),
    perDistrict: z.array(Pair.extend({ dma: z.string().nullable() })),
    examples: z.array(Example).max(MOST_EXAMPLES),
    outcomes: z.array(Outcome),
    confirmed: Hits,
    falseAlarms: Hits,
    subjects: z.int(),
    ofSubjects: z.int(),
    whyFewer: z.enum(["sampled", "time"]).nullable(),
    tooLarge: z.array(z.string()),
    readings: z.int(),
    learnsFromMs: Instant,
    tookMs: z.int(),
  }),
);

/** A preview: how far it is, and what it has shown when it is done. */
export const RulePreview = named(
  "RulePreview",
  z.strictObject({
    id: z.uuid(),
    rule: RuleCode,
    parameters: Parameters,
    from: Instant,
    to: Instant,
    dma: z.string().nullable(),
    state: z.enum(["waiting", "running", "done", "failed", "cancelled"]),
    progress: z.number().nullable().meta({ description: "0 to 1." }),
    error: z.string().nullable(),
    result: RulePreviewResult.nullable(),
    askedAt: Instant,
    finishedAt: Instant.nullable(),
  }),
);
export type RulePreview = z.infer<typeof RulePreview>;
