import { type Ack, isAcked, parseTopic, traceOfBatch } from "@nightflow/domain";
import { ProxyTracerProvider, ROOT_CONTEXT, type Span, TraceFlags, trace } from "@opentelemetry/api";
import type { Due } from "../outbox/ledger.ts";

/** More than the window holds: what was on its way when a connection was lost is still followed. */
const MOST_TRAILS = 256;

interface Trail {
  readonly due: Due;
  readonly span: Span;
  sendings: number;
}

/** Follows each batch from its first sending to "stored for good"; does nothing unless a program has set tracing up. */
export class BatchTrails {
  readonly #agent: string;
  readonly #trails = new Map<string, Trail>();

  /** @param topic the agent's topic of readings. */
  constructor(topic: string) {
    const { site = "", agent = "" } = parseTopic(topic) ?? {};
    this.#agent = `${site}/${agent}`;
  }

  /** A batch is sent, for the first time or again. */
  sent(due: Due): void {
    if (!isTracing()) return;
    const key = `${due.epoch}/${due.seq}`;
    const known = this.#trails.get(key);
    if (known !== undefined) known.sendings++;
    else if (this.#trails.size < MOST_TRAILS) this.#trails.set(key, { due, span: this.#begin(due), sendings: 1 });
  }

  /** Ends those that an ack covers. */
  acknowledged(ack: Ack): void {
    for (const [key, { due, span, sendings }] of this.#trails) {
      if (!isAcked(ack, due.epoch, due.seq)) continue;
      span.setAttribute("nightflow.sendings", sendings);
      span.end();
      this.#trails.delete(key);
    }
  }

  /** Ends all of them: nobody waits any more. */
  close(): void {
    for (const { span } of this.#trails.values()) span.end();
    this.#trails.clear();
  }

  #begin({ epoch, seq }: Due): Span {
    const place = traceOfBatch(this.#agent, epoch, seq);
    const parent = trace.setSpanContext(ROOT_CONTEXT, { ...place, traceFlags: TraceFlags.SAMPLED, isRemote: true });
    const attributes = { "nightflow.batch": seq, "nightflow.agent": this.#agent, "nightflow.epoch": epoch };
    return trace.getTracer("nightflow").startSpan("agent batch", { attributes }, parent);
  }
}

function isTracing(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer("nightflow") !== undefined;
}
