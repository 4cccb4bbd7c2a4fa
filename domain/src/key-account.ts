import { z } from "zod";

/** A local date, `2026-10-31`. */
const CalendarDate = z.iso.date("must be a date such as 2026-10-31");

/** A span in which a customer works on one day of every week, minutes since local midnight; over midnight it is two spans. */
export const Shift = z
  .strictObject({
    weekday: z.int().min(0).max(6).meta({ description: "0 Sunday to 6 Saturday." }),
    fromMinute: z.int().min(0).max(1439),
    toMinute: z.int().min(1).max(1440),
  })
  .refine(({ fromMinute, toMinute }) => toMinute > fromMinute, {
    message: "a shift ends after it begins; over midnight it is two shifts",
    path: ["toMinute"],
  });
export type Shift = z.infer<typeof Shift>;

/** What a customer's calendar says of a day: nobody works, or people work although they usually do not. */
export const CalendarDayKind = z.enum(["shutdown", "working"]);
export type CalendarDayKind = z.infer<typeof CalendarDayKind>;

/** Days of a customer's calendar that are not like every week's, both ends included. */
export const CalendarDays = z
  .strictObject({ from: CalendarDate, to: CalendarDate, kind: CalendarDayKind })
  .refine(({ from, to }) => to >= from, { message: "the last day is not before the first", path: ["to"] });
export type CalendarDays = z.infer<typeof CalendarDays>;

const hours = (text: string) =>
  z
    .int()
    .min(1)
    .max(168)
    .nullable()
    .default(null)
    .meta({ description: `${text}; null: as the rule is set.`, unit: "h" });
const volume = (text: string, unit: string) =>
  z
    .number()
    .positive()
    .max(1e9)
    .nullable()
    .default(null)
    .meta({ description: `${text}; null: none.`, unit });

/** What one key account is judged by instead of what the rules are set to. */
export const AccountThresholds = z
  .strictObject({
    deviations: z
      .number()
      .min(1.5)
      .max(12)
      .nullable()
      .default(null)
      .meta({ description: "Width of the band in robust deviations; null: as the rules are set.", unit: "σ" }),
    aboveHours: hours("Hours in a row above the band that are a finding"),
    belowHours: hours("Hours in a row far below the band that are a finding"),
    idleM3h: z
      .number()
      .min(0)
      .max(1e6)
      .nullable()
      .default(null)
      .meta({ description: "Flow that is allowed while nobody works; null: learnt.", unit: "m³/h" }),
    contractM3h: volume("Most that the contract allows in an hour", "m³/h"),
    contractMinutes: z
      .int()
      .min(5)
      .max(60)
      .refine((minutes) => 60 % minutes === 0, { message: "must be a part of an hour: 5, 6, 10, 12, 15, 20, 30 or 60" })
      .nullable()
      .default(null)
      .meta({
        description:
          "Time that the contract's hourly maximum is measured over; null: 15 where every meter is read so often, else 60.",
        unit: "min",
      }),
    contractM3Day: volume("Most that the contract allows in a day", "m³"),
    monthBudgetM3: volume("Volume that a month is meant to take", "m³"),
  })
  .refine((t) => t.contractM3h === null || t.contractM3Day === null || t.contractM3Day >= t.contractM3h, {
    message: "a day may take no less than an hour",
    path: ["contractM3Day"],
  });
export type AccountThresholds = z.infer<typeof AccountThresholds>;

/** No thresholds of its own. */
export const DEFAULT_THRESHOLDS: AccountThresholds = AccountThresholds.parse({});

/** What is agreed with a key account, and when it works. */
export interface AccountTerms {
  readonly thresholds: AccountThresholds;
  /** Empty where nobody has said when people work. */
  readonly shifts: readonly Shift[];
  readonly days: readonly CalendarDays[];
}

/** Shifts that overlap, as pairs of their places in the list; empty when none do. */
export function overlappingShifts(shifts: readonly Shift[]): (readonly [number, number])[] {
  return shifts.flatMap((a, i) =>
    shifts.slice(i + 1).flatMap((b, j) => {
      const meet = a.weekday === b.weekday && a.fromMinute < b.toMinute && b.fromMinute < a.toMinute;
      return meet ? [[i, i + 1 + j] as const] : [];
    }),
  );
}
