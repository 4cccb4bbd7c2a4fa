import type { ClosedSpan } from "@nightflow/dashboards/reports";

const HOUR_MS = 3_600_000;

/** Hours in a row in which a customer's calendar says that nobody works, as spans. */
export function closedSpans(
  hours: readonly { readonly startAt: number; readonly plan: "usual" | "off" | "shutdown" | "working" }[],
): ClosedSpan[] {
  const spans: { fromMs: number; toMs: number }[] = [];
  for (const { startAt, plan } of hours) {
    if (plan !== "off" && plan !== "shutdown") continue;
    const last = spans.at(-1);
    if (last?.toMs === startAt) last.toMs = startAt + HOUR_MS;
    else spans.push({ fromMs: startAt, toMs: startAt + HOUR_MS });
  }
  return spans;
}
