import type { MetricFamily } from "@nightflow/domain";
import { collectDefaultMetrics, Registry } from "prom-client";

/** The process as a whole: processor time, memory, open files, garbage collection of the main thread, version of Node. */
export function processMetrics(): () => Promise<readonly MetricFamily[]> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return async () => (await registry.getMetricsAsJSON()).flatMap(toFamily);
}

type PromMetric = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>[number];
type PromValue = { value: number; labels: Record<string, string | number>; metricName?: string };

function toFamily(metric: PromMetric): MetricFamily[] {
  const { name, help } = metric;
  const type = String(metric.type);
  // What Node counts of its event loop is of the main thread only; every thread has its own figures.
  if (name.startsWith("nodejs_eventloop_lag") || (type !== "counter" && type !== "gauge" && type !== "histogram"))
    return [];
  const samples = (metric.values as PromValue[]).map(({ value, labels, metricName }) => {
    const suffix = metricName?.slice(name.length) as "_bucket" | "_sum" | "_count" | "" | undefined;
    const texts = Object.entries(labels).map(([key, label]) => [key, String(label)]);
    return { value, labels: Object.fromEntries(texts), ...(suffix && { suffix }) };
  });
  return [{ name, help, type, samples }];
}
