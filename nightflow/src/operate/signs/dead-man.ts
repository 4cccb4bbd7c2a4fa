import { counterFamily, describeError, gaugeFamily, type MetricFamily } from "@nightflow/domain";
import type { Logger } from "pino";
import { beat } from "../beat.ts";
import type { Readiness } from "../server.ts";

/** What the dead man's switch needs. */
export interface DeadManDeps {
  readonly url: string;
  readonly everyS: number;
  readonly timeoutS: number;
  readiness(): Promise<Pick<Readiness, "isReady">>;
  readonly logger: Logger;
}

/** A sign of life to somebody else's service. */
export interface DeadMan {
  families(): MetricFamily[];
  stop(): Promise<void>;
}

/**
 * Asks for an address again and again while the head-end is ready. When it is gone, cut off or stores nothing, nobody
 * asks, and the service at that address raises the alarm. The address is a secret: it is never logged.
 */
export function startDeadMan({ url, everyS, timeoutS, readiness, logger }: DeadManDeps): DeadMan {
  const counts = { sent: 0, failed: 0, withheld: 0 };
  let lastSentAt = 0;
  const stop = beat(everyS * 1000, async () => {
    try {
      if (!(await readiness()).isReady) {
        counts.withheld++;
        return;
      }
      await ask(url, timeoutS);
      counts.sent++;
      lastSentAt = Date.now();
    } catch (error) {
      counts.failed++;
      logger.warn({ reason: describeError(error).replaceAll(url, "(url)") }, "the sign of life could not be delivered");
    }
  });
  return { families: () => familiesOf(counts, lastSentAt), stop };
}

async function ask(url: string, timeoutS: number): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    signal: AbortSignal.timeout(timeoutS * 1000),
    redirect: "follow",
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`it was answered with ${response.status}`);
}

function familiesOf(counts: Readonly<Record<string, number>>, lastSentAt: number): MetricFamily[] {
  const outcomes = Object.entries(counts).map(([outcome, value]) => ({ value, labels: { outcome } }));
  return [
    counterFamily(
      "nightflow_dead_man_total",
      "Signs of life to the service outside; withheld while not ready.",
      ...outcomes,
    ),
    gaugeFamily(
      "nightflow_dead_man_last_sent_seconds",
      "When the last one was delivered, Unix time; 0 when never.",
      lastSentAt / 1000,
    ),
  ];
}
