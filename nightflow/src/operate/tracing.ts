import { counterFamily, type MetricFamily } from "@nightflow/domain";
import { BATCH_ATTRIBUTE } from "@nightflow/storage";
import { trace } from "@opentelemetry/api";
import type { Sampler, SpanExporter, SpanProcessor } from "@opentelemetry/sdk-trace";
import type { TracingConfig } from "./config.ts";
import { within } from "./within.ts";

/** Traces that are being sent somewhere. */
export interface Tracing {
  families(): MetricFamily[];
  /** Sends what waits, within two seconds, and ends. */
  stop(): Promise<void>;
}

const GOODBYE_MS = 2000;
const EXPORT_TIMEOUT_MS = 5000;
const SEND_EVERY_MS = 1000;
const MOST_AT_ONCE = 512;

/**
 * Sends the spans of this thread by OTLP over HTTP; undefined where no address is configured, and then the library is not
 * even loaded. Spans wait in a bounded queue: when the receiver is away they are dropped and counted, and nothing waits.
 */
export async function startTracing(config: TracingConfig, part: string): Promise<Tracing | undefined> {
  const { url, ratio, queueSpans } = config;
  if (url === undefined) return undefined;
  const [
    { TracerProvider, BatchSpanProcessor, SamplingDecision, TraceIdRatioBasedSampler },
    { OTLPTraceExporter },
    resources,
  ] = await Promise.all([
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/resources"),
  ]);
  const counts = { ended: 0, exported: 0, failed: 0 };
  const exporter = counted(
    new OTLPTraceExporter({ url, timeoutMillis: EXPORT_TIMEOUT_MS, concurrencyLimit: 2 }),
    counts,
  );
  const processor = new BatchSpanProcessor({
    exporter,
    maxQueueSize: queueSpans,
    maxExportBatchSize: Math.min(MOST_AT_ONCE, queueSpans),
    scheduledDelayMillis: SEND_EVERY_MS,
    exportTimeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const byRatio = new TraceIdRatioBasedSampler(ratio);
  const sampler: Sampler = {
    // Commits and findings are few, and a batch that is followed must find them.
    shouldSample: (context, traceId, _name, _kind, attributes) =>
      BATCH_ATTRIBUTE in attributes
        ? byRatio.shouldSample(context, traceId)
        : { decision: SamplingDecision.RECORD_AND_SAMPLED },
    toString: () => `batches by ${ratio}`,
  };
  const resource = resources.resourceFromAttributes({
    "service.name": `nightflow-${part}`,
    "process.pid": process.pid,
  });
  const provider = new TracerProvider({ sampler, resource, spanProcessors: [counting(counts), processor] });
  trace.setGlobalTracerProvider(provider);
  return {
    families: () => familiesOf(counts),
    async stop() {
      trace.disable();
      await within(GOODBYE_MS, provider.shutdown()).catch(() => undefined);
    },
  };
}

interface SpanCounts {
  ended: number;
  exported: number;
  failed: number;
}

function counting(counts: SpanCounts): SpanProcessor {
  return {
    onStart: () => undefined,
    onEnd: () => void counts.ended++,
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
}

function counted(exporter: SpanExporter, counts: SpanCounts): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        // 0 is success.
        counts[result.code === 0 ? "exported" : "failed"] += spans.length;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
}

function familiesOf(counts: Readonly<SpanCounts>): MetricFamily[] {
  const outcomes = Object.entries(counts).map(([outcome, value]) => ({ value, labels: { outcome } }));
  return [
    counterFamily(
      "nightflow_trace_spans_total",
      "Spans that ended, were taken by the receiver, were refused by it; the rest waits or was dropped.",
      ...outcomes,
    ),
  ];
}
