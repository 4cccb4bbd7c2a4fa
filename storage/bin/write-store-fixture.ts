import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ManualClock } from "@nightflow/domain";
import { pino } from "pino";
import { openDuckDbStore } from "../src/readings/duckdb/duckdb-store.ts";
import { STORE_MIGRATIONS } from "../src/readings/duckdb/migrations.ts";
import { SAMPLE_START_MS } from "../src/testing/reading-samples.ts";
import { fixtureChannels, fixtureCommits } from "../src/testing/store-fixture.ts";

// Run once per released format: node storage/bin/write-store-fixture.ts. The files of older formats stay as they are.
const folder = await mkdtemp(join(tmpdir(), "nightflow-fixture-"));
try {
  const path = join(folder, "readings.duckdb");
  const clock = new ManualClock(SAMPLE_START_MS);
  const store = await openDuckDbStore({ path, clock, logger: pino({ level: "silent" }) });
  await store.saveChannels(fixtureChannels());
  for (const commit of fixtureCommits()) await store.commit(commit);
  await store.saveCursor("analytics", 2);
  await store.close();
  const format = STORE_MIGRATIONS.at(-1)?.no;
  const file = new URL(`../fixtures/readings-v${format}.duckdb.gz`, import.meta.url);
  await writeFile(file, gzipSync(await readFile(path), { level: 9 }));
} finally {
  await rm(folder, { recursive: true });
}
