import type { OrderBody } from "../commands/queries.ts";
import type { MissingRow } from "./row.ts";

type ReReadOrder = Extract<OrderBody["order"], { kind: "re-read" }>;
type Owing = Pick<MissingRow, "gaps"> & { readonly meter: Pick<MissingRow["meter"], "id" | "agent"> };

/** One command takes so many stretches. */
const MOST_WANTED = 500;

/** The order that asks for what some meters owe, newest stretches first; null where no agent could do it. */
export function reReadOrder(rows: readonly Owing[]): ReReadOrder | null {
  const wanted = rows
    .filter(({ meter }) => meter.agent !== null)
    .flatMap(({ meter, gaps }) => gaps.map(({ from, to }) => ({ meter: meter.id, fromMs: from, toMs: to })))
    .toSorted((a, b) => b.toMs - a.toMs)
    .slice(0, MOST_WANTED);
  return wanted.length === 0 ? null : { kind: "re-read", wanted };
}
