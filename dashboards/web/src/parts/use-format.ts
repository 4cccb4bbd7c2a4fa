import { formatDateTime, formatNumber, formatShare, NO_VALUE } from "@nightflow/dashboards/reports";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "../api/session.ts";
import type { Language } from "../words/index.ts";
import { flowText, moneyText, volumeText } from "./figures.ts";

/** How the pages write figures: in the reader's language, the utility's zone and currency. */
export interface Format {
  readonly language: Language;
  readonly zone: string;
  readonly currency: string;
  readonly flow: (flowM3h: number | null | undefined, unit?: "m3" | "Sm3") => string;
  readonly volume: (volumeM3: number | null | undefined, unit?: "m3" | "Sm3") => string;
  readonly money: (amount: number | null | undefined) => string;
  readonly share: (share: number | null | undefined, digits?: number) => string;
  readonly number: (value: number | null | undefined, digits?: number) => string;
  readonly dateTime: (atMs: number | null | undefined) => string;
}

/** The figures of the signed-in person's utility. */
export function useFormat(): Format {
  const { zone, currency } = useSession();
  const { i18n } = useTranslation();
  const language = i18n.language === "en" ? "en" : "zh";
  return useMemo(
    () => ({
      language,
      zone,
      currency,
      flow: (flowM3h, unit = "m3") => flowText(flowM3h, unit, language),
      volume: (volumeM3, unit = "m3") => volumeText(volumeM3, unit, language),
      money: (amount) => moneyText(amount, currency, language),
      share: (share, digits = 0) => formatShare(share, language, digits),
      number: (value, digits = 1) => formatNumber(value, language, digits),
      dateTime: (atMs) => (atMs === null || atMs === undefined ? NO_VALUE : formatDateTime(atMs, zone, language)),
    }),
    [language, zone, currency],
  );
}
