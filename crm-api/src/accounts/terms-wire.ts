import { AccountThresholds, CalendarDayKind, CalendarDays, Shift } from "@nightflow/domain";
import { z } from "zod";
import { Instant, LocalDate, named } from "../http/schema.ts";

const Reason = z.string().trim().min(1).max(500);
const Note = z.string().trim().max(200).default("");

/** Days of a customer's calendar that are not like every week's. */
export const AccountDays = named(
  "AccountDays",
  z.strictObject({
    id: z.uuid(),
    from: LocalDate,
    to: LocalDate.meta({ description: "The last of the days." }),
    kind: CalendarDayKind,
    note: z.string(),
    source: z.enum(["person", "csv", "ics"]),
    by: z.string().nullable(),
    at: Instant,
  }),
);
export type AccountDays = z.infer<typeof AccountDays>;

/** What a key account is judged by, and when it works. */
export const AccountTermsView = named(
  "AccountTerms",
  z.strictObject({
    version: z.int().meta({ description: "0 where nobody has set anything." }),
    thresholds: AccountThresholds,
    rules: z
      .strictObject({ deviations: z.number(), aboveHours: z.number(), belowHours: z.number() })
      .meta({ description: "What the rules are set to; it holds where a threshold is null." }),
    shifts: z.array(Shift),
    days: z.array(AccountDays).meta({ description: "Those that end on or after the day a year ago, by date." }),
    versions: z
      .array(z.strictObject({ version: z.int(), reason: z.string(), by: z.string().nullable(), at: Instant }))
      .meta({ description: "Newest first, at most 20." }),
  }),
);
export type AccountTermsView = z.infer<typeof AccountTermsView>;

/** New thresholds and shifts of an account; both are replaced whole. */
export const AccountTermsBody = z.strictObject({
  thresholds: AccountThresholds,
  shifts: z.array(Shift).max(7 * 12),
  reason: Reason,
  basedOn: z.int().min(0).meta({ description: "The version that was looked at." }),
});
export type AccountTermsBody = z.infer<typeof AccountTermsBody>;

/** New days of a calendar. */
export const AccountDaysBody = z
  .strictObject({ ...CalendarDays.shape, note: Note })
  .refine(({ from, to }) => to >= from, { message: "the last day is not before the first", path: ["to"] });
export type AccountDaysBody = z.infer<typeof AccountDaysBody>;

export const AccountDaysParams = z.strictObject({ id: z.uuid(), dayId: z.uuid() });

/** A calendar as a file. */
export const CalendarImportBody = z.strictObject({
  format: z.enum(["csv", "ics"]),
  text: z.string().min(1).max(200_000),
  isTrial: z.boolean().default(false).meta({ description: "Say what would be done, and do nothing." }),
});
export type CalendarImportBody = z.infer<typeof CalendarImportBody>;

/** What came of a file. */
export const CalendarImport = named(
  "CalendarImport",
  z.strictObject({
    added: z.int(),
    unchanged: z.int(),
    faults: z.array(
      z.strictObject({
        line: z.int(),
        code: z.enum(["date", "order", "kind", "recurring", "overlap", "columns"]),
        text: z.string(),
      }),
    ),
  }),
);
export type CalendarImport = z.infer<typeof CalendarImport>;

/** Which span of an account's bands. */
export const AccountBandsQuery = z.strictObject({
  from: z.coerce.number().int().meta({ description: "Epoch milliseconds." }),
  to: z.coerce.number().int().meta({ description: "Epoch milliseconds, not included; at most 62 days later." }),
});
export type AccountBandsQuery = z.infer<typeof AccountBandsQuery>;

/** What was expected of an account, hour by hour, before each hour was over. */
export const AccountBands = named(
  "AccountBands",
  z.strictObject({
    thresholds: AccountThresholds,
    hours: z.array(
      z.strictObject({
        startAt: Instant,
        plan: z.enum(["usual", "off", "shutdown", "working"]).meta({ description: "What its calendar says." }),
        usual: z.number().nullable().meta({ description: "m³ of the hour; null until four weeks have told." }),
        low: z.number().nullable(),
        high: z.number().nullable().meta({ description: "Outside working time: what is allowed." }),
      }),
    ),
  }),
);
export type AccountBands = z.infer<typeof AccountBands>;
