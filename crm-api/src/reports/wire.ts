import { z } from "zod";
import { PageQuery, pageOf } from "../http/paging.ts";
import { Instant, LocalDate, LocalMonth, named } from "../http/schema.ts";

/** How far a report is. */
export const ReportState = z.enum(["ordered", "running", "done", "failed"]);

/** One report of one account and month. */
export const ReportRun = named(
  "ReportRun",
  z.strictObject({
    id: z.uuid(),
    kind: z.literal("usage_curve"),
    account: z.strictObject({ id: z.uuid(), no: z.string(), customer: z.string() }),
    periodFrom: LocalDate,
    periodTo: LocalDate.meta({ description: "First day after the period." }),
    language: z.enum(["zh", "en"]),
    state: ReportState,
    version: z.int(),
    isRevised: z.boolean().meta({ description: "True when an earlier report of the period was issued." }),
    newerDataAt: Instant.nullable().meta({
      description:
        "Since when readings or edits of its period are known that it was made without; null when there are none.",
    }),
    completeness: z.number().nullable(),
    totalM3: z.number().nullable(),
    dataCutoffAt: Instant.nullable(),
    error: z.string().nullable().meta({ description: "Why it could not be made." }),
    requestedBy: z.string().nullable().meta({ description: "null when the schedule ordered it." }),
    requestedAt: Instant,
    finishedAt: Instant.nullable(),
    htmlUrl: z.string().nullable(),
    csvUrl: z.string().nullable(),
  }),
);
export type ReportRun = z.infer<typeof ReportRun>;

/** A page of reports, newest first. */
export const ReportPage = named("ReportPage", pageOf(ReportRun));

/** Which reports to list. */
export const ReportQuery = PageQuery.extend({
  accountId: z.uuid().optional(),
  state: ReportState.optional(),
});
export type ReportQuery = z.infer<typeof ReportQuery>;

/** Which report to make. */
export const ReportOrder = named(
  "ReportOrder",
  z.strictObject({ accountId: z.uuid(), month: LocalMonth, language: z.enum(["zh", "en"]) }),
);
export type ReportOrder = z.infer<typeof ReportOrder>;
