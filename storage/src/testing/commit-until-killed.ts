import { writeSync } from "node:fs";
import { pino } from "pino";
import { openDuckDbStore } from "../readings/duckdb/duckdb-store.ts";
import { batchOf, commitOf, registerRow, SAMPLE_START_MS } from "./reading-samples.ts";

/**
 * A program for tests of kills: opens the store file of its first argument and commits for ever, printing each commit's
 * number after the store has said that it is durable. Every commit n holds one batch of seq n and n % 50 + 1 readings.
 */
const [path = ""] = process.argv.slice(2);
const checkpoint = { maxLogBytes: 200_000, idleMs: 10 };
const store = await openDuckDbStore({ path, checkpoint, logger: pino({ level: "silent" }) });
for (let next = (await store.counts()).lastCommit + 1; ; next++) {
  const rows = Array.from({ length: (next % 50) + 1 }, (_, i) =>
    registerRow(`M-${i}.forward_total`, SAMPLE_START_MS + next * 1000, BigInt(next)),
  );
  const no = await store.commit(commitOf(rows, { batches: [batchOf(next)] }));
  writeSync(1, `${no}\n`);
}
