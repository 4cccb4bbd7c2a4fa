import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import { fuzz } from "./fuzz.ts";
import { TARGETS } from "./targets.ts";
import { WatchedInput } from "./watched.ts";

const Order = z.object({
  target: z.int(),
  inputs: z.int(),
  seed: z.int(),
  watched: z.instanceof(SharedArrayBuffer),
});

const order = Order.parse(workerData);
const target = TARGETS[order.target];
const watched = new WatchedInput(order.watched);
if (target !== undefined) parentPort?.postMessage(fuzz({ ...order, target, onInput: (bytes) => watched.begin(bytes) }));
