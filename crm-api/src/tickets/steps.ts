import { newId, type TicketState } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { Actor } from "../system/record.ts";

/** One step of a ticket's life: a move, or a note that moves nothing. */
export interface NewStep {
  readonly ticketId: string;
  readonly atMs: number;
  readonly actor: Actor;
  readonly fromState?: TicketState;
  readonly toState?: TicketState;
  readonly note?: string | undefined;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Writes a step into the transaction. Steps are never changed. */
export async function addStep(tx: Sql, step: NewStep): Promise<void> {
  await tx.query(
    `insert into ticket_step (id, ticket_id, at, actor_id, actor, from_state, to_state, note, data)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      // Made of real time: steps of one business millisecond keep their order.
      newId(),
      step.ticketId,
      new Date(step.atMs),
      step.actor.userId,
      step.actor.login,
      step.fromState ?? null,
      step.toState ?? null,
      step.note ?? null,
      step.data === undefined ? null : JSON.stringify(step.data),
    ],
  );
}
