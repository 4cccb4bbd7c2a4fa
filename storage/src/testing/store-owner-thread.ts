import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { pino } from "pino";
import { openDuckDbStore } from "../readings/duckdb/duckdb-store.ts";
import { serveReadingStore } from "../readings/remote/serve.ts";

/**
 * A thread for tests: owns the store of its workerData, whose file is in a thread of its own as in `nightflow up`, and serves it
 * on its port until it is told to stop.
 */
const { path, port } = workerData as { path: string; port: MessagePort };
const store = await openDuckDbStore({ path, thread: { anchor: null }, logger: pino({ level: "silent" }) });
const stop = serveReadingStore(store, port);
parentPort?.once("message", async () => {
  stop();
  await store.close();
  parentPort?.close();
});
