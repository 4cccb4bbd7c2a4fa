import { type CommandReply, faultOfWireReading, fromWireReading, type WireReading } from "@nightflow/domain";
import type { z } from "zod";
import { epochMs } from "../sql/filter.ts";
import type { CommandRow, CommandWithReply } from "./wire.ts";

type Row = z.infer<typeof CommandRow>;
type Reply = NonNullable<z.infer<typeof CommandWithReply>["reply"]>;

/** SQL columns of a command `c`, with its approval `ap`. */
export const COMMAND_COLUMNS = `c.id, c.site, c.agent, c.kind, c.content as "order", c.subjects[1:50] as subjects, c.state, c.reason,
  c.ordered_by_login as "orderedBy", ${epochMs("c.ordered_at")} as "orderedAt", ${epochMs("c.sent_at")} as "sentAt",
  ${epochMs("c.ended_at")} as "endedAt", c.code, c.message, c.took_ms as "tookMs", ap.id as "approvalId"`;

/** Where those columns come from. */
export const COMMAND_TABLES = "command c left join approval_request ap on ap.command_id = c.id";

/** A command as a row of that query, without columns that a list adds. */
export function toCommand(row: Row): Row {
  const { id, site, agent, kind, order, subjects, state, reason, orderedBy, orderedAt } = row;
  const { sentAt, endedAt, code, message, tookMs, approvalId } = row;
  const told = { id, site, agent, kind, order, subjects, state, reason, orderedBy, orderedAt };
  return { ...told, sentAt, endedAt, code, message, tookMs, approvalId };
}

/** What an agent answered, for people. */
export function toReply(reply: CommandReply | null): Reply | null {
  if (reply === null) return null;
  const readings = (reply.readings ?? []).filter((one) => faultOfWireReading(one) === undefined);
  return { readings: readings.map((one) => toReading(one as WireReading)), details: reply.details ?? null };
}

function toReading(wire: WireReading): Reply["readings"][number] {
  const reading = fromWireReading(wire);
  const { channel, readAt, quality } = reading;
  if (reading.quality === "missing") return { channel, readAt, quality, value: null, flags: [reading.reason] };
  const value = typeof reading.value === "bigint" ? reading.value.toString() : reading.value;
  return { channel, readAt, quality, value, flags: [...reading.flags] };
}
