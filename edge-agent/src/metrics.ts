import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type ClockStanding,
  type ConfigResult,
  counterFamily,
  describeError,
  gaugeFamily,
  type LineHealth,
  type MetricFamily,
  metricsText,
  type UnitHealth,
} from "@nightflow/domain";
import type { Logger } from "pino";
import type { OutboxFill } from "./outbox/limits.ts";

/** How an agent fares, for its metrics. */
export interface AgentWatch {
  readonly outbox: OutboxFill;
  readonly buses: readonly {
    readonly bus: string;
    readonly units: readonly UnitHealth[];
    readonly line?: LineHealth | undefined;
  }[];
  readonly pollsSkipped: number;
  /** Readings left out by report by exception. */
  readonly suppressed: number;
  /** Beside the head-end's; null: not measured yet. */
  readonly headEndClock: ClockStanding | null;
  /** What became of the newest configuration that was sent. */
  readonly configResult: ConfigResult | null;
  readonly isConnected: boolean;
  readonly inFlight: number;
  /** Seconds since the head-end last said "stored"; null when it never did since the start. */
  readonly lastAckAgeS: number | null;
  /** Business time, epoch ms. */
  readonly nowMs: number;
}

/** An agent's numbers for Prometheus. A bus is a label, a meter is none: there are few of the one, and many of the other. */
export function agentFamilies(watch: AgentWatch): MetricFamily[] {
  return [
    ...outboxFamilies(watch),
    ...busFamilies(watch),
    ...lineFamilies(watch),
    ...uplinkFamilies(watch),
    ...standingFamilies(watch),
  ];
}

function standingFamilies({ headEndClock, configResult, suppressed }: AgentWatch): MetricFamily[] {
  const isBad = configResult !== null && configResult.outcome !== "applied" && configResult.outcome !== "trying";
  const clock = headEndClock === null ? [] : [headEndClock];
  return [
    gaugeFamily(
      "nightflow_agent_clock_offset_seconds",
      "The agent's clock less the head-end's.",
      ...clock.map(({ offsetMs }) => offsetMs / 1000),
    ),
    gaugeFamily(
      "nightflow_agent_clock_alarm",
      "1 while that is more than the limit, else 0.",
      ...clock.map(({ alarm }) => Number(alarm)),
    ),
    gaugeFamily(
      "nightflow_agent_config_not_taken",
      "1 while the newest configuration was refused or taken back, else 0.",
      Number(isBad),
    ),
    counterFamily("nightflow_agent_suppressed_readings_total", "Readings left out by report by exception.", suppressed),
  ];
}

function outboxFamilies({ outbox, nowMs }: AgentWatch): MetricFamily[] {
  const { bytes, maxBytes, records, oldestReadAt, dropped, taken, damagedStretches, holdsH } = outbox;
  const ageS = oldestReadAt === null ? 0 : Math.max(0, nowMs - oldestReadAt) / 1000;
  return [
    gaugeFamily("nightflow_agent_outbox_fill_ratio", "Share of the outbox that is taken.", bytes / maxBytes),
    gaugeFamily("nightflow_agent_outbox_bytes", "Bytes in the outbox.", bytes),
    gaugeFamily(
      "nightflow_agent_outbox_holds_hours",
      "Hours until the outbox is full at the present rate, were nothing taken over.",
      ...(holdsH === null ? [] : [holdsH]),
    ),
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

function lineFamilies({ buses }: AgentWatch): MetricFamily[] {
  const each = (of: (line: LineHealth) => number) =>
    buses.flatMap(({ bus, line }) => (line === undefined ? [] : [{ value: of(line), labels: { bus } }]));
  return [
    gaugeFamily(
      "nightflow_agent_line_open",
      "1 while the line is open, else 0.",
      ...each(({ isOpen }) => Number(isOpen)),
    ),
    gaugeFamily(
      "nightflow_agent_line_load_ratio",
      "Share of the last minute in which the line was in use.",
      ...each(({ load }) => load),
    ),
    counterFamily("nightflow_agent_requests_total", "Requests on the line.", ...each(({ requests }) => requests)),
    counterFamily(
      "nightflow_agent_request_timeouts_total",
      "Requests that went unanswered.",
      ...each(({ timeouts }) => timeouts),
    ),
    counterFamily(
      "nightflow_agent_request_exceptions_total",
      "Requests that the meter refused.",
      ...each(({ exceptions }) => exceptions),
    ),
    counterFamily(
      "nightflow_agent_stray_answers_total",
      "Answers that were late, damaged or of another unit, and were dropped.",
      ...each(({ strays }) => strays),
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
