import { type TracePlace, traceOfCommit, traceparentOf } from "@nightflow/domain";
import { contextOf, type FeedPage, isTracing, startStage } from "@nightflow/storage";
import type { Span } from "@opentelemetry/api";
import type { FindingEvent } from "../pure/finding.ts";

/** Commits of a page that it is linked to, the newest; a bound of OpenTelemetry too. */
const MOST_LINKS = 128;

/** The stage of one page of the feed, in the trace of its last commit; undefined while nothing is traced or new. */
export function tracePage(shard: number, after: number, page: FeedPage): Span | undefined {
  if (page.cursor <= after || !isTracing()) return undefined;
  const first = Math.max(after + 1, page.cursor - MOST_LINKS + 1);
  const commits = Array.from({ length: page.cursor - first + 1 }, (_, at) => first + at);
  return startStage("analytics page", traceOfCommit(page.cursor), {
    attributes: {
      "nightflow.shard": shard,
      "nightflow.commit": page.cursor,
      "nightflow.commits": page.cursor - after,
      "nightflow.readings": page.readings.length,
    },
    links: commits.map((no) => contextOf(traceOfCommit(no))),
  });
}

/** The findings of a page with the place that their tickets go on from. */
export function tracedFindings(page: Span | undefined, events: readonly FindingEvent[]): readonly FindingEvent[] {
  if (page === undefined) return events;
  return events.map((event) => (event.type === "open" || event.type === "update" ? traceFinding(page, event) : event));
}

function traceFinding(page: Span, event: FindingEvent): FindingEvent {
  const span = startStage("analytics finding", page.spanContext(), {
    attributes: { "nightflow.rule": event.rule, "nightflow.subject": event.subject, "nightflow.step": event.type },
  });
  span.end();
  const place: TracePlace = span.spanContext();
  return { ...event, traceparent: traceparentOf(place) };
}
