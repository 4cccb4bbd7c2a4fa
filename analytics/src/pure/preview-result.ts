import type { OutcomeCode, RuleCode } from "@nightflow/domain";
import type { ParameterValues, TunedRule } from "./tuning.ts";

/** Queue of previews. */
export const RULE_PREVIEW_QUEUE = "rule-preview";
/** At most so many examples come back. */
export const MOST_EXAMPLES = 50;

/** A rule to be run with other parameters over what is stored. */
export interface PreviewRequest {
  readonly rule: TunedRule;
  /** All parameters: those that hold now, and those to be tried. */
  readonly old: ParameterValues;
  readonly new: ParameterValues;
  readonly fromMs: number;
  readonly toMs: number;
  /** The district whose subjects are looked at; null for all. */
  readonly dma: string | null;
}

/** A count with the parameters of now and with those tried. */
export interface Pair {
  readonly old: number;
  readonly new: number;
}

/** A finding that the tried parameters add, take away or keep. */
export interface PreviewExample {
  readonly change: "added" | "gone" | "kept";
  readonly rule: RuleCode;
  readonly subjectKind: string;
  readonly subject: string;
  readonly dma: string | null;
  readonly startMs: number;
  readonly knownAtMs: number;
  readonly clearedAtMs: number | null;
  readonly moneyPerDay: number;
  readonly currency: string;
  readonly reason: { readonly zh: string; readonly en: string };
}

/** A finding that people have judged, and whether either set of parameters finds it. */
export interface PreviewOutcome {
  readonly anomalyId: string;
  readonly rule: RuleCode;
  readonly subject: string;
  readonly startMs: number;
  readonly outcome: OutcomeCode;
  /** Null where nobody knows. */
  readonly isConfirmed: boolean | null;
  readonly isHitOld: boolean;
  readonly isHitNew: boolean;
}

/** What a preview has shown. */
export interface PreviewResult {
  /** Findings that became known in the period. */
  readonly findings: Pair;
  readonly added: number;
  readonly gone: number;
  /** Findings per 1,000 subjects and month of 30 days. */
  readonly perThousandMonths: Pair;
  readonly perWeek: readonly (Pair & { readonly fromMs: number })[];
  readonly perDistrict: readonly (Pair & { readonly dma: string | null })[];
  readonly examples: readonly PreviewExample[];
  readonly outcomes: readonly PreviewOutcome[];
  readonly confirmed: Pair & { readonly of: number };
  readonly falseAlarms: Pair & { readonly of: number };
  /** Subjects that were run, of those in scope; fewer when they were sampled or time ran out. */
  readonly subjects: number;
  readonly ofSubjects: number;
  readonly whyFewer: "sampled" | "time" | null;
  /** Districts that hold more readings than a preview may load. */
  readonly tooLarge: readonly string[];
  readonly readings: number;
  /** From here on history taught the rule. */
  readonly learnsFromMs: number;
  readonly tookMs: number;
}
