import { parentPort } from "node:worker_threads";
import { describeError, NightflowError } from "@nightflow/domain";
import type { FromThread, ToThread } from "./room-thread.ts";

/** What a room gives its thread: how to close it, and what to do with messages of the main thread. */
export interface RunningRoom {
  readonly details: Readonly<Record<string, string | number>>;
  close(): Promise<void>;
  onMessage?(message: ToThread): void;
}

/** Says something to the main thread. */
export function tellMain(message: FromThread): void {
  parentPort?.postMessage(message);
}

/** Runs a room in this worker thread: reports that it is ready, hands messages on, closes in order when told to stop. */
export async function runRoom(start: () => Promise<RunningRoom>): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error("this module runs in a worker thread of nightflow up");
  const early: ToThread[] = [];
  let room: RunningRoom | undefined;
  port.on("message", (message: ToThread) => {
    if (room === undefined) early.push(message);
    else handle(room, message);
  });
  try {
    room = await start();
    tellMain({ type: "ready", details: room.details });
    for (const message of early) handle(room, message);
  } catch (error) {
    tellMain(failureOf(error));
    // What the start had opened already (sockets, connections) must not keep the thread, and with it the program, alive.
    process.exit(1);
  }
}

function handle(room: RunningRoom, message: ToThread): void {
  if (message.type !== "stop") {
    room.onMessage?.(message);
    return;
  }
  void room.close().finally(() => process.exit(0));
}

function failureOf(error: unknown): FromThread {
  const name = error instanceof Error ? error.name : "Error";
  const code = error instanceof NightflowError ? error.code : "START_FAILED";
  const remedy = error instanceof NightflowError ? error.remedy : undefined;
  const stack = error instanceof Error && !(error instanceof NightflowError) ? error.stack : undefined;
  return { type: "failed", name, code, message: describeError(error), remedy, stack };
}
