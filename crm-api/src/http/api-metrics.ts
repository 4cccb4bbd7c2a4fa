import { gaugeFamily, histogramFamily, type MetricBuckets, type MetricFamily } from "@nightflow/domain";
import type { ApiServer } from "./types.ts";

const BOUNDS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] as const;

interface Row {
  readonly labels: Readonly<Record<string, string>>;
  readonly counts: number[];
  sum: number;
}

/**
 * Counts requests by route, method and status. Routes are patterns such as `/api/tickets/:id`: there are as many as in the
 * code, whatever is asked for.
 */
export class ApiMetrics {
  readonly #rows = new Map<string, Row>();
  #requests = 0;
  #countStreams: () => number = () => 0;

  /** Requests since the start, streams of live events aside. */
  get requests(): number {
    return this.#requests;
  }

  /** Streams of live events that are open. */
  get streams(): number {
    return this.#countStreams();
  }

  /** Says how the open streams are counted. */
  countStreams(count: () => number): void {
    this.#countStreams = count;
  }

  observe(route: string, method: string, status: number, seconds: number): void {
    const key = `${method} ${route} ${status}`;
    const row = this.#rows.get(key) ?? newRow(route, method, status);
    this.#rows.set(key, row);
    const at = BOUNDS_S.findIndex((bound) => seconds <= bound);
    const bucket = at < 0 ? BOUNDS_S.length : at;
    row.counts[bucket] = (row.counts[bucket] ?? 0) + 1;
    row.sum += seconds;
    this.#requests++;
  }

  families(): MetricFamily[] {
    const rows = [...this.#rows.values()].map((row): MetricBuckets => ({ bounds: BOUNDS_S, ...row }));
    return [
      histogramFamily("nightflow_api_request_seconds", "How long requests took, by route and status.", ...rows),
      gaugeFamily("nightflow_api_live_streams", "Streams of live events that are open.", this.streams),
    ];
  }
}

function newRow(route: string, method: string, status: number): Row {
  const labels = { method, route, status: String(status) };
  return { labels, counts: new Array<number>(BOUNDS_S.length + 1).fill(0), sum: 0 };
}

/** Counts every request of a server when it is answered. */
export function installMetrics(app: ApiServer, metrics: ApiMetrics): void {
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "(none)";
    metrics.observe(route, request.method, reply.statusCode, reply.elapsedTime / 1000);
  });
}
