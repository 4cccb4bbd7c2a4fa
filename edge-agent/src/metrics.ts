import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  counterFamily,
  describeError,
  gaugeFamily,
  type MetricFamily,
  metricsText,
  type UnitHealth,
} from "@nightflow/domain";
import type { Logger } from "pino";
import type { OutboxFill } from "./outbox/limits.ts";

/** How an agent fares, for its metrics. */
export interface AgentWatch {
  readonly outbox: OutboxFill;
  readonly buses: readonly { readonly bus: string; readonly units: readonly UnitHealth[] }[];
  readonly pollsSkipped: number;
  readonly isConnected: boolean;
  readonly inFlight: number;
  /** Seconds since the head-end last said "stored"; null when it never did since the start. */
  readonly lastAckAgeS: number | null;
  /** Business time, epoch ms. */
  readonly nowMs: number;
}

/** An agent's numbers for Prometheus. A bus is a label, a meter is none: there are few of the one, and many of the other. */
export function agentFamilies(watch: AgentWatch): MetricFamily[] {
  return [...outboxFamilies(watch), ...busFamilies(watch), ...uplinkFamilies(watch)];
}

function outboxFamilies({ outbox, nowMs }: AgentWatch): MetricFamily[] {
  const { bytes, maxBytes, records, oldestReadAt, dropped, taken, damagedStretches } = outbox;
  const ageS = oldestReadAt === null ? 0 : Math.max(0, nowMs - oldestReadAt) / 1000;
  return [
    gaugeFamily("nightflow_agent_outbox_fill_ratio", "Share of the outbox that is taken.", bytes / maxBytes),
    gaugeFamily("nightflow_agent_outbox_bytes", "Bytes in the outbox.", bytes),
    gaugeFamily("nightflow_agent_outbox_readings", "Readings that wait for the head-end.", records),
    gaugeFamily("nightflow_agent_outbox_oldest_seconds", "Age of the oldest of them; 0 when there is none.", ageS),
    counterFamily("nightflow_agent_taken_readings_total", "Readings made durable since the outbox was made.", taken),
    counterFamily("nightflow_agent_dropped_readings_total", "Readings given up because the outbox was full.", dropped),
    gaugeFamily(
      "nightflow_agent_outbox_damaged_stretches",
      "Stretches that could not be read at the start.",
      damagedStretches,
    ),
  ];
}

function busFamilies({ buses, pollsSkipped }: AgentWatch): MetricFamily[] {
  const sum = (of: (unit: UnitHealth) => number) =>
    buses.map(({ bus, units }) => ({ value: units.reduce((total, unit) => total + of(unit), 0), labels: { bus } }));
  return [
    counterFamily("nightflow_agent_polls_total", "Polls by bus.", ...sum(({ polls }) => polls)),
    counterFamily(
      "nightflow_agent_poll_failures_total",
      "Polls that failed, by bus.",
      ...sum(({ failures }) => failures),
    ),
    counterFamily("nightflow_agent_polls_skipped_total", "Polls left out because the bus was behind.", pollsSkipped),
    gaugeFamily("nightflow_agent_meters", "Meters by bus.", ...sum(() => 1)),
    gaugeFamily(
      "nightflow_agent_meters_not_good",
      "Meters that are silent or failing.",
      ...sum(({ state }) => Number(state !== "good")),
    ),
  ];
}

function uplinkFamilies({ isConnected, inFlight, lastAckAgeS }: AgentWatch): MetricFamily[] {
  return [
    gaugeFamily("nightflow_agent_connected", "1 while the broker is connected, else 0.", Number(isConnected)),
    gaugeFamily("nightflow_agent_in_flight_batches", "Batches sent and not yet stored for good.", inFlight),
    gaugeFamily(
      "nightflow_agent_last_ack_seconds",
      "Time since the head-end last confirmed a batch.",
      ...(lastAckAgeS === null ? [] : [lastAckAgeS]),
    ),
  ];
}

/** Where an agent serves its metrics. */
export interface AgentMetricsServer {
  /** Null when the port was taken: collecting goes on without metrics. */
  readonly url: string | null;
  close(): Promise<void>;
}

/** Serves `/metrics` and `/health/live` of an agent. A port that is taken is a warning: nothing keeps an agent from collecting. */
export async function serveAgentMetrics(
  families: () => readonly MetricFamily[],
  { host, port }: { readonly host: string; readonly port: number },
  logger: Logger,
): Promise<AgentMetricsServer> {
  const server = createServer((request, response) => {
    const isMetrics = request.url === "/metrics";
    const isFound = isMetrics || request.url === "/health/live";
    response.writeHead(isFound ? 200 : 404, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
    response.end(isMetrics ? metricsText(families()) : isFound ? "live\n" : "/metrics\n/health/live\n");
  });
  const listening = new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  try {
    await listening;
    const { port: bound } = server.address() as AddressInfo;
    logger.info({ port: bound }, "metrics are served");
    return { url: `http://${host}:${bound}`, close };
  } catch (error) {
    logger.warn({ host, port, reason: describeError(error) }, "no metrics: the port cannot be listened on");
    return { url: null, close: async () => undefined };
  }
}
