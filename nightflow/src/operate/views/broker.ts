import type { RunningBroker } from "@nightflow/broker";
import type { OperateView } from "../view.ts";

/** What an operator is shown of the broker in this thread. */
export function brokerView(broker: RunningBroker): OperateView {
  return {
    metrics: [() => broker.metrics()],
    checks: [{ name: "broker", check: () => (broker.port > 0 ? null : "it does not listen") }],
    figures: [
      () => {
        const { connections, receivedPerS, received, delivery, sessions, intake, refusals } = broker.stats();
        const refused = Object.values(refusals).reduce((sum, count = 0) => sum + count, 0);
        return {
          connections,
          receivedPerS,
          received,
          refused,
          backlog: delivery.backlog,
          sessionMessages: sessions.messages,
          intakePending: intake?.pending ?? 0,
          intakeWaiting: intake?.waiting ?? 0,
        };
      },
    ],
  };
}
