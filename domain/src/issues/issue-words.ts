import type { z } from "zod";
import { formatWords, givenWords, kindWords, type WordsLanguage } from "./language.ts";
import { nearestName } from "./nearest.ts";

type Issue = z.core.$ZodRawIssue;
type IssueOf<Code extends Issue["code"]> = Extract<Issue, { code: Code }>;
type Sayers = { readonly [Code in Issue["code"]]?: (issue: IssueOf<Code>, language: WordsLanguage) => string };

/** More names than this are not listed. */
const MAX_NAMES = 30;
/** Values of such keys are not repeated: they may be secrets. */
const SECRET = /pass|secret|token|key/i;

const SAYERS: Sayers = {
  invalid_type: (issue, language) => mustBe(kindWords(issue.expected, language), issue, language),
  invalid_value: sayValue,
  too_small: (issue, language) => sayBound(issue, issue.minimum, "least", language),
  too_big: (issue, language) => sayBound(issue, issue.maximum, "most", language),
  not_multiple_of: (issue, language) =>
    mustBe(language === "zh" ? `${issue.divisor} 的倍数` : `a multiple of ${issue.divisor}`, issue, language),
  invalid_format: sayFormat,
  unrecognized_keys: sayKeys,
  invalid_union: sayUnion,
  invalid_key: (issue, language) => {
    const why = issue.issues.map(({ message }) => message).join("; ");
    return language === "zh" ? `这个键名不正确：${why}` : `this key's name is not right: ${why}`;
  },
};

/** Words for what zod finds, that say what is wrong and what to write; for the `error` of a parse. */
export function issueWords(language: WordsLanguage): (issue: Issue) => string | undefined {
  return (issue) => {
    const say = SAYERS[issue.code] as ((issue: Issue, language: WordsLanguage) => string) | undefined;
    return say?.(issue, language);
  };
}

/** "must be a number, and is the text …"; a key that is not there is missing. */
function mustBe(what: string, issue: Issue, language: WordsLanguage): string {
  const isChinese = language === "zh";
  if (issue.input === undefined) return isChinese ? `缺少：应为${what}` : `is missing: it must be ${what}`;
  const given = SECRET.test(String(issue.path?.at(-1) ?? "")) ? "" : givenWords(issue.input, language);
  if (given === "") return isChinese ? `应为${what}` : `must be ${what}`;
  return isChinese ? `应为${what}，现为${given}` : `must be ${what}, and is ${given}`;
}

function sayValue(issue: IssueOf<"invalid_value">, language: WordsLanguage): string {
  const values = issue.values.map(String);
  const words = mustBe(oneOf(values, language), issue, language);
  return `${words}${suggestion(issue.input, values, language)}`;
}

function oneOf(values: readonly string[], language: WordsLanguage): string {
  const more = values.length > MAX_NAMES ? ", …" : "";
  const listed = `${values.slice(0, MAX_NAMES).join(", ")}${more}`;
  if (values.length === 1) return listed;
  return language === "zh" ? `其中之一：${listed}` : `one of ${listed}`;
}

function suggestion(written: unknown, names: readonly string[], language: WordsLanguage): string {
  const nearest = typeof written === "string" ? nearestName(written, names) : undefined;
  if (nearest === undefined) return "";
  return language === "zh" ? `；是否要写 ${nearest}？` : `: did you mean ${nearest}?`;
}

function sayBound(
  issue: IssueOf<"too_small" | "too_big">,
  bound: number | bigint,
  side: "least" | "most",
  language: WordsLanguage,
): string {
  const isChinese = language === "zh";
  const isNumber = ["number", "int", "bigint", "date"].includes(issue.origin);
  const isText = issue.origin === "string";
  if (isNumber) return mustBe(numberBound(bound, side, issue.inclusive !== false, isChinese), issue, language);
  if (side === "least" && Number(bound) === 1) {
    if (isChinese) return isText ? "不能为空" : "至少要有一项";
    return isText ? "must not be empty" : "must have at least one entry";
  }
  const amount = issue.exact === true ? (isChinese ? "恰好" : "exactly") : limitWords(side, isChinese);
  if (isChinese) return `应有${amount} ${bound} ${isText ? "个字符" : "项"}`;
  return `must have ${amount} ${bound} ${isText ? "characters" : "entries"}`;
}

function limitWords(side: "least" | "most", isChinese: boolean): string {
  if (isChinese) return side === "least" ? "至少" : "至多";
  return `at ${side}`;
}

function numberBound(bound: number | bigint, side: "least" | "most", isInclusive: boolean, isChinese: boolean): string {
  if (isInclusive) return isChinese ? `${limitWords(side, true)} ${bound}` : `at ${side} ${bound}`;
  if (isChinese) return side === "least" ? `大于 ${bound}` : `小于 ${bound}`;
  return side === "least" ? `more than ${bound}` : `less than ${bound}`;
}

function sayFormat(issue: IssueOf<"invalid_format">, language: WordsLanguage): string {
  const isChinese = language === "zh";
  const { prefix, suffix, includes, pattern } = issue as {
    [key in "prefix" | "suffix" | "includes" | "pattern"]?: string;
  };
  if (prefix !== undefined)
    return mustBe(isChinese ? `以 ${prefix} 开头的文本` : `a text that begins with ${prefix}`, issue, language);
  if (suffix !== undefined)
    return mustBe(isChinese ? `以 ${suffix} 结尾的文本` : `a text that ends with ${suffix}`, issue, language);
  if (includes !== undefined)
    return mustBe(isChinese ? `含有 ${includes} 的文本` : `a text with ${includes} in it`, issue, language);
  if (issue.format === "regex")
    return mustBe(isChinese ? `符合 ${pattern} 的文本` : `a text of the form ${pattern}`, issue, language);
  return mustBe(formatWords(issue.format, language), issue, language);
}

function sayKeys(issue: IssueOf<"unrecognized_keys">, language: WordsLanguage): string {
  const known = knownKeys(issue.inst);
  return issue.keys
    .map((key) => {
      const nearest = nearestName(key, known);
      if (language === "zh")
        return `未知的键 ${key}${nearest === undefined ? listed("；可用的键", known) : `；是否要写 ${nearest}？`}`;
      return `unknown key ${key}${nearest === undefined ? listed("; known are", known) : `: did you mean ${nearest}?`}`;
    })
    .join("; ");
}

function listed(lead: string, names: readonly string[]): string {
  return names.length === 0
    ? ""
    : `${lead} ${names.slice(0, MAX_NAMES).join(", ")}${names.length > MAX_NAMES ? ", …" : ""}`;
}

function knownKeys(inst: unknown): string[] {
  const shape = (inst as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape;
  return shape === undefined ? [] : Object.keys(shape);
}

/** A union that is told apart by a key, or one whose forms are plain values. Others are taken apart by `faultsOfIssues`. */
function sayUnion(issue: IssueOf<"invalid_union">, language: WordsLanguage): string {
  const { discriminator, options } = issue as { discriminator?: string; options?: readonly unknown[] };
  if (discriminator !== undefined && options !== undefined) {
    const names = options.map(String);
    const given = (issue.input as Record<string, unknown> | null)?.[discriminator];
    return `${mustBe(oneOf(names, language), { ...issue, input: given }, language)}${suggestion(given, names, language)}`;
  }
  const values = issue.errors.flatMap((branch) =>
    branch.flatMap((one) => (one.code === "invalid_value" ? one.values : [])),
  );
  const isPlain = issue.errors.every((branch) => branch.length === 1 && branch[0]?.code === "invalid_value");
  if (isPlain) return mustBe(oneOf(values.map(String), language), issue, language);
  const forms = issue.errors.flatMap(([first]) => first?.message ?? []);
  return forms.join(language === "zh" ? "；或者 " : "; or ");
}
