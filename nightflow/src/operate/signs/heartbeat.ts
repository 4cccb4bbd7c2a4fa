import { describeError, encodeHeartbeat, heartbeatTopic } from "@nightflow/domain";
import type { Logger } from "pino";
import { beat } from "../beat.ts";
import type { OperatePart } from "../part.ts";
import { within } from "../within.ts";

/** What the heartbeat needs. */
export interface HeartbeatDeps {
  readonly part: Pick<OperatePart, "report">;
  /** Publishes retained, as ingest. */
  publish(topic: string, payload: string): Promise<void>;
  readonly site: string;
  readonly everyS: number;
  readonly logger: Logger;
  /** Real time, epoch ms. */
  readonly now?: () => number;
}

const GOODBYE_MS = 1000;

/** The last will of whoever publishes the heartbeat over a connection of its own. */
export function heartbeatWill(
  site: string,
  everyS: number,
  at: number,
): { readonly topic: string; readonly payload: string } {
  const payload = encodeHeartbeat({ site, state: "offline", at, everyS, isReady: false, reasons: ["it was cut off"] });
  return { topic: heartbeatTopic(site), payload };
}

/** Says on MQTT that the head-end lives, and whether it stores; whoever hears nothing for three pauses raises the alarm. */
export function startHeartbeat({
  part,
  publish,
  site,
  everyS,
  logger,
  now = Date.now,
}: HeartbeatDeps): () => Promise<void> {
  const say = async (state: "online" | "offline", isReady: boolean, reasons: readonly string[]) =>
    publish(
      heartbeatTopic(site),
      encodeHeartbeat({ site, state, at: now(), everyS, isReady, reasons: shortened(reasons) }),
    );
  const stop = beat(everyS * 1000, async () => {
    try {
      const { isReady, reasons } = await part.report();
      await say("online", isReady, reasons);
    } catch (error) {
      logger.debug({ reason: describeError(error) }, "no heartbeat could be published");
    }
  });
  return async () => {
    await within(GOODBYE_MS, stop()).catch(() => undefined);
    await within(GOODBYE_MS, say("offline", false, ["it was stopped"])).catch(() => undefined);
  };
}

function shortened(reasons: readonly string[]): string[] {
  return reasons.slice(0, 20).map((reason) => reason.slice(0, 200));
}
