import { useMemo } from "react";
import { useBusinessNow } from "./clock.ts";
import { type Range, spanOf } from "./range.ts";
import { useFormat } from "./use-format.ts";

const LOOK_EVERY_MS = 10_000;

/** The span that a range shows now; the same object until the day changes. */
export function useSpan(range: Range, back: number): { readonly from: number; readonly to: number } {
  const { zone } = useFormat();
  const { from, to } = spanOf(range, back, useBusinessNow(LOOK_EVERY_MS), zone);
  return useMemo(() => ({ from, to }), [from, to]);
}
