import { formatNumber, NO_VALUE, unitWords } from "@nightflow/dashboards/reports";
import type { Language } from "../words/index.ts";

const LOCALES: Readonly<Record<Language, string>> = { zh: "zh-CN", en: "en-GB" };

/** Decimals that leave about three figures: 0.042, 4.2, 42.1, 421. */
export function digitsFor(value: number): number {
  const size = Math.abs(value);
  if (size >= 100) return 0;
  if (size >= 1) return 1;
  return 3;
}

/** A flow with its unit, "12.4 m³/h"; a dash when there is none. */
export function flowText(flowM3h: number | null | undefined, unit: "m3" | "Sm3", language: Language): string {
  if (flowM3h === null || flowM3h === undefined) return NO_VALUE;
  return `${formatNumber(flowM3h, language, digitsFor(flowM3h))} ${unitWords(unit).flow}`;
}

/** A volume with its unit, "1,204 m³"; a dash when there is none. */
export function volumeText(volumeM3: number | null | undefined, unit: "m3" | "Sm3", language: Language): string {
  if (volumeM3 === null || volumeM3 === undefined) return NO_VALUE;
  return `${formatNumber(volumeM3, language, digitsFor(volumeM3))} ${unitWords(unit).volume}`;
}

/** Money with its currency, whole from ten upwards: nobody reads the cents of a leak. */
export function moneyText(amount: number | null | undefined, currency: string, language: Language): string {
  if (amount === null || amount === undefined || !Number.isFinite(amount)) return NO_VALUE;
  const digits = Math.abs(amount) >= 10 ? 0 : 2;
  const options = { style: "currency", currency, currencyDisplay: "narrowSymbol" } as const;
  return new Intl.NumberFormat(LOCALES[language], {
    ...options,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount);
}
