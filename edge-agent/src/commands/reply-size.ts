import { type CommandReply, encodeCommandReply } from "@nightflow/domain";

/** Longest reply: a broker drops the connection that brings a packet beyond its limit. */
export const MAX_REPLY_BYTES = 256 * 1024;

/** The reply as it is, or without the readings and at last the findings that make it too long; it says what is missing. */
export function fittingReply(reply: CommandReply): CommandReply {
  if (bytesOf(reply) <= MAX_REPLY_BYTES) return reply;
  const { readings = [], details: _, ...rest } = reply;
  for (let kept = readings.length; kept > 0; kept = Math.floor(kept / 2)) {
    const left = `the reply has room for ${kept} of ${readings.length} readings`;
    const shorter = { ...reply, message: withNote(reply.message, left), readings: readings.slice(0, kept) };
    if (bytesOf(shorter) <= MAX_REPLY_BYTES) return shorter;
  }
  return {
    ...rest,
    message: withNote(reply.message, "what was found is too long for a reply: ask for less at a time"),
  };
}

function bytesOf({ v: _, ...reply }: CommandReply): number {
  return Buffer.byteLength(encodeCommandReply(reply));
}

function withNote(message: string | null, note: string): string {
  return (message === null ? note : `${note}; ${message}`).slice(0, 1000);
}
