import { WORDS, type WordKey } from "./words.ts";

/** ok: nothing to do; warn: works, and should be mended; fail: does not work, or readings are in danger. */
export type FindingLevel = "ok" | "warn" | "fail";

/** What a check has found, before it is put into words. */
export interface Finding {
  readonly level: FindingLevel;
  readonly code: WordKey;
  readonly params: Readonly<Record<string, string | number>>;
}

/** A finding in words. */
export interface DoctorLine {
  readonly level: FindingLevel;
  /** Stable; branch on it. Its first part is the area: `ports`, `disk`, `tls`, … */
  readonly code: WordKey;
  readonly text: string;
  /** What to do; null where nothing is. */
  readonly fix: string | null;
}

export type Language = "zh" | "en";

/** One finding. */
export function found(level: FindingLevel, code: WordKey, params: Finding["params"] = {}): Finding {
  return { level, code, params };
}

/** The finding in the words of a language. */
export function inWords({ level, code, params }: Finding, language: Language): DoctorLine {
  const words = WORDS[code];
  const fill = (text: string) => text.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => String(params[name] ?? "?"));
  const fix = "fix" in words ? words.fix : undefined;
  return {
    level,
    code,
    text: fill(words[language]),
    fix: fix === undefined || level === "ok" ? null : fill(fix[language]),
  };
}
