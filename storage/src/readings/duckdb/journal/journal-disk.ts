import { once } from "node:events";
import type { FileHandle } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import type { DiskAnswer, DiskTask } from "./disk-entry.ts";

/** Writes bytes of the journal for good. */
export interface JournalDisk {
  /** Resolves when the bytes are durable at `at`. They belong to the disk from the call on. */
  write(file: FileHandle, bytes: Buffer, at: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Through the pool of threads that Node's own calls share. DuckDB's queries sit in it as well, four at a time, and may keep a
 * write waiting for as long as the longest of them takes.
 */
export const pooledDisk: JournalDisk = {
  async write(file, bytes, at) {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
      done += bytesWritten;
    }
    await file.datasync();
  },
  async close() {},
};

/** Starts a thread that does nothing else, so that a commit waits for the disk alone. */
export async function startJournalDisk(): Promise<JournalDisk> {
  const worker = new Worker(new URL("./disk-entry.ts", import.meta.url), { name: "journal" });
  await once(worker, "message");
  return new DiskThread(worker);
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

class DiskThread implements JournalDisk {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiter>();
  #lastTask = 0;
  #isGone = false;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on("message", (answer: DiskAnswer) => this.#answered(answer));
    worker.once("error", (error) => this.#gone(error));
    worker.once("exit", () => this.#gone(new Error("the journal's thread has ended")));
  }

  write(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
    if (this.#isGone) return pooledDisk.write(file, bytes, at);
    const task = ++this.#lastTask;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.set(task, { resolve, reject });
    const message: DiskTask = { task, fd: file.fd, bytes, at };
    this.#worker.postMessage(
      message,
      bytes.byteLength === bytes.buffer.byteLength ? [bytes.buffer as ArrayBuffer] : [],
    );
    return promise;
  }

  async close(): Promise<void> {
    if (!this.#isGone) await this.#worker.terminate();
  }

  #answered({ task, fault }: DiskAnswer): void {
    const waiter = this.#waiting.get(task);
    this.#waiting.delete(task);
    if (fault === undefined) waiter?.resolve();
    else waiter?.reject(Object.assign(new Error(fault.message), { code: fault.code }));
  }

  // Whether its last write is durable nobody knows: it counts as failed, and is written over.
  #gone(error: Error): void {
    this.#isGone = true;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
