import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { batchOf, commitOf, HOUR_MS, registerRow, SAMPLE_START_MS } from "../../testing/reading-samples.ts";
import { fixtureChannels, fixtureCommits } from "../../testing/store-fixture.ts";
import { rowsOf } from "../reading-columns.ts";
import { openDuckDbStore } from "./duckdb-store.ts";
import { STORE_MIGRATIONS } from "./migrations.ts";

const FIXTURES = new URL("../../../fixtures/", import.meta.url);
const T0 = SAMPLE_START_MS;

async function keptFiles(): Promise<string[]> {
  return (await readdir(FIXTURES)).filter((name) => /^readings-v\d+\.duckdb\.gz$/.test(name));
}

test("there is a kept store file of every format ever released", async () => {
  const expected = STORE_MIGRATIONS.map(({ no }) => `readings-v${no}.duckdb.gz`);
  expect((await keptFiles()).toSorted()).toEqual(expected.toSorted());
});

test("a store file of every released format opens with all its readings, marks and lists, and takes more", async () => {
  for (const name of await keptFiles()) {
    const store = await openCopy(name);
    const [first, second, third] = fixtureCommits().map((commit) => rowsOf(commit.readings));
    const stored = [...(first ?? []), ...(second ?? []), ...(third ?? [])];
    expect(rowsOf((await store.changesSince(0, 10_000)).readings)).toEqual(stored);
    expect(await store.counts()).toEqual({
      stored: stored.length,
      deadLetters: 1,
      quarantined: 0,
      conflicts: 1,
      repeats: 1,
      lastCommit: 4,
    });
    expect(await store.channels()).toEqual(fixtureChannels());
    expect(await store.marks()).toContainEqual({ ...batchOf(2), above: [4, 5] });
    expect((await store.lastValues(["M-1.forward_total"]))[0]?.counts).toBe(2n ** 53n + 1n);
    expect(await store.commit(commitOf([registerRow("M-1.forward_total", T0 + 49 * HOUR_MS, 1n)]))).toBe(5);
  }
});

async function openCopy(name: string) {
  const folder = await mkdtemp(join(tmpdir(), "nightflow-kept-"));
  const path = join(folder, "readings.duckdb");
  await writeFile(path, gunzipSync(await readFile(new URL(name, FIXTURES))));
  const store = await openDuckDbStore({ path, logger: pino({ level: "silent" }) });
  onTestFinished(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  return store;
}
