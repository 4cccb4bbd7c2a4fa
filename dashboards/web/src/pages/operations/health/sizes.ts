import { formatNumber, NO_VALUE } from "@nightflow/dashboards/reports";
import { digitsFor } from "../../../parts/figures.ts";
import type { Language } from "../../../words/index.ts";

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** A size in the unit that leaves about three figures, "1.2 GB"; a dash when there is none. */
export function bytesText(bytes: number | null | undefined, language: Language): string {
  if (bytes === null || bytes === undefined) return NO_VALUE;
  const step = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${formatNumber(value, language, step === 0 ? 0 : digitsFor(value))} ${UNITS[step]}`;
}

/** A duration of machines, "3.4 ms", "12 s", "3.2 min"; a dash when there is none. */
export function msText(ms: number | null | undefined, language: Language): string {
  if (ms === null || ms === undefined) return NO_VALUE;
  const [value, unit] = ms < 1000 ? [ms, "ms"] : ms < 120_000 ? [ms / 1000, "s"] : [ms / 60_000, "min"];
  return `${formatNumber(value, language, value >= 10 || value === 0 ? 0 : 1)} ${unit}`;
}
