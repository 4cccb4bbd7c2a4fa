import { type Shift, shiftsOf, shiftText, WEEKDAYS } from "./shifts.ts";
import type { AccountTerms, Thresholds } from "./terms-queries.ts";

/** Thresholds in the order of the form. */
export const THRESHOLD_KEYS = [
  "deviations",
  "aboveHours",
  "belowHours",
  "idleM3h",
  "contractM3h",
  "contractMinutes",
  "contractM3Day",
  "monthBudgetM3",
] as const satisfies readonly (keyof Thresholds)[];
type ThresholdKey = (typeof THRESHOLD_KEYS)[number];

const WHOLE: ReadonlySet<ThresholdKey> = new Set(["aboveHours", "belowHours", "contractMinutes"]);
const RANGES: Readonly<Record<ThresholdKey, readonly [least: number, most: number]>> = {
  deviations: [1.5, 12],
  aboveHours: [1, 168],
  belowHours: [1, 168],
  idleM3h: [0, 1e6],
  contractM3h: [Number.MIN_VALUE, 1e9],
  contractMinutes: [5, 60],
  contractM3Day: [Number.MIN_VALUE, 1e9],
  monthBudgetM3: [Number.MIN_VALUE, 1e9],
};

/** Thresholds and shifts as they are typed. */
export interface TermsDraft {
  readonly thresholds: Readonly<Record<ThresholdKey, string>>;
  /** By weekday, 0 Sunday. */
  readonly shifts: Readonly<Record<number, string>>;
}

/** What holds, ready to be changed. */
export function draftOf({ thresholds, shifts }: Pick<AccountTerms, "thresholds" | "shifts">): TermsDraft {
  const texts = THRESHOLD_KEYS.map((key) => [key, textOf(thresholds[key])] as const);
  return {
    thresholds: Object.fromEntries(texts) as TermsDraft["thresholds"],
    shifts: Object.fromEntries(WEEKDAYS.map((weekday) => [weekday, shiftText(shifts, weekday)])),
  };
}

const textOf = (value: number | null | undefined) => (value === null || value === undefined ? "" : String(value));

/** What a draft says; undefined while something in it cannot be read. An empty field is no threshold of its own. */
export function termsOf(
  draft: TermsDraft,
): { readonly thresholds: Record<ThresholdKey, number | null>; readonly shifts: Shift[] } | undefined {
  const values = THRESHOLD_KEYS.map((key) => [key, thresholdOf(key, draft.thresholds[key])] as const);
  const shifts = shiftsOf(draft.shifts);
  if (shifts === undefined || values.some(([, value]) => value === undefined)) return undefined;
  const thresholds = Object.fromEntries(values) as Record<ThresholdKey, number | null>;
  const { contractM3h, contractM3Day } = thresholds;
  if (contractM3h !== null && contractM3Day !== null && contractM3Day < contractM3h) return undefined;
  return { thresholds, shifts };
}

function thresholdOf(key: ThresholdKey, text: string): number | null | undefined {
  if (text.trim() === "") return null;
  const value = Number(text);
  const [least, most] = RANGES[key];
  if (key === "contractMinutes" && 60 % value !== 0) return undefined;
  if (!Number.isFinite(value) || value < least || value > most) return undefined;
  return WHOLE.has(key) && !Number.isInteger(value) ? undefined : value;
}
