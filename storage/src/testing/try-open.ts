import { writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { pino } from "pino";
import { openDuckDbStore } from "../readings/duckdb/duckdb-store.ts";

/**
 * A thread or a program for tests: tries to open a store file and gives the error's code, or `OPENED`. The path comes
 * as workerData or as the first argument, the answer goes as a message or to the output.
 */
const path = String(workerData ?? process.argv[2]);
const answer = await openDuckDbStore({ path, logger: pino({ level: "silent" }) }).then(
  () => "OPENED",
  (error: { code: string }) => error.code,
);
if (parentPort) parentPort.postMessage(answer);
else writeSync(1, answer);
