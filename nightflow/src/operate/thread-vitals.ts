import { type EventLoopUtilization, monitorEventLoopDelay, performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { counterFamily, gaugeFamily, type MetricFamily } from "@nightflow/domain";

const NS_PER_MS = 1e6;
// The histogram holds the time from one sample to the next, so that an idle loop shows this much.
const RESOLUTION_MS = 20;
const QUANTILES = [0.5, 0.99, 1] as const;

/** How this thread fares: how late its event loop is, how busy, its heap and its processor time. */
export class ThreadVitals {
  readonly #thread: string;
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #since: EventLoopUtilization = performance.eventLoopUtilization();
  #longestMs = 0;

  constructor(thread: string) {
    this.#thread = thread;
    this.#delay.enable();
  }

  /** Delay and use of the event loop are those since the last look. */
  families(): MetricFamily[] {
    const labels = { thread: this.#thread };
    const heap = getHeapStatistics();
    const { user, system } = process.threadCpuUsage();
    const delays = QUANTILES.map((quantile) => ({
      value: this.#delayMs(quantile) / 1000,
      labels: { ...labels, quantile: String(quantile) },
    }));
    this.#startAnew();
    return [
      gaugeFamily(
        "nightflow_thread_event_loop_delay_seconds",
        "Delay of the event loop since the last look.",
        ...delays,
      ),
      gaugeFamily("nightflow_thread_event_loop_utilization_ratio", "Share of time in which the event loop was busy.", {
        value: this.#utilization(),
        labels,
      }),
      gaugeFamily("nightflow_thread_heap_used_bytes", "JavaScript heap in use.", {
        value: heap.used_heap_size,
        labels,
      }),
      gaugeFamily("nightflow_thread_heap_limit_bytes", "Most that the heap may take.", {
        value: heap.heap_size_limit,
        labels,
      }),
      counterFamily("nightflow_thread_cpu_seconds_total", "Processor time of the thread.", {
        value: (user + system) / 1e6,
        labels,
      }),
    ];
  }

  /** For the operator's page; looked at oftener than the metrics and without starting anew. */
  figures(): Record<string, number> {
    const delayMaxMs = Math.max(this.#longestMs, this.#delayMs(1));
    this.#longestMs = 0;
    return {
      loopDelayP99Ms: this.#delayMs(0.99),
      loopDelayMaxMs: delayMaxMs,
      heapUsedBytes: getHeapStatistics().used_heap_size,
      // Of the whole process: threads of one say the same.
      rssBytes: process.memoryUsage.rss(),
    };
  }

  stop(): void {
    this.#delay.disable();
  }

  #startAnew(): void {
    this.#longestMs = Math.max(this.#longestMs, this.#delayMs(1));
    this.#delay.reset();
  }

  #delayMs(quantile: number): number {
    if (this.#delay.count === 0) return 0;
    const ns = quantile === 1 ? this.#delay.max : this.#delay.percentile(quantile * 100);
    return Math.max(0, ns / NS_PER_MS - RESOLUTION_MS);
  }

  #utilization(): number {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#since);
    this.#since = now;
    return utilization;
  }
}
