import type { MessagePort } from "node:worker_threads";
import { describeError, type ProcessPart } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { Logger } from "pino";
import type { OperateConfig } from "./config.ts";
import { LocalPart } from "./part.ts";
import { processMetrics } from "./process-metrics.ts";
import { servePart } from "./remote-part.ts";
import { readinessOf, serveOperate } from "./server.ts";
import { type DeadMan, startDeadMan } from "./signs/dead-man.ts";
import { startHeartbeat } from "./signs/heartbeat.ts";
import { startReporter } from "./signs/reporter.ts";
import { startTracing, type Tracing } from "./tracing.ts";
import { mergeViews, type OperateView } from "./view.ts";

/** What a room gives to be operated. */
export interface OperateRoomDeps {
  readonly part: ProcessPart;
  readonly view: OperateView;
  readonly config: OperateConfig;
  readonly site: string;
  readonly logger: Logger;
  /** Where its signs of life are written; none without it. */
  readonly sql?: Sql;
  /** Publishes a retained payload as ingest; the heartbeat of the head-end. None without it. */
  readonly publish?: (topic: string, payload: string) => Promise<void>;
}

/** A room whose metrics, health and signs of life are seen to. */
export interface OperatedRoom {
  /** Where metrics and health are served; null in a thread, and where it is switched off. */
  readonly url: string | null;
  /** Lets the thread at the other end of `port` look at this one. */
  serveTo(port: MessagePort): void;
  /** Call it before the room closes: it says good-bye. */
  close(): Promise<void>;
}

/** In a thread of `up`: signs of life from this thread; metrics and health are served by the main one. */
export function operateThread(deps: OperateRoomDeps): OperatedRoom {
  const tracing = traces(deps);
  const view = mergeViews(deps.view, { metrics: [tracing.families] });
  return operated(deps, new LocalPart(deps.part, view), null, tracing.stop);
}

/**
 * In a room alone: also serves its metrics and health, and keeps the dead man's switch from going off.
 *
 * @throws {PortBusyError} when the port is taken.
 */
export async function operateRoom(deps: OperateRoomDeps): Promise<OperatedRoom> {
  const { config, logger } = deps;
  let deadMan: DeadMan | undefined;
  const tracing = traces(deps);
  const own = [processMetrics(), tracing.families, () => deadMan?.families() ?? []];
  const view = mergeViews(deps.view, { metrics: own });
  const part = new LocalPart(deps.part, view);
  const server = config.enabled ? await serveOperate({ config, parts: [part], logger }) : undefined;
  deadMan = deadManOf(config, logger, () => readinessOf([part], config.liveWithinMs));
  return operated(deps, part, server?.url ?? null, async () => {
    await deadMan?.stop();
    await server?.close();
    await tracing.stop();
  });
}

/** What tracing a thread needs. */
export interface TracesDeps {
  readonly config: Pick<OperateConfig, "tracing">;
  readonly part: string;
  readonly logger: Logger;
}

/** The traces of this thread; what keeps them from being sent keeps nothing else from its work. */
export function traces({ config, part, logger }: TracesDeps) {
  let running: Tracing | undefined;
  const starting = startTracing(config.tracing, part)
    .then((tracing) => {
      running = tracing;
    })
    .catch((error: unknown) => logger.warn({ reason: describeError(error) }, "nothing is traced"));
  return {
    families: () => running?.families() ?? [],
    async stop(): Promise<void> {
      await starting;
      await running?.stop();
    },
  };
}

/** The switch as configured; undefined where no address is given. */
export function deadManOf(
  { deadMan }: Pick<OperateConfig, "deadMan">,
  logger: Logger,
  readiness: () => Promise<{ readonly isReady: boolean }>,
): DeadMan | undefined {
  const { url = "", everyS, timeoutS } = deadMan;
  const address = process.env.NIGHTFLOW_DEAD_MAN_URL || url;
  return address === "" ? undefined : startDeadMan({ url: address, everyS, timeoutS, readiness, logger });
}

function operated(deps: OperateRoomDeps, part: LocalPart, url: string | null, end: () => Promise<void>): OperatedRoom {
  const { sql, publish, site, logger, config } = deps;
  const shared = { part, site, everyS: config.reportS, logger };
  const stops = [
    ...(sql === undefined ? [] : [startReporter({ ...shared, sql })]),
    ...(publish === undefined ? [] : [startHeartbeat({ ...shared, publish })]),
  ];
  return {
    url,
    serveTo: (port) => servePart(part, port),
    async close() {
      await Promise.all(stops.map((stop) => stop()));
      await end();
      part.close();
    },
  };
}
