/** Chances of 1 in 10 to 1 in a million, by their power of ten. */
const ODDS = [
  { zh: "约十分之一", en: "about 1 in 10" },
  { zh: "约百分之一", en: "about 1 in 100" },
  { zh: "约千分之一", en: "about 1 in 1,000" },
  { zh: "约万分之一", en: "about 1 in 10,000" },
  { zh: "约十万分之一", en: "about 1 in 100,000" },
  { zh: "约百万分之一", en: "about 1 in a million" },
] as const;

/**
 * A chance in words: nothing more exact than a meter's few hundred days can tell, so nothing rarer than "less than 1 in a million".
 *
 * Unit: nats, −ln of the chance.
 */
export function oddsWords(nats: number): { readonly zh: string; readonly en: string } {
  const power = Math.round(nats / Math.LN10);
  if (power < 1) return { zh: "四分之一以上", en: "more than 1 in 4" };
  return ODDS[power - 1] ?? { zh: "不到百万分之一", en: "less than 1 in a million" };
}
