import { Role } from "@nightflow/domain";
import { z } from "zod";
import { PageQuery, pageOf } from "../http/paging.ts";
import { Instant, named } from "../http/schema.ts";

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
