import { z } from "zod";

/** Role templates of this version (DOMAIN 3.14 names more; they come with rights of their own). */
export const Role = z.enum(["admin", "collector", "control", "manager", "desk", "auditor"]);
export type Role = z.infer<typeof Role>;

/** Kinds of organisational units; a `company` carries zone, currency and tariffs. */
export const UnitKind = z.enum(["group", "company", "branch", "region", "station", "crew"]);
export type UnitKind = z.infer<typeof UnitKind>;

/** Kinds of live events (SSE). */
export const LiveEventKind = z.enum(["anomaly", "ticket", "report", "collection"]);
export type LiveEventKind = z.infer<typeof LiveEventKind>;

/** One live event; `no` is its number in PostgreSQL and the SSE id. */
export const LiveEvent = z.strictObject({ id: z.int(), kind: LiveEventKind, subject: z.string(), at: z.int() });
export type LiveEvent = z.infer<typeof LiveEvent>;

/** What every API error looks like. */
export const ApiError = z.strictObject({
  code: z.string(),
  message: z.string(),
  details: z.unknown(),
  remedy: z.string().nullable(),
});
export type ApiError = z.infer<typeof ApiError>;
