import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "@nightflow/domain";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import {
  addEffect,
  effectsOf,
  eventually,
  type JobStage,
  jobStageOn,
  QUEUE,
  stateOf,
  work,
} from "../../testing/job-stage.ts";
import { silentLogger, testDatabase } from "../../testing/postgres.ts";
import { findRedis, startRedis, type TestRedis } from "../../testing/redis.ts";
import { createJobQueue } from "../create-job-queue.ts";
import type { Job, JobContext } from "../job-queue.ts";
import { redisPrefixOf } from "./redis-names.ts";

const OFTEN = { pollMs: 50, reconcileMs: 200 };
const SELDOM = { pollMs: 50, reconcileMs: 600_000 };

describe.runIf(findRedis() !== undefined)("jobs on a Redis that forgets, repeats and goes away", () => {
  const databases = testDatabase();
  let folder: string;
  let redis: TestRedis;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nightflow-redis-"));
    redis = await startRedis(folder);
  });

  afterAll(async () => {
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const openStage = async (relay = SELDOM) => jobStageOn(await databases.fresh(), { redisUrl: redis.url, relay });

  function client(): Redis {
    const direct = new Redis(redis.url);
    onTestFinished(() => direct.disconnect());
    return direct;
  }

  test("a flushed Redis is told again of what still waits", async () => {
    const { database, jobs } = await openStage(OFTEN);
    const handler = async () => undefined;
    await work(jobs, { queue: "another", handler });
    const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
    await eventually(() => relayedAt(database, id)).not.toBeNull();
    await client().flushall();
    await work(jobs, { handler });
    await eventually(() => stateOf(jobs, id)).toBe("done");
  });

  test("a job that is over leaves nothing in Redis, and what it is about is never there", async () => {
    const { database, jobs } = await openStage();
    const direct = client();
    await work(jobs, { queue: "another", handler: async () => undefined });
    const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: { customer: "王小明" } });
    await eventually(() => relayedAt(database, id)).not.toBeNull();
    const prefix = await redisPrefixOf(database);
    const inRedis = JSON.stringify(await direct.hgetall(`${prefix}:${QUEUE}:${id}`));
    expect(inRedis).toContain(id);
    expect(inRedis).not.toContain("customer");
    await work(jobs, { handler: async () => undefined });
    await eventually(() => direct.exists(`${prefix}:${QUEUE}:${id}`)).toBe(0);
    expect(await stateOf(jobs, id)).toBe("done");
  });

  test("a job that Redis hands out again after its effect committed does nothing more", async () => {
    const { database, jobs } = await openStage();
    let calls = 0;
    const handler = (job: Job, context: JobContext) => {
      calls++;
      return addEffect(database, job, context);
    };
    await work(jobs, { handler });
    const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
    await eventually(() => stateOf(jobs, id)).toBe("done");
    const prefix = await redisPrefixOf(database);
    const direct = client();
    await eventually(() => direct.exists(`${prefix}:${QUEUE}:${id}`)).toBe(0);
    const again = new Queue(QUEUE, { connection: direct, prefix });
    await again.add("job", null, { jobId: id, removeOnComplete: true });
    await eventually(() => direct.exists(`${prefix}:${QUEUE}:${id}`)).toBe(0);
    expect([calls, await effectsOf(database)]).toEqual([1, 1]);
  });

  test("two databases on one Redis do not take each other's jobs", async () => {
    const [one, other] = [await openStage(), await openStage()];
    const seen: string[] = [];
    const collectFor = (stage: JobStage, name: string) =>
      work(stage.jobs, { handler: async (job) => void seen.push(`${name}: ${job.payload}`) });
    await collectFor(one, "one");
    await collectFor(other, "other");
    await one.jobs.enqueue(one.database, { queue: QUEUE, payload: "of one" });
    await other.jobs.enqueue(other.database, { queue: QUEUE, payload: "of other" });
    await eventually(() => seen.toSorted()).toEqual(["one: of one", "other: of other"]);
  });

  test("an installation may go over to Redis, or back, with jobs under way and both kinds of worker running", async () => {
    const { database, jobs } = await openStage();
    const plain = createJobQueue({ db: database, logger: silentLogger });
    const ran: string[] = [];
    const handler = async ({ id }: { id: string }) => void ran.push(id);
    for (let no = 0; no < 40; no++) await jobs.enqueue(database, { queue: QUEUE, payload: no });
    await work(jobs, { handler, concurrency: 2 });
    await work(plain, { handler, concurrency: 2 });
    for (let no = 0; no < 40; no++) await plain.enqueue(database, { queue: QUEUE, payload: no });
    await eventually(async () => (await jobs.list({ state: "done" })).length).toBe(80);
    expect(new Set(ran).size).toBe(80);
    expect(ran).toHaveLength(80);
  });

  describe("while it is away", () => {
    test("jobs wait in PostgreSQL and run when it is back, empty", async () => {
      const { database, jobs } = await openStage();
      await work(jobs, { handler: async () => undefined });
      const ask = (payload: string) => jobs.enqueue(database, { queue: QUEUE, payload });
      const before = await ask("before");
      await eventually(() => stateOf(jobs, before.id)).toBe("done");
      await redis.kill();
      const meanwhile = await ask("meanwhile");
      redis = await startRedis(folder, { port: redis.port });
      await eventually(() => stateOf(jobs, meanwhile.id)).toBe("done");
    });

    test("a job under way ends well, once, and its effect counts", async () => {
      const { database, jobs } = await openStage(OFTEN);
      const begun = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      await work(jobs, {
        concurrency: 2,
        leaseMs: 900,
        handler: async (job, context) => {
          begun.resolve();
          await gate.promise;
          await addEffect(database, job, context);
        },
      });
      const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
      await begun.promise;
      await redis.kill();
      redis = await startRedis(folder, { port: redis.port });
      const prefix = await redisPrefixOf(database);
      const direct = client();
      await eventually(() => direct.exists(`${prefix}:${QUEUE}:${id}`)).toBe(1);
      gate.resolve();
      await eventually(() => stateOf(jobs, id)).toBe("done");
      expect(await jobs.find(id)).toMatchObject({ attempts: 1 });
      expect(await effectsOf(database)).toBe(1);
    });

    test("a worker can start, and stop without delay, and its jobs run later elsewhere", async () => {
      const { database, jobs, another } = await openStage();
      await redis.kill();
      const worker = await work(jobs, { handler: async () => undefined });
      const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
      const askedAtMs = performance.now();
      await worker.stop(0);
      expect(performance.now() - askedAtMs).toBeLessThan(10_000);
      expect(await stateOf(jobs, id)).toBe("waiting");
      redis = await startRedis(folder, { port: redis.port });
      await work(another(), { handler: async () => undefined });
      await eventually(() => stateOf(jobs, id)).toBe("done");
    });
  });

  test("a Redis that answers nothing holds up no transaction and no worker that stops, and its jobs run later", async () => {
    const { database, jobs, another } = await openStage();
    const worker = await work(jobs, { handler: async () => undefined });
    const first = await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
    await eventually(() => stateOf(jobs, first.id)).toBe("done");
    redis.pause();
    onTestFinished(() => redis.resume());
    const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 2 });
    const askedAtMs = performance.now();
    await worker.stop(0);
    expect(performance.now() - askedAtMs).toBeLessThan(20_000);
    expect(await stateOf(jobs, id)).toBe("waiting");
    redis.resume();
    await work(another(), { handler: async () => undefined });
    // Redis may have given the job to the worker that stopped: then its lease must run out first, 40 s by default.
    await expect.poll(() => stateOf(jobs, id), { timeout: 120_000, interval: 100 }).toBe("done");
  });

  test("an address that is none of a Redis is refused at once", async () => {
    const { database } = await databases.fresh();
    expect(() => createJobQueue({ db: database, logger: silentLogger, redisUrl: "6379" })).toThrow(ConfigError);
  });
});

async function relayedAt(database: JobStage["database"], id: string): Promise<Date | null | undefined> {
  const { rows } = await database.query<{ at: Date | null }>("select relayed_at as at from job where id = $1", [id]);
  return rows[0]?.at;
}
