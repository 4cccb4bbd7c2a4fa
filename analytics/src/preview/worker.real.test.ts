import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { ManualClock, newId } from "@nightflow/domain";
import { addRuleSetting, createJobQueue, type Database, type JobQueue, type ReadingStore } from "@nightflow/storage";
import { findRedis, silentLogger, startRedis, testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import type { PreviewRequest } from "../pure/preview-result.ts";
import { DEFAULT_TUNING } from "../pure/tuning.ts";
import { KeptTuning } from "../runner/kept-tuning.ts";
import { columnsOf, meterOf, START_MS } from "../testing/series.ts";
import { startPreviewWorker } from "./worker.ts";

const postgres = testDatabase();
const DAY_MS = 86_400_000;

test("a preview is worked off as a job, and one that fails says why", async () => {
  const { database: db } = await postgres.fresh();
  const jobs = createJobQueue({ db, logger: silentLogger });
  const parameters = { ...DEFAULT_TUNING.BURST };
  const request: PreviewRequest = {
    rule: "BURST",
    old: parameters,
    new: parameters,
    fromMs: START_MS,
    toMs: START_MS + 30 * DAY_MS,
    dma: null,
  };
  const ask = async (id: string, asked: object) => {
    await db.query("insert into rule_preview (id, rule, request, asked_at) values ($1, 'BURST', $2, now())", [
      id,
      asked,
    ]);
    await jobs.enqueue(db, { queue: "rule-preview", payload: { previewId: id } });
  };
  const store = {} as ReadingStore;
  const worker = await startPreviewWorker({ store, db, jobs, clock: new ManualClock(START_MS), logger: silentLogger });
  const [good, bad] = ["00000000-0000-7000-8000-00000000000a", "00000000-0000-7000-8000-00000000000b"];
  await ask(good, request);
  await ask(bad, { ...request, fromMs: "never" });
  const row = async (id: string) =>
    (await db.query("select result, error, finished_at from rule_preview where id = $1", [id])).rows[0];
  await expect.poll(async () => (await row(good))?.finished_at).toBeInstanceOf(Date);
  expect(await row(good)).toMatchObject({ error: null, result: { subjects: 0, findings: { old: 0, new: 0 } } });
  await expect.poll(async () => (await row(bad))?.error).toEqual(expect.any(String));
  await worker.close();
});

test("a preview that somebody cancels stops, and what it would have shown is not kept", async () => {
  const { database: db } = await postgres.fresh();
  const jobs = createJobQueue({ db, logger: silentLogger });
  const id = await askForHomes(db, jobs);
  let asked = 0;
  const store = {
    // As long as it goes on it reads meter after meter.
    curve: async (channel: string) => {
      asked++;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { channel, ...columnsOf([]) };
    },
  } as unknown as ReadingStore;
  const channels = Array.from({ length: 2000 }, (_, no) => meterOf(`m${no}`));
  const loadRegistry = async () => channels;
  const deps = { store, db, jobs, loadRegistry, clock: new ManualClock(START_MS), logger: silentLogger };
  const worker = await startPreviewWorker(deps);
  await expect.poll(() => asked).toBeGreaterThan(0);
  await db.query("update rule_preview set error = 'cancelled by control', finished_at = now()");
  await expect.poll(async () => (await jobs.list({ queue: "rule-preview" }))[0]?.state).toBe("done");
  expect(asked).toBeLessThan(2000);
  const { rows } = await db.query("select result, error from rule_preview where id = $1", [id]);
  expect(rows).toEqual([{ result: null, error: "cancelled by control" }]);
  await worker.close();
});

test.runIf(findRedis() !== undefined)("a preview is worked off on Redis too", async () => {
  const { database: db } = await postgres.fresh();
  const folder = await mkdtemp(path.join(os.tmpdir(), "nightflow-preview-"));
  const redis = await startRedis(folder);
  const jobs = createJobQueue({ db, logger: silentLogger, redisUrl: redis.url });
  const store = { curve: async (channel: string) => ({ channel, ...columnsOf([]) }) } as unknown as ReadingStore;
  const loadRegistry = async () => [meterOf("a"), meterOf("b")];
  const deps = { store, db, jobs, loadRegistry, clock: new ManualClock(START_MS), logger: silentLogger };
  const worker = await startPreviewWorker(deps);
  try {
    const id = await askForHomes(db, jobs);
    const row = async () => (await db.query("select result, error from rule_preview where id = $1", [id])).rows[0];
    await expect.poll(async () => (await row())?.result).toMatchObject({ subjects: 2, findings: { old: 0, new: 0 } });
  } finally {
    await worker.close();
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

async function askForHomes(db: Database, jobs: JobQueue): Promise<string> {
  const id = newId();
  const parameters = { ...DEFAULT_TUNING.BURST };
  const span = { fromMs: START_MS, toMs: START_MS + 30 * DAY_MS, dma: null };
  const request: PreviewRequest = { rule: "BURST", old: parameters, new: parameters, ...span };
  await db.query("insert into rule_preview (id, rule, request, asked_at) values ($1, 'BURST', $2, now())", [
    id,
    request,
  ]);
  await jobs.enqueue(db, { queue: "rule-preview", payload: { previewId: id } });
  return id;
}

test("what people set is heard at once, and what is no longer allowed falls back to the default", async () => {
  const { database: db } = await postgres.fresh();
  const kept = new KeptTuning(db, silentLogger);
  await kept.open();
  expect(kept.now.CONT_FLOW).toEqual(DEFAULT_TUNING.CONT_FLOW);
  const user = "00000000-0000-7000-8000-00000000000c";
  await db.query("alter table rule_setting drop constraint rule_setting_made_by_fkey");
  const setting = { rule: "CONT_FLOW", reason: "test", restores: null, madeBy: user, atMs: START_MS };
  const parameters = { leastHours: 30, recordFactor: -3 };
  await db.transaction((tx) => addRuleSetting(tx, { ...setting, version: 1, parameters }));
  await expect.poll(() => kept.now.CONT_FLOW).toEqual({ ...DEFAULT_TUNING.CONT_FLOW, leastHours: 30 });
  expect(await db.transaction((tx) => addRuleSetting(tx, { ...setting, version: 1, parameters }))).toBe(false);
  await kept.close();
});
