import type { Sql } from "./database.ts";

/**
 * The next number of a counter, from 1. The counter's row stays locked until the transaction ends, so numbers have no
 * holes and become visible in order. A transaction that takes several takes them in this order, or two may wait for each
 * other: ticket, audit, live_event.
 */
export async function takeNumber(tx: Sql, counterName: string): Promise<number> {
  const { rows } = await tx.query<{ value: number }>(
    `insert into counter (name, value) values ($1, 1)
     on conflict (name) do update set value = counter.value + 1 returning value`,
    [counterName],
  );
  return rows[0]?.value ?? 0;
}
