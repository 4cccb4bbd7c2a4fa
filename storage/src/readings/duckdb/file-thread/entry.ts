import { type MessagePort, workerData } from "node:worker_threads";
import { type ClockAnchor, realClock, ScaledClock } from "@nightflow/domain";
import { createBirpc } from "birpc";
import { pino } from "pino";
import { answering, transferablesIn } from "../../remote/serve.ts";
import { standBack, standBackPool } from "../../thread-priority.ts";
import type { HeldStore, StillFile } from "../still-file.ts";
import { openStoreFile } from "../store-file.ts";
import type { DuckDbStoreOptions, StoreFilePort } from "../store-port.ts";
import type { FileFunctions, HostFunctions } from "./calls.ts";

/** What the thread of a store file is started with. */
export interface FileThreadData {
  readonly port: MessagePort;
  readonly options: Omit<DuckDbStoreOptions, "clock" | "logger" | "thread">;
  readonly anchor: ClockAnchor | null;
  readonly logLevel: string;
}

interface Hold {
  readonly held: HeldStore;
  readonly release: () => void;
  file: StillFile | undefined;
}

const { port, options, anchor, logLevel } = workerData as FileThreadData;
/** Long work here goes on in the time that the head-end leaves. */
const FILE_NICE = 5;
const holds = new Map<number, Hold>();
let lastHold = 0;
let file: StoreFilePort | undefined;

const functions: FileFunctions = {
  open: answering(async () => {
    const logger = pino({ level: logLevel }, { write: (line: string) => void host.log(line) });
    file = await openStoreFile({ ...options, clock: anchor === null ? realClock : new ScaledClock(anchor), logger });
    standBack(FILE_NICE);
    standBackPool(FILE_NICE);
    file.onCheckpoint((no) => void host.checkpointed(no));
    return (await file.branch()).snapshot();
  }),
  call: answering(async (name, args) => await (opened()[name] as (...all: readonly unknown[]) => unknown)(...args)),
  hold: answering(() => startHold(opened())),
  still: answering(async (no) => {
    const hold = holdOf(no);
    hold.file = await hold.held.still();
    const { path, bytes, lastCommit } = hold.file;
    return { path, bytes, lastCommit };
  }),
  isUntouched: answering(async (no) => (await holdOf(no).file?.isUntouched()) ?? false),
  async release(no) {
    holdOf(no).release();
    holds.delete(no);
  },
};

const host = createBirpc<HostFunctions, FileFunctions>(functions, {
  post: (message: unknown) => port.postMessage(message, transferablesIn(message)),
  on: (listener) => port.on("message", listener),
  eventNames: ["checkpointed", "log"],
});

function startHold(store: StoreFilePort): Promise<number> {
  const no = ++lastHold;
  return new Promise((resolve, reject) => {
    const wait = (held: HeldStore) =>
      new Promise<void>((release) => {
        holds.set(no, { held, release, file: undefined });
        resolve(no);
      });
    store.whileHeld(wait).catch(reject);
  });
}

function holdOf(no: number): Hold {
  const hold = holds.get(no);
  if (hold === undefined) throw new RangeError(`the store is not held under the number ${no}`);
  return hold;
}

function opened(): StoreFilePort {
  if (file === undefined) throw new RangeError("the store file is not open");
  return file;
}
