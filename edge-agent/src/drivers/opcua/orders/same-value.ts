import type { OpcUaValue } from "@nightflow/domain";
import type { NodeValue } from "../link.ts";

/** Whether a node shows what it should: in the node's own type, so that a Float shows 0.1 as well as it can. */
export function isSameValue(wanted: OpcUaValue, shown: NodeValue | null): boolean {
  if (shown === null) return false;
  if (typeof shown === "string" || typeof wanted === "string") return wanted === shown;
  const number = Number(wanted);
  if (typeof shown === "bigint") return Number.isInteger(number) && BigInt(number) === shown;
  return Number(shown) === number || Number(shown) === Math.fround(number);
}
