import { Role } from "@nightflow/domain";
import { z } from "zod";
import { PageQuery, pageOf } from "../http/paging.ts";
import { Instant, named } from "../http/schema.ts";

/** How far a job is. */
export const JobState = z.enum(["waiting", "running", "done", "dead"]);

/** One job. */
export const JobRow = named(
  "JobRow",
  z.strictObject({
    id: z.uuid(),
    queue: z.string(),
    payload: z.unknown(),
    state: JobState,
    attempts: z.int(),
    maxAttempts: z.int(),
    runAt: Instant.meta({ description: "Real time, as of all times of jobs." }),
    progress: z.number().nullable(),
    lastError: z.string().nullable(),
    createdAt: Instant,
    finishedAt: Instant.nullable(),
  }),
);

/** Jobs, newest first. */
export const JobList = named("JobList", z.strictObject({ items: z.array(JobRow) }));

/** Which jobs to list. */
export const JobQuery = z.strictObject({
  state: JobState.default("dead"),
  queue: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

/** One person who may be given tickets. */
export const UserRow = named(
  "UserRow",
  z.strictObject({ id: z.uuid(), login: z.string(), displayName: z.string(), role: Role, unitPath: z.string() }),
);

/** People, by name. */
export const UserList = named("UserList", z.strictObject({ items: z.array(UserRow) }));

/** One entry of the audit trail. */
export const AuditRow = named(
  "AuditRow",
  z.strictObject({
    no: z.int(),
    at: Instant,
    actor: z.string(),
    action: z.string(),
    subjectKind: z.string(),
    subject: z.string(),
    before: z.unknown(),
    after: z.unknown(),
    reason: z.string().nullable(),
    remoteAddress: z.string().nullable(),
  }),
);

/** A page of the audit trail, newest first. */
export const AuditPage = named("AuditPage", pageOf(AuditRow));

/** Which entries to list. */
export const AuditQuery = PageQuery.extend({
  subject: z.string().max(64).optional(),
  action: z.string().max(64).optional(),
  actor: z.string().max(64).optional(),
});
export type AuditQuery = z.infer<typeof AuditQuery>;

/** Whether the API and its stores are well. */
export const Health = named(
  "Health",
  z.strictObject({
    state: z.enum(["good", "degraded"]),
    database: z.enum(["good", "away"]),
    readings: z.enum(["good", "away"]),
  }),
);
