import type { AnomalyRow } from "../../api/queries.ts";

/** Whether somebody must act now: gas that escapes is worth little money and is still the worst thing there is. */
export function isUrgent(event: Pick<AnomalyRow, "causeGroup" | "rule" | "state">): boolean {
  return (event.causeGroup === "safety" || event.rule === "BURST") && event.state === "open";
}

/** Safety before money, then by what it costs in a day (the order of the list), each event once. */
export function rankEvents<Row extends Pick<AnomalyRow, "id" | "causeGroup" | "rank">>(rows: readonly Row[]): Row[] {
  const unique = [...new Map(rows.map((row) => [row.id, row])).values()];
  const isSafety = (row: Row) => (row.causeGroup === "safety" ? 1 : 0);
  return unique.sort((a, b) => isSafety(b) - isSafety(a) || b.rank - a.rank);
}
