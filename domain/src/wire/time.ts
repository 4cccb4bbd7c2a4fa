import { z } from "zod";
import { decodeVersioned } from "./json.ts";
import { Id } from "./text.ts";

/** On `…/time`, QoS 0: an agent asks what time it is. `askedAt` is its real time, epoch milliseconds. */
export const TimeQuestion = z.strictObject({ v: z.literal(1), id: Id, askedAt: z.number() });
export type TimeQuestion = z.infer<typeof TimeQuestion>;

/** On `…/time/reply`, QoS 0: the head-end's real time, when the question came and when the answer went. */
export const TimeAnswer = z.strictObject({
  v: z.literal(1),
  id: Id,
  askedAt: z.number(),
  heardAt: z.number(),
  answeredAt: z.number(),
});
export type TimeAnswer = z.infer<typeof TimeAnswer>;

/** How an agent's clock stands beside the head-end's. */
export const ClockStanding = z.strictObject({
  offsetMs: z
    .number()
    .meta({ description: "The agent's clock less the head-end's; positive: the agent is ahead.", unit: "ms" }),
  roundTripMs: z.number().min(0).meta({ description: "The offset is known to half of this.", unit: "ms" }),
  measuredAt: z.int().meta({ description: "Business clock of the agent, epoch milliseconds." }),
  alarm: z.boolean().meta({ description: "The offset is above the limit, and more than the round trip explains." }),
});
export type ClockStanding = z.infer<typeof ClockStanding>;

/** The question in a payload. @throws {WireError} when it holds none. */
export function decodeTimeQuestion(payload: Uint8Array | string): TimeQuestion {
  return decodeVersioned(payload, { what: "time question", newest: 1, schema: TimeQuestion });
}

/** The answer in a payload. @throws {WireError} when it holds none. */
export function decodeTimeAnswer(payload: Uint8Array | string): TimeAnswer {
  return decodeVersioned(payload, { what: "time answer", newest: 1, schema: TimeAnswer });
}

/** The payload of a question. */
export function encodeTimeQuestion(question: Omit<TimeQuestion, "v">): string {
  return JSON.stringify({ v: 1, ...question });
}

/** The payload of the answer to a question that came at `heardAt`. */
export function encodeTimeAnswer({ id, askedAt }: TimeQuestion, heardAt: number, answeredAt: number): string {
  return JSON.stringify({ v: 1, id, askedAt, heardAt, answeredAt });
}

/**
 * Offset and round trip from the four times of one exchange.
 *
 * @see RFC 5905, section 8: theta = ((T2 - T1) + (T3 - T4)) / 2 is the server's clock less ours; the sign is turned here.
 */
export function offsetOf({ askedAt, heardAt, answeredAt }: TimeAnswer, receivedAt: number) {
  return {
    offsetMs: -(heardAt - askedAt + (answeredAt - receivedAt)) / 2,
    roundTripMs: Math.max(0, receivedAt - askedAt - (answeredAt - heardAt)),
  };
}
