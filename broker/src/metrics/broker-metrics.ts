import { monitorEventLoopDelay } from "node:perf_hooks";
import { counterFamily, gaugeFamily, type MetricFamily } from "@nightflow/domain";
import type { BrokerStats } from "../running-broker.ts";

const NS_PER_S = 1e9;
// The histogram holds the time from one sample to the next, so that an idle loop shows this much.
const RESOLUTION_MS = 20;

/** How late this thread's event loop is; the delay since the last look. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#histogram.enable();
  }

  /** Seconds since the last call, and starts anew; zero when nothing was measured yet. */
  take(): { readonly p50: number; readonly p99: number; readonly max: number } {
    const { count } = this.#histogram;
    const beyond = (ns: number) => (count === 0 ? 0 : Math.max(0, ns - RESOLUTION_MS * 1e6) / NS_PER_S);
    const at = (percent: number) => beyond(this.#histogram.percentile(percent));
    const delay = { p50: at(50), p99: at(99), max: beyond(this.#histogram.max) };
    this.#histogram.reset();
    return delay;
  }

  stop(): void {
    this.#histogram.disable();
  }
}

/** The broker's numbers. */
export function brokerFamilies(stats: BrokerStats, loop: ReturnType<LoopDelay["take"]>): MetricFamily[] {
  return [
    ...trafficOf(stats),
    ...queuesOf(stats),
    ...intakeOf(stats),
    ...certificateOf(stats),
    gaugeFamily(
      "nightflow_broker_event_loop_delay_seconds",
      "Delay of the event loop since the last look.",
      { value: loop.p50, labels: { quantile: "0.5" } },
      { value: loop.p99, labels: { quantile: "0.99" } },
      { value: loop.max, labels: { quantile: "1" } },
    ),
  ];
}

function trafficOf({ connections, received, receivedPerS, throttle, refusals }: BrokerStats): MetricFamily[] {
  const byReason = Object.entries(refusals).map(([reason, value = 0]) => ({ value, labels: { reason } }));
  return [
    gaugeFamily("nightflow_broker_connections", "Connections open now.", connections),
    counterFamily("nightflow_broker_received_total", "Publishes received with a right to their topic.", received),
    gaugeFamily("nightflow_broker_received_per_second", "Publishes received in the last whole second.", receivedPerS),
    counterFamily("nightflow_broker_rate_dropped_total", "QoS 0 publishes over an identity's rate.", throttle.dropped),
    counterFamily("nightflow_broker_rate_delayed_total", "QoS 1 and 2 publishes made to wait.", throttle.delayed),
    counterFamily("nightflow_broker_refused_total", "What was refused, by reason.", ...byReason),
  ];
}

function queuesOf({ delivery, sessions }: BrokerStats): MetricFamily[] {
  return [
    gaugeFamily("nightflow_broker_in_flight", "Messages with their subscribers now.", delivery.inFlight),
    gaugeFamily("nightflow_broker_backlog", "Messages that wait for delivery.", delivery.backlog),
    counterFamily(
      "nightflow_broker_backlog_dropped_total",
      "QoS 0 messages dropped for a full backlog.",
      delivery.dropped,
    ),
    gaugeFamily("nightflow_broker_sessions", "Persistent sessions.", sessions.sessions),
    gaugeFamily("nightflow_broker_session_messages", "Messages kept for them.", sessions.messages),
    gaugeFamily("nightflow_broker_session_bytes", "Payload kept for them.", sessions.bytes),
    counterFamily("nightflow_broker_session_dropped_total", "Messages that a full session lost.", sessions.dropped),
    gaugeFamily("nightflow_broker_retained", "Retained messages.", sessions.retained),
  ];
}

function intakeOf({ intake }: BrokerStats): MetricFamily[] {
  if (intake === null) return [];
  return [
    gaugeFamily("nightflow_broker_intake_pending", "Batches with the store now.", intake.pending),
    gaugeFamily("nightflow_broker_intake_waiting", "Batches that wait for the store.", intake.waiting),
    counterFamily(
      "nightflow_broker_intake_total",
      "Batches by how they left; held ones were not acknowledged.",
      { value: intake.stored, labels: { outcome: "stored" } },
      { value: intake.setAside, labels: { outcome: "set-aside" } },
      { value: intake.held, labels: { outcome: "held" } },
    ),
  ];
}

function certificateOf({ certificateExpiresAt }: BrokerStats): MetricFamily[] {
  if (certificateExpiresAt === null) return [];
  const name = "nightflow_broker_certificate_expiry_seconds";
  return [gaugeFamily(name, "When the listener's certificate expires, Unix time.", certificateExpiresAt / 1000)];
}
