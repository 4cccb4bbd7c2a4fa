import type { TracePlace } from "@nightflow/domain";
import {
  type Attributes,
  type Link,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";

/** On spans of one batch: those alone are sampled, by their trace id, alike in every process. */
export const BATCH_ATTRIBUTE = "nightflow.batch";

/** What a span is begun with. */
export interface StageOptions {
  readonly attributes?: Attributes;
  readonly links?: readonly SpanContext[];
  /** Epoch ms; now where absent. */
  readonly startedAtMs?: number;
}

/** Whether anybody takes spans in this thread; false unless a program has set tracing up, and then nothing else is done. */
export function isTracing(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer("nightflow") !== undefined;
}

/** Begins a span under a place that every process derives alike. Ask `isTracing` first: to find the place costs a hash. */
export function startStage(name: string, under: TracePlace, options: StageOptions = {}): Span {
  const { attributes = {}, links = [], startedAtMs } = options;
  const parent = trace.setSpanContext(ROOT_CONTEXT, contextOf(under));
  return trace.getTracer("nightflow").startSpan(
    name,
    {
      attributes,
      links: links.map((context): Link => ({ context })),
      ...(startedAtMs !== undefined && { startTime: startedAtMs }),
    },
    parent,
  );
}

/** Runs `work` as a stage that ends with it, in error when it throws. */
export async function traced<Result>(span: Span | undefined, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    span?.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    span?.end();
  }
}

/** The place as a parent or a link. */
export function contextOf({ traceId, spanId }: TracePlace): SpanContext {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
}
