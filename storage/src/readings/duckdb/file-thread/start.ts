import { once } from "node:events";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { type ClockAnchor, describeError, StoreUnavailableError } from "@nightflow/domain";
import { type BirpcReturn, createBirpc } from "birpc";
import type { Logger } from "pino";
import { StoreClosedError } from "../../errors.ts";
import { type Answer, fromErrorMessage } from "../../remote/messages.ts";
import type { DuckDbStoreOptions, StoreFilePort } from "../store-port.ts";
import { StoreState } from "../store-state.ts";
import { type FileFunctions, FORWARDED, type ForwardedName, type HostFunctions } from "./calls.ts";
import type { FileThreadData } from "./entry.ts";

/**
 * Three halves of the young generation of this thread. Answers lie in arrays outside the heap, which a collection must free:
 * with Node's own 48 MB whole ones did so, one for every 20 curves of a year, and each took longer than a curve; with 6 MB that
 * happened in every other run, with 3 MB in none.
 */
const YOUNG_GENERATION_MB = 3;

type Remote = BirpcReturn<FileFunctions, HostFunctions>;

/**
 * Opens the store file in a thread of its own, and gives what reaches it by message. That thread alone waits while DuckDB
 * compresses, writes and reads.
 *
 * A thread that ends by itself ends the one that started it too: what supervises the program starts both again, and the
 * journal holds what the file has not.
 */
export async function startFileThread(
  { clock: _, logger, thread: __, ...options }: DuckDbStoreOptions,
  { anchor }: { readonly anchor: ClockAnchor | null },
): Promise<StoreFilePort> {
  const { port1, port2 } = new MessageChannel();
  const data: FileThreadData = { port: port2, options, anchor, logLevel: logger.level };
  const worker = new Worker(new URL("./entry.ts", import.meta.url), {
    name: "store",
    workerData: data,
    transferList: [port2],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
  const thread = new FileThread(worker, port1, logger);
  return await thread.open();
}

class FileThread {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #remote: Remote;
  readonly #logger: Logger;
  #onCheckpoint: (no: number) => void = () => undefined;
  #isEnding = false;

  constructor(worker: Worker, port: MessagePort, logger: Logger) {
    this.#worker = worker;
    this.#port = port;
    this.#logger = logger;
    const functions: HostFunctions = {
      checkpointed: (no) => this.#onCheckpoint(no),
      log: (line) => passOn(logger, line),
    };
    this.#remote = createBirpc<FileFunctions, HostFunctions>(functions, {
      post: (message: unknown) => port.postMessage(message),
      on: (listener) => port.on("message", listener),
      // A compaction takes as long as it takes; a thread that ends closes the port.
      timeout: -1,
    });
    worker.once("error", (error) =>
      logger.fatal({ reason: describeError(error) }, "the thread of the store file failed"),
    );
    worker.once("exit", () => this.#ended());
  }

  async open(): Promise<StoreFilePort> {
    const { promise: failure, reject } = Promise.withResolvers<never>();
    const onExit = () => reject(new StoreUnavailableError("the thread of the store file ended before it was open"));
    this.#worker.once("exit", onExit);
    try {
      const snapshot = await Promise.race([this.#ask(() => this.#remote.open()), failure]);
      return this.#portOn(StoreState.of(snapshot));
    } catch (error) {
      await this.#end();
      throw error;
    } finally {
      this.#worker.off("exit", onExit);
    }
  }

  #portOn(state: StoreState): StoreFilePort {
    const call =
      (name: ForwardedName) =>
      async (...args: readonly unknown[]) => {
        const value = await this.#ask(() => this.#remote.call(name, args));
        if (name === "close") await this.#end();
        return value;
      };
    const forwarded = Object.fromEntries(FORWARDED.map((name) => [name, call(name)]));
    return {
      ...(forwarded as unknown as Pick<StoreFilePort, ForwardedName>),
      branch: async () => state,
      onCheckpoint: (listener) => {
        this.#onCheckpoint = listener;
      },
      whileHeld: async (work) => {
        const no = await this.#ask(() => this.#remote.hold());
        const still = async () => ({
          ...(await this.#ask(() => this.#remote.still(no))),
          isUntouched: () => this.#ask(() => this.#remote.isUntouched(no)),
        });
        return await work({ still }).finally(() => this.#remote.release(no));
      },
    };
  }

  async #ask<Value>(call: () => Promise<Answer<Value>>): Promise<Value> {
    if (this.#isEnding) throw new StoreClosedError("the store has been closed");
    const answer = await call();
    if ("error" in answer) throw fromErrorMessage(answer.error);
    return answer.value;
  }

  // The file is closed by then: a thread that is ended inside a DuckDB call takes the whole process with it.
  async #end(): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    const exited = once(this.#worker, "exit");
    this.#port.close();
    if (this.#worker.threadId > 0) await exited;
  }

  #ended(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#remote.$close(new StoreUnavailableError("the thread of the store file is gone"));
    this.#logger.fatal("the thread of the store file has ended by itself");
    setImmediate(() => {
      throw new StoreUnavailableError("the thread of the store file has ended by itself");
    });
  }
}

// Lines go on with the host's own settings, under the level that they had.
function passOn(logger: Logger, line: string): void {
  const { level, time: _, pid: __, hostname: ___, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const name = logger.levels.labels[Number(level)] ?? "info";
  logger[name as "info"](rest, String(msg));
}
