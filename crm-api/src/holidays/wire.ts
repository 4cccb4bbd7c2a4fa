import { z } from "zod";
import { LocalDate, named, Words } from "../http/schema.ts";

const DAY_MS = 86_400_000;
/** A longer feast is a mistake of typing; the registry's files hold the same. */
const MOST_DAYS = 60;

const Name = z.string().trim().min(1).max(500);
const UnitCode = z.string().min(1).max(64);

const days = {
  firstDay: LocalDate,
  lastDay: LocalDate.meta({ description: "At most 60 days after the first." }),
};

/** Days on which people use water and gas otherwise than usual. */
export const Holiday = named(
  "Holiday",
  z.strictObject({
    id: z.string(),
    ...days,
    name: Words,
    unit: UnitCode.meta({ description: "Code of the unit that keeps it; it holds for everything below." }),
    mayEdit: z.boolean().meta({ description: "False where it is kept by a unit above one's own." }),
  }),
);
export type Holiday = z.infer<typeof Holiday>;

/** The holiday that was added, removed or put back. */
export const HolidayKey = named("HolidayKey", z.strictObject({ id: z.string() }));

/** A unit that keeps holidays, or may. */
export const HolidayUnit = named(
  "HolidayUnit",
  z.strictObject({
    code: UnitCode,
    name: Words,
    districts: z.int().meta({ description: "Districts at or below it: their nights are judged by its holidays." }),
    mayEdit: z.boolean(),
  }),
);

export const HolidayQuery = z.strictObject({
  year: z.coerce.number().int().min(2000).max(2200).optional().meta({ description: "Those that touch it; else all." }),
});

export const HolidayList = named(
  "HolidayList",
  z.strictObject({
    items: z.array(Holiday).meta({ description: "By their first day." }),
    years: z.array(z.int()).meta({ description: "Years of which any is known, ascending." }),
    units: z.array(HolidayUnit).meta({ description: "One's own unit, those above and those below, from the top." }),
  }),
);
export type HolidayList = z.infer<typeof HolidayList>;

/** Whether two local dates are a first and a last day of one feast. */
export function isSpan({ firstDay, lastDay }: { readonly firstDay: string; readonly lastDay: string }): boolean {
  const [from, to] = [startOf(firstDay), startOf(lastDay)];
  return from !== null && to !== null && to >= from && (to - from) / DAY_MS < MOST_DAYS;
}

function startOf(date: string): number | null {
  const ms = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date) ? ms : null;
}

/** A new holiday. */
export const HolidayBody = z.strictObject({ ...days, nameZh: Name, nameEn: Name, unit: UnitCode }).refine(isSpan, {
  message: "must be real days, the last not before the first nor 60 days after it",
  path: ["lastDay"],
});
export type HolidayBody = z.infer<typeof HolidayBody>;

/** Holidays as a file. */
export const HolidayImportBody = z.strictObject({
  text: z.string().min(1).max(200_000).meta({ description: "CSV, first_day,last_day,name_zh,name_en[,id,unit]." }),
  unit: UnitCode.meta({ description: "Unit of lines that name none." }),
  isTrial: z.boolean().default(false).meta({ description: "Says what it would do and does nothing." }),
});
export type HolidayImportBody = z.infer<typeof HolidayImportBody>;

export const HolidayImport = named(
  "HolidayImport",
  z.strictObject({
    added: z.int(),
    changed: z.int().meta({ description: "Known by their id, with other days or names." }),
    unchanged: z.int(),
    faults: z.array(
      z.strictObject({
        line: z.int(),
        code: z.enum(["columns", "date", "order", "name", "unit", "overlap", "repeat"]),
        text: z.string(),
      }),
    ),
  }),
);
export type HolidayImport = z.infer<typeof HolidayImport>;
