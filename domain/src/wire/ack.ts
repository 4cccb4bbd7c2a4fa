import { z } from "zod";
import { Epoch } from "../ids.ts";
import { decodeVersioned } from "./json.ts";

/** At most this many batches of one agent are on their way, unacknowledged. */
export const MAX_BATCHES_IN_FLIGHT = 64;

/**
 * "Stored for good": every batch of `epoch` up to and with `seq`, and those listed in `above`.
 * Only this lets an agent delete what it holds.
 */
export const Ack = z.strictObject({
  v: z.literal(1),
  epoch: Epoch,
  seq: z.int().min(0),
  above: z.array(z.int().min(1)).max(4096),
});
export type Ack = z.infer<typeof Ack>;

/** The ack in a payload. @throws {WireError} when it holds none. @throws {WireVersionError} when it is too new. */
export function decodeAck(payload: Uint8Array | string): Ack {
  return decodeVersioned(payload, { what: "ack payload", newest: 1, schema: Ack });
}

/** The payload of an ack. */
export function encodeAck(ack: Omit<Ack, "v">): string {
  return JSON.stringify({ v: 1, epoch: ack.epoch, seq: ack.seq, above: ack.above });
}

/** Whether an ack covers a batch. */
export function isAcked(ack: Ack, epoch: string, seq: number): boolean {
  return ack.epoch === epoch && (seq <= ack.seq || ack.above.includes(seq));
}
