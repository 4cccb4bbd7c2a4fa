import { MessageChannel, type MessagePort } from "node:worker_threads";
import type { ProcessPart } from "@nightflow/domain";
import type { Logger } from "pino";
import type { RoomThread } from "../threads/room-thread.ts";
import type { OperateConfig } from "./config.ts";
import { LocalPart } from "./part.ts";
import { processMetrics } from "./process-metrics.ts";
import { remotePart } from "./remote-part.ts";
import { deadManOf } from "./room.ts";
import { readinessOf, serveOperate } from "./server.ts";
import type { DeadMan } from "./signs/dead-man.ts";
import { mergeViews } from "./view.ts";

/** Metrics and health of `nightflow up`. */
export interface OperatedUp {
  /** Null where it is switched off. */
  readonly url: string | null;
  close(): Promise<void>;
}

/**
 * Serves metrics and health of the main thread and of all rooms in their threads, and keeps the dead man's switch. Each
 * thread is asked by message and gathers its own, so that none waits for another.
 *
 * @throws {PortBusyError} when the port is taken.
 */
export async function operateUp(
  config: OperateConfig,
  threads: readonly RoomThread[],
  logger: Logger,
): Promise<OperatedUp> {
  let deadMan: DeadMan | undefined;
  const main = new LocalPart("main", mergeViews({ metrics: [processMetrics(), () => deadMan?.families() ?? []] }));
  const remotes = threads.map((thread) => remotePart(thread.name as ProcessPart, portOf(thread)));
  const parts = [main, ...remotes];
  const server = config.enabled ? await serveOperate({ config, parts, logger }) : undefined;
  deadMan = deadManOf(config, logger, () => readinessOf(parts, config.liveWithinMs));
  // The API shows the head-end's page as it is now, without the way over the database.
  for (const [at, thread] of threads.entries())
    if (thread.name === "api")
      shareWith(
        thread,
        threads.filter((_one, other) => other !== at),
      );
  return {
    url: server?.url ?? null,
    async close() {
      await deadMan?.stop();
      await server?.close();
      for (const remote of remotes) remote.close();
      main.close();
    },
  };
}

function portOf(thread: RoomThread): MessagePort {
  const { port1, port2 } = new MessageChannel();
  thread.send({ type: "operate", port: port2 }, [port2]);
  return port1;
}

/** Gives one thread a line of its own to each of the others. */
function shareWith(reader: RoomThread, others: readonly RoomThread[]): void {
  for (const other of others) {
    const port = portOf(other);
    reader.send({ type: "look-at", part: other.name as ProcessPart, port }, [port]);
  }
}
