import { fdatasyncSync, writeSync } from "node:fs";
import { parentPort } from "node:worker_threads";

/** Bytes to be made durable. */
export interface DiskTask {
  readonly task: number;
  readonly fd: number;
  readonly bytes: Uint8Array;
  readonly at: number;
}

/** What became of a task. */
export interface DiskAnswer {
  readonly task: number;
  readonly fault?: { readonly message: string; readonly code: string | undefined };
}

parentPort?.on("message", (task: DiskTask) => parentPort?.postMessage(done(task)));
parentPort?.postMessage("ready");

function done({ task, fd, bytes, at }: DiskTask): DiskAnswer {
  try {
    for (let from = 0; from < bytes.length; ) from += writeSync(fd, bytes, from, bytes.length - from, at + from);
    fdatasyncSync(fd);
    return { task };
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    return { task, fault: { message, code } };
  }
}
