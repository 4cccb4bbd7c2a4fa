import { type Transferable, Worker } from "node:worker_threads";
import { describeError, type ProcessPart } from "@nightflow/domain";
import type { Logger } from "pino";

/** What a room's thread says to the main thread. */
export type FromThread =
  | { readonly type: "ready"; readonly details: Readonly<Record<string, string | number>> }
  | {
      readonly type: "failed";
      readonly name: string;
      readonly code: string;
      readonly message: string;
      readonly remedy: string | undefined;
      /** Of an error that nobody expected; undefined for one that says all in its message. */
      readonly stack: string | undefined;
    }
  | { readonly type: "committed" };

/** What the main thread says to a room's thread. */
export type ToThread =
  | { readonly type: "stop" }
  | { readonly type: "wake" }
  | { readonly type: "store"; readonly port: MessagePort }
  /** Let the thread behind the port publish to agents and hear them. */
  | { readonly type: "field"; readonly port: MessagePort }
  /** Let the thread behind the port look at you. */
  | { readonly type: "operate"; readonly port: MessagePort }
  /** Behind the port is that other part: look at it for the operator's page. */
  | { readonly type: "look-at"; readonly part: ProcessPart; readonly port: MessagePort };

type Failure = Extract<FromThread, { type: "failed" }>;

type MessagePort = import("node:worker_threads").MessagePort;

/** A thread that could not start; `code`, `remedy` and the stack of an unexpected error are those of the error in it. */
export class ThreadStartError extends Error {
  readonly code: string;
  readonly remedy: string | undefined;
  readonly isUnexpected: boolean;

  constructor(thread: string, failure: Omit<Failure, "type">) {
    super(failure.stack === undefined ? failure.message : `the thread ${thread} could not start: ${failure.message}`);
    this.name = failure.name;
    this.code = failure.code;
    this.remedy = failure.remedy;
    this.isUnexpected = failure.stack !== undefined;
    if (failure.stack !== undefined) this.stack = failure.stack;
  }
}

/** One room in a worker thread: started once, stopped in order, its unexpected end reported. */
export class RoomThread {
  readonly name: string;
  readonly #worker: Worker;
  readonly #exited: Promise<number>;
  #isStopping = false;

  constructor(name: string, entry: URL, options: { data: unknown; transfer?: Transferable[]; logger: Logger }) {
    this.name = name;
    this.#worker = new Worker(entry, { name, workerData: options.data, transferList: options.transfer ?? [] });
    this.#worker.on("error", (error) =>
      options.logger.error({ thread: name, error: describeError(error) }, "a thread failed"),
    );
    this.#exited = new Promise((resolve) => this.#worker.once("exit", resolve));
  }

  /** What the room said when it was ready. @throws {ThreadStartError} when it could not start. */
  ready(): Promise<Readonly<Record<string, string | number>>> {
    return new Promise((resolve, reject) => {
      this.#worker.on("message", (message: FromThread) => {
        if (message.type === "ready") resolve(message.details);
        if (message.type === "failed") reject(new ThreadStartError(this.name, message));
      });
      void this.#exited.then((code) =>
        reject(
          new ThreadStartError(this.name, {
            name: "ThreadEnded",
            code: "THREAD_ENDED",
            message: `thread ${this.name} ended with ${code} before it was ready`,
            remedy: undefined,
            stack: undefined,
          }),
        ),
      );
    });
  }

  /** Hears everything that the room says. */
  onMessage(listener: (message: FromThread) => void): void {
    this.#worker.on("message", listener);
  }

  send(message: ToThread, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** Calls back when the thread ends without having been told to. */
  onUnexpectedExit(callback: (code: number) => void): void {
    void this.#exited.then((code) => {
      if (!this.#isStopping) callback(code);
    });
  }

  /** Asks the room to close and waits; a room that does not close within `deadlineMs` is ended. */
  async stop(deadlineMs = 15_000): Promise<void> {
    this.#isStopping = true;
    this.send({ type: "stop" });
    const deadline = setTimeout(() => void this.#worker.terminate(), deadlineMs);
    await this.#exited;
    clearTimeout(deadline);
  }
}
