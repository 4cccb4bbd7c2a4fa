import type { Language } from "../words/index.ts";

const STEPS = [
  { unit: "day", ms: 86_400_000 },
  { unit: "hour", ms: 3_600_000 },
  { unit: "minute", ms: 60_000 },
] as const;

/** A span in the largest unit of which it holds at least two, or one: "3 h" is never "180 min". Less than a minute is 0. */
function inLargestUnit(spanMs: number): { readonly count: number; readonly unit: "day" | "hour" | "minute" } {
  const size = Math.abs(spanMs);
  const step = STEPS.find((candidate) => size >= candidate.ms) ?? STEPS[2];
  return { count: Math.floor(size / step.ms), unit: step.unit };
}

const LOCALES: Readonly<Record<Language, string>> = { zh: "zh-CN", en: "en-GB" };

/** How long ago (or in how long) an instant is, in words: "3 hours ago", "in 2 days"; "just now" within a minute. */
export function agoWords(atMs: number, nowMs: number, language: Language): string {
  const { count, unit } = inLargestUnit(nowMs - atMs);
  if (count === 0) return language === "zh" ? "刚刚" : "just now";
  const format = new Intl.RelativeTimeFormat(LOCALES[language], { numeric: "always" });
  return format.format(nowMs >= atMs ? -count : count, unit);
}

/** A span in words: "3 hours", "2 days". */
export function spanWords(spanMs: number, language: Language): string {
  const { count, unit } = inLargestUnit(spanMs);
  return new Intl.NumberFormat(LOCALES[language], { style: "unit", unit, unitDisplay: "long" }).format(count);
}
