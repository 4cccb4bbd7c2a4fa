import type { RuleCode, SubjectKind } from "@nightflow/domain";
import type { RuleTuning, TunedRule } from "../tuning.ts";

/** Words in both languages. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** What may be turned about a parameter, and what it means. */
export interface ParameterSpec {
  /** Unit as people read it; empty for plain factors. */
  readonly unit: string;
  readonly least: number;
  readonly most: number;
  /** Whether only whole numbers are meant. */
  readonly isWhole?: boolean;
  readonly meaning: Words;
}

/** A rule as people see it. `default` of a parameter is what the detector itself holds (DEFAULT_TUNING). */
export interface RuleEntry {
  readonly code: RuleCode;
  readonly name: Words;
  readonly subject: SubjectKind;
  readonly finds: Words;
  /** When it says nothing. */
  readonly nullCase: Words;
  readonly source: string;
  /** Empty for rules that cannot be tuned here. */
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
}

/** What each parameter of a rule is. */
export type SpecsOf<Code extends TunedRule> = { readonly [Name in keyof RuleTuning[Code]]: ParameterSpec };
/** A rule without its code and parameters. */
export type Entry = Omit<RuleEntry, "code" | "parameters">;

/** Why a new meter raises nothing. */
export const FIRST_14_DAYS: Words = {
  zh: "安装后前 14 天只学习，不判定",
  en: "the first 14 days of a meter only teach",
};

/** A plain factor. */
export const factor = (zh: string, en: string, least = 1, most = 5): ParameterSpec => ({
  unit: "×",
  least,
  most,
  meaning: { zh, en },
});
/** A share of something. */
export const share = (zh: string, en: string, least: number, most: number): ParameterSpec => ({
  unit: "",
  least,
  most,
  meaning: { zh, en },
});
/** A whole number of something. */
export const counted = (unit: string, least: number, most: number, zh: string, en: string): ParameterSpec => ({
  unit,
  least,
  most,
  isWhole: true,
  meaning: { zh, en },
});
/** An amount of a unit. */
export const amount = (unit: string, least: number, most: number, zh: string, en: string): ParameterSpec => ({
  unit,
  least,
  most,
  meaning: { zh, en },
});

/** Some tuned rules as people see them. */
export type TunedEntries<Code extends TunedRule> = {
  readonly [Each in Code]: Entry & { readonly parameters: SpecsOf<Each> };
};
