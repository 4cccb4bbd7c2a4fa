import { useMemo } from "react";
import { useBusinessNow } from "./clock.ts";
import { passedOf, type Range, spanOf } from "./range.ts";
import { useFormat } from "./use-format.ts";

const LOOK_EVERY_MS = 10_000;

type Span = { readonly from: number; readonly to: number };

/** The span that a range shows now, whole and as far as it has passed; the same objects until they change. */
export function useSpan(range: Range, back: number): { readonly whole: Span; readonly passed: Span } {
  const { zone } = useFormat();
  const nowMs = useBusinessNow(LOOK_EVERY_MS);
  const { from, to } = spanOf(range, back, nowMs, zone);
  const until = passedOf({ from, to }, nowMs).to;
  return useMemo(() => ({ whole: { from, to }, passed: { from, to: until } }), [from, to, until]);
}
