import { z } from "zod";
import { decodeCursor, PageQuery, pageOf } from "../http/paging.ts";
import { BadRequestProblem } from "../http/problems.ts";
import { Instant, named } from "../http/schema.ts";

/** How a job stands. */
export const JobStandingName = z.enum(["waiting", "running", "done", "dead", "cancelled"]);

/** One job. */
export const JobRow = named(
  "JobRow",
  z.strictObject({
    id: z.uuid(),
    queue: z.string(),
    payload: z.unknown(),
    state: JobStandingName,
    attempts: z.int().meta({ description: "Tries begun so far." }),
    maxAttempts: z.int(),
    runAt: Instant.meta({ description: "Next try of a waiting job. Real time, as of all times of jobs." }),
    progress: z.number().nullable().meta({ description: "0 to 1; null where the job does not tell." }),
    lastError: z.string().nullable().meta({ description: "Of a cancelled job: who cancelled it and why." }),
    createdAt: Instant,
    finishedAt: Instant.nullable(),
    schedule: z.string().nullable().meta({ description: "Key of the schedule that asked for it." }),
    fireAt: Instant.nullable().meta({ description: "The schedule's instant, of the business clock." }),
  }),
);
export type JobRow = z.infer<typeof JobRow>;

/** Jobs, those asked for last first. */
export const JobPage = named("JobList", pageOf(JobRow));

const Which = {
  queue: z.string().max(64).optional(),
  error: z.string().max(200).optional().meta({ description: "A part of the last error." }),
};

/** Which jobs to list. */
export const JobQuery = PageQuery.extend({
  ...Which,
  state: z.union([JobStandingName, z.literal("all")]).default("dead"),
});
export type JobQuery = z.infer<typeof JobQuery>;

/** How many jobs a filter finds. */
export const JobCountQuery = JobQuery.pick({ state: true, queue: true, error: true });
export const JobCount = named("JobCount", z.strictObject({ count: z.int() }));

/** Jobs by queue. */
export const QueueList = named(
  "JobQueues",
  z.strictObject({
    items: z.array(
      z.strictObject({
        queue: z.string(),
        waiting: z.int(),
        running: z.int(),
        dead: z.int(),
        oldestDueS: z.number().meta({ description: "How long the oldest job that is due has waited.", unit: "s" }),
      }),
    ),
  }),
);

/** Work by the calendar. */
export const ScheduleList = named(
  "JobSchedules",
  z.strictObject({
    items: z.array(
      z.strictObject({
        queue: z.string(),
        key: z.string(),
        cron: z.string(),
        timeZone: z.string(),
        missed: z.enum(["latest", "each"]).meta({ description: "What becomes of instants that passed meanwhile." }),
        nextFireAt: Instant.nullable().meta({ description: "Of the business clock, as `lastFireAt`." }),
        lastFireAt: Instant.nullable(),
        fault: z.string().nullable().meta({ description: "Why it no longer fires." }),
      }),
    ),
  }),
);

const Reason = z.string().trim().min(3).max(500).meta({ description: "Why; kept in the audit trail." });

const Ids = z.array(z.uuid()).min(1).max(1000).optional();
const isOneOf = (body: { ids?: unknown; filter?: unknown }) => (body.ids === undefined) !== (body.filter === undefined);
const ONE_OF = { error: "say which jobs: either ids or filter" };

/** Waiting jobs to cancel: those named, or all that a filter finds now. */
export const CancelBody = z
  .strictObject({ ids: Ids, filter: z.strictObject(Which).optional(), reason: Reason })
  .refine(isOneOf, ONE_OF);
export type CancelBody = z.infer<typeof CancelBody>;

const Ended = z.strictObject({ ...Which, state: z.enum(["dead", "cancelled"]).default("dead") });

/** Dead or cancelled jobs to try again: those named, or all that a filter finds now. */
export const RetryBody = z.strictObject({ ids: Ids, filter: Ended.optional(), reason: Reason }).refine(isOneOf, ONE_OF);
export type RetryBody = z.infer<typeof RetryBody>;

/** The id in a cursor of the list. @throws {BadRequestProblem} */
export function idOfCursor(cursor: string): string {
  const { success, data } = z.uuid().safeParse(decodeCursor(cursor)[0]);
  if (!success) throw new BadRequestProblem("the cursor is not one that this list gave");
  return data;
}
