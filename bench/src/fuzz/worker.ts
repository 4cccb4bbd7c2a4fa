import { parentPort, workerData } from "node:worker_threads";
import { fuzz } from "./fuzz.ts";
import { TARGETS } from "./targets.ts";
import { WatchedInput } from "./watched.ts";

/** What the bench tells its worker. */
export interface WorkerOrder {
  /** Place in `TARGETS`. */
  readonly target: number;
  readonly inputs: number;
  readonly seed: number;
  readonly watched: SharedArrayBuffer;
}

const order = workerData as WorkerOrder;
const target = TARGETS[order.target];
const watched = new WatchedInput(order.watched);
if (target !== undefined) parentPort?.postMessage(fuzz({ ...order, target, onInput: (bytes) => watched.begin(bytes) }));
