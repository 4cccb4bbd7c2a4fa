import { z } from "zod";
import { decodeVersioned } from "./json.ts";
import { Id } from "./text.ts";

/** Retained on `nf/v1/{site}/head-end/heartbeat`: somebody elsewhere raises the alarm when it stays out. */
export const Heartbeat = z.strictObject({
  v: z.literal(1),
  site: Id,
  state: z.enum(["online", "offline"]),
  at: z.int().meta({ description: "Real time of the head-end's machine, epoch milliseconds." }),
  everyS: z.number().positive().meta({ description: "Pause to the next one; three of them missed are an alarm." }),
  isReady: z.boolean().meta({ description: "Whether readings are being stored." }),
  reasons: z.array(z.string().max(200)).max(20).meta({ description: "Why not, where it is not ready." }),
});
export type Heartbeat = z.infer<typeof Heartbeat>;

/** The heartbeat in a payload. @throws {WireError} when it holds none. @throws {WireVersionError} when it is too new. */
export function decodeHeartbeat(payload: Uint8Array | string): Heartbeat {
  return decodeVersioned(payload, { what: "heartbeat", newest: 1, schema: Heartbeat });
}

/** The payload of a heartbeat. */
export function encodeHeartbeat(heartbeat: Omit<Heartbeat, "v">): string {
  return JSON.stringify({ v: 1, ...heartbeat });
}
