import { z } from "zod";
import { decodeVersioned } from "./json.ts";
import { Id } from "./text.ts";

/** How one meter on a bus fares, as its agent sees it. */
export const UnitHealth = z.strictObject({
  meter: Id,
  state: z.enum(["good", "silent", "failing"]),
  lastGoodAt: z.int().nullable(),
  polls: z.int().min(0),
  failures: z.int().min(0),
  lastError: z.string().max(200).nullable(),
});
export type UnitHealth = z.infer<typeof UnitHealth>;

/** How an agent stands with the platform that certifies it. */
export const EnrolmentState = z.enum([
  "joining",
  "joined",
  "held",
  "refused",
  "unreachable",
  "not-yet-valid",
  "expired",
  "revoked",
]);
export type EnrolmentState = z.infer<typeof EnrolmentState>;

/** The same with its reason, and what is known of the certificate. */
export const EnrolmentStanding = z.strictObject({
  state: EnrolmentState,
  reason: z.string().max(500).nullable(),
  expiresAt: z.int().nullable().meta({ description: "End of the certificate in use, epoch milliseconds." }),
  keyFingerprint: z.string().max(64).nullable().meta({ description: "SHA-256 of the public key in use." }),
});
export type EnrolmentStanding = z.infer<typeof EnrolmentStanding>;

/** Retained on `…/status`; the last will carries `state: "offline"` and little else. */
export const AgentStatus = z.strictObject({
  v: z.literal(1),
  state: z.enum(["online", "offline"]),
  at: z.int(),
  bootId: Id.optional(),
  monotonicMs: z.int().min(0).optional().meta({
    description: "The agent's monotonic time; with bootId it orders readings taken before its clock was set.",
    unit: "ms",
  }),
  version: z.string().max(40).optional(),
  startedAt: z.int().optional(),
  outbox: z
    .strictObject({
      records: z.int().min(0),
      bytes: z.int().min(0),
      maxBytes: z.int().min(1),
      oldestReadAt: z.int().nullable(),
      dropped: z
        .int()
        .min(0)
        .meta({ description: "Readings given up under the stated policy since the outbox was made." }),
      taken: z.int().min(0).optional().meta({
        description:
          "Readings made durable since the outbox was made: what the head-end must have seen when it is empty.",
      }),
      alarm: z.boolean().meta({ description: "Fill level is at 80 % or above." }),
    })
    .optional(),
  units: z.array(UnitHealth).max(5000).optional(),
  pollsSkipped: z.int().min(0).optional(),
  enrolment: EnrolmentStanding.optional(),
});
export type AgentStatus = z.infer<typeof AgentStatus>;

/** The status in a payload. @throws {WireError} when it holds none. @throws {WireVersionError} when it is too new. */
export function decodeStatus(payload: Uint8Array | string): AgentStatus {
  return decodeVersioned(payload, { what: "status payload", newest: 1, schema: AgentStatus });
}

/** The payload of a status. */
export function encodeStatus(status: Omit<AgentStatus, "v">): string {
  return JSON.stringify({ v: 1, ...status });
}
