import { ManualClock } from "@nightflow/domain";
import { addRuleSetting, createJobQueue, type ReadingStore } from "@nightflow/storage";
import { silentLogger, testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import type { PreviewRequest } from "../pure/preview-result.ts";
import { DEFAULT_TUNING } from "../pure/tuning.ts";
import { KeptTuning } from "../runner/kept-tuning.ts";
import { START_MS } from "../testing/series.ts";
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
