import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { realClock } from "@nightflow/domain";
import { expect, onTestFinished, test } from "vitest";
import { silentLogger } from "../../testing/postgres.ts";
import { openDuckDbStore } from "./duckdb-store.ts";
import { inspectStoreFile } from "./inspect-file.ts";
import { STORE_MIGRATIONS } from "./migrations.ts";

test("a store file of a newer program is recognised without being changed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nightflow-inspect-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "readings.duckdb");
  const store = await openDuckDbStore({
    path,
    memoryLimit: "128MB",
    threads: 1,
    clock: realClock,
    logger: silentLogger,
  });
  await store.close();
  const known = STORE_MIGRATIONS.at(-1)?.no ?? 0;
  expect(await inspectStoreFile(path)).toEqual({ format: known, known });
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run("INSERT INTO store_migration VALUES (999, 'of tomorrow', 0)");
  connection.closeSync();
  instance.closeSync();
  expect(await inspectStoreFile(path)).toEqual({ format: 999, known });
  await expect(inspectStoreFile(join(folder, "nothing"))).rejects.toMatchObject({ code: "STORE_CORRUPT" });
});
