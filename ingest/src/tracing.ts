import { traceOfBatch, traceOfCommit } from "@nightflow/domain";
import { BATCH_ATTRIBUTE, contextOf, isTracing, startStage } from "@nightflow/storage";
import type { Span } from "@opentelemetry/api";
import type { CheckedBatch } from "./checked-batch.ts";
import type { Entry } from "./entry.ts";

/** Links of one commit; a bound of OpenTelemetry too. */
const MOST_LINKS = 128;

/** The stage of one batch in ingest; undefined while nothing is traced, or where the payload does not say which batch it is. */
export function traceBatch({ mark, rows, packed, setAside }: CheckedBatch): Span | undefined {
  if (mark === null || !isTracing()) return undefined;
  const { agent, epoch, seq } = mark;
  const attributes = {
    [BATCH_ATTRIBUTE]: seq,
    "nightflow.agent": agent,
    "nightflow.epoch": epoch,
    "nightflow.readings": (packed ?? rows).length,
    "nightflow.set_aside": setAside.length,
  };
  return startStage("ingest batch", traceOfBatch(agent, epoch, seq), { attributes });
}

/** One commit, linked to its sampled batches, and they to it. */
export function traceCommit(no: number, tookMs: number, entries: readonly Entry[], readings: number): void {
  if (!isTracing()) return;
  const place = traceOfCommit(no);
  const batches = entries.flatMap(({ span }) => (span?.isRecording() ? [span] : []));
  const span = startStage("ingest commit", place, {
    startedAtMs: Date.now() - tookMs,
    attributes: { "nightflow.commit": no, "nightflow.readings": readings, "nightflow.batches": entries.length },
    links: batches.slice(0, MOST_LINKS).map((batch) => batch.spanContext()),
  });
  for (const batch of batches) {
    batch.setAttribute("nightflow.commit", no);
    batch.addLink({ context: contextOf(place) });
  }
  span.end();
}
