import type { AccountRow } from "../../api/queries.ts";

type Ranked = Pick<AccountRow, "openEvents" | "openTickets" | "usage">;

/** What a manager looks at first: accounts with something open, then those whose usage changed most. */
export function rankAccounts<Row extends Ranked>(rows: readonly Row[]): Row[] {
  const isOpen = (row: Row) => (row.openEvents + row.openTickets > 0 ? 1 : 0);
  return rows.toSorted((a, b) => isOpen(b) - isOpen(a) || changeOf(b) - changeOf(a));
}

function changeOf(row: Ranked): number {
  const change = row.usage?.change;
  return change === null || change === undefined ? -1 : Math.abs(change);
}
