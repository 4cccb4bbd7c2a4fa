import { z } from "zod";

/** Validation rules (LEAKS 4). The code is stable; names are words for people. */
export const VeeRule = z.enum([
  "time",
  "duplicate",
  "gap",
  "sum",
  "spike",
  "jump",
  "peak_high",
  "over_limit",
  "negative",
  "reverse",
  "rollover",
  "exchange",
  "stuck",
  "constant",
  "usage_high",
  "usage_low",
  "event",
  "estimated_share",
]);
export type VeeRule = z.infer<typeof VeeRule>;

/** What a rule says of what it looked at: `warn` is for a person to see, `fail` makes the value one not to be trusted. */
export const VeeVerdict = z.enum(["warn", "fail"]);
export type VeeVerdict = z.infer<typeof VeeVerdict>;

/** How the volume of an interval was made where no two readings give it. */
export const EstimateMethod = z.enum(["true_zero", "linear", "like_day", "class_profile"]);
export type EstimateMethod = z.infer<typeof EstimateMethod>;

/** How a person makes the volumes of an edit: by hand, or by a method that is counted out for him; `zero` is no flow. */
export const EditMethod = z.enum(["manual", "linear", "like_day", "class_profile", "zero", "missing"]);
export type EditMethod = z.infer<typeof EditMethod>;

/** What makes a new version of intervals. */
export const RevisionKind = z.enum(["late", "edit", "undo"]);
export type RevisionKind = z.infer<typeof RevisionKind>;
