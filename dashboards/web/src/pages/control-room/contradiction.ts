import type { DistrictBalance } from "../../api/queries.ts";

/**
 * What a balance below zero means: "customersAbove": the customers' meters measured more than came in; "allowanceAbove": what is taken off
 * for unbilled use and apparent losses is more than what is missing.
 *
 * Null where nothing is below zero, and without a balance.
 */
export function contradictionOf({ total }: Pick<DistrictBalance, "total">): "customersAbove" | "allowanceAbove" | null {
  if (total === null || total.realLossM3 >= 0) return null;
  return total.nrwM3 < 0 ? "customersAbove" : "allowanceAbove";
}
