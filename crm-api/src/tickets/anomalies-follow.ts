import type { TicketState } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { TicketMove } from "./guards.ts";
import { anomalyStateOf } from "./policy.ts";

const LIVE = "state in ('open', 'investigating', 'field_work', 'monitoring')";

/**
 * Lets the live findings of a ticket follow it, and gives their ids. A closed ticket gives its outcome to every finding of
 * its own, those that ended by themselves too, as the outcome feeds the measured precision of the rules.
 */
export async function followTicket(
  tx: Sql,
  ticketId: string,
  to: TicketState,
  { outcome, cause, note }: Pick<TicketMove, "outcome" | "cause" | "note">,
  nowMs: number,
): Promise<string[]> {
  if (outcome !== undefined || to === "closed")
    await tx.query(
      `update anomaly set outcome = coalesce($2, outcome, 'unknown'),
              confirmed_cause = coalesce($3, confirmed_cause, (select cause from ticket where id = $1)), updated_at = now()
        where ticket_id = $1 and state in ('open', 'investigating', 'field_work', 'monitoring', 'auto_closed')`,
      [ticketId, outcome ?? null, cause ?? null],
    );
  const state = anomalyStateOf(to);
  const { rows } = await tx.query<{ id: string }>(
    `update anomaly set state = $2, closed_at = case when $2 = 'closed' then $3 else closed_at end, updated_at = now(),
            no_ticket_reason = case when $4::text is null then no_ticket_reason else $4 end
      where ticket_id = $1 and ${LIVE} and state <> $2 returning id`,
    [ticketId, state, new Date(nowMs), to === "cancelled" || to === "duplicate" ? `${to}: ${note ?? ""}` : null],
  );
  return rows.map((row) => row.id);
}
