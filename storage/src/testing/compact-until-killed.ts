import { pino } from "pino";
import { openDuckDbStore } from "../readings/duckdb/duckdb-store.ts";
import { commitOf, registerRow, SAMPLE_START_MS } from "./reading-samples.ts";

/** A program for tests: commits 50 readings at a time and compacts without end, and prints the number of each commit. */
const path = process.argv[2] ?? "";
const store = await openDuckDbStore({ path, logger: pino({ level: "silent" }) });
let no = (await store.counts()).lastCommit;
void (async () => {
  for (;;) await store.compact({ withoutConsumers: true, pieceRows: 500 });
})();
for (;;) {
  const rows = Array.from({ length: 50 }, (_, i) =>
    registerRow("M-0.forward_total", SAMPLE_START_MS + (no * 50 + i) * 60_000, BigInt(no)),
  );
  no = await store.commit(commitOf(rows));
  process.stdout.write(`${no}\n`);
}
