import { z } from "zod";
import { ConfigResult } from "./config-result.ts";
import { decodeVersioned } from "./json.ts";
import { OpcUaStanding } from "./opcua-standing.ts";
import { Id } from "./text.ts";
import { ClockStanding } from "./time.ts";

/** How one meter on a bus fares, as its agent sees it. */
export const UnitHealth = z.strictObject({
  meter: Id,
  state: z.enum(["good", "silent", "failing"]),
  lastGoodAt: z.int().nullable(),
  polls: z.int().min(0),
  failures: z.int().min(0),
  lastError: z.string().max(200).nullable(),
  timeouts: z.int().min(0).optional().meta({ description: "Requests that went unanswered since the start." }),
  exceptions: z.int().min(0).optional().meta({ description: "Requests that the meter refused since the start." }),
  successRatio: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .meta({ description: "Share of the last polls, 100 at most, in which every register was read." }),
  latencyMs: z
    .number()
    .min(0)
    .nullable()
    .optional()
    .meta({ description: "Half of the last answers, 64 at most, came within this time.", unit: "ms" }),
  latencyMaxMs: z
    .number()
    .min(0)
    .nullable()
    .optional()
    .meta({ description: "The slowest of the last answers.", unit: "ms" }),
  tooShort: z
    .boolean()
    .optional()
    .meta({ description: "Polls are left out because the bus cannot keep this unit's period." }),
});
export type UnitHealth = z.infer<typeof UnitHealth>;

/** How a line to meters fares, as its agent sees it. */
export const LineHealth = z.strictObject({
  isOpen: z.boolean(),
  fault: z.string().max(300).nullable().meta({ description: "Why the line is not open, and what to do." }),
  load: z.number().min(0).max(1).meta({ description: "Share of the last minute in which the line was in use." }),
  requests: z.int().min(0),
  timeouts: z.int().min(0),
  exceptions: z.int().min(0),
  strays: z.int().min(0).meta({ description: "Answers that were late, damaged or of another unit, and were dropped." }),
  strangers: z
    .array(z.strictObject({ name: z.string().max(64), times: z.int().min(1), lastAt: z.int() }))
    .max(20)
    .optional()
    .meta({
      description: "Meters heard on the line that no unit is, the latest first: a mistyped number, or a neighbour's.",
    }),
});
export type LineHealth = z.infer<typeof LineHealth>;

/** How one bus of an agent fares. `waiting`: nothing of it was asked yet. */
export const BusHealth = z.strictObject({
  bus: Id,
  kind: Id,
  state: z.enum(["good", "partly", "silent", "waiting"]),
  units: z.int().min(0).meta({ description: "Meters on it." }),
  good: z.int().min(0).meta({ description: "Meters that answer." }),
  lastGoodAt: z.int().nullable(),
  polls: z.int().min(0),
  failures: z.int().min(0),
  pollsSkipped: z.int().min(0),
  successRatio: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .meta({ description: "Share of the last polls of its meters, 100 of each at most, in which all was read." }),
  latencyMs: z
    .number()
    .min(0)
    .nullable()
    .optional()
    .meta({ description: "Half of its meters answer within this time; null: none has answered.", unit: "ms" }),
  line: LineHealth.optional(),
});
export type BusHealth = z.infer<typeof BusHealth>;

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
      policy: z.enum(["dropOldest", "stop"]).optional().meta({ description: "What gives way when it is full." }),
      holdsH: z.number().min(0).nullish().meta({
        description:
          "Hours until it is full, were nothing taken over any more, at the present rate; null: nothing comes in.",
        unit: "h",
      }),
    })
    .optional(),
  units: z.array(UnitHealth).max(5000).optional(),
  pollsSkipped: z.int().min(0).optional(),
  buses: z.array(BusHealth).max(500).optional(),
  clock: ClockStanding.nullish().meta({ description: "Beside the head-end's; null: not measured yet." }),
  config: ConfigResult.nullish().meta({ description: "What became of the newest configuration that was sent." }),
  configHash: Id.nullish().meta({ description: "SHA-256 of the configuration in force; null: none is." }),
  enrolment: EnrolmentStanding.optional(),
  opcua: OpcUaStanding.optional(),
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
