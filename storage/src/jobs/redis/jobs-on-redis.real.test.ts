import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { describeJobQueue } from "../../testing/job-queue-contract.ts";
import { jobStageOn } from "../../testing/job-stage.ts";
import { testDatabase } from "../../testing/postgres.ts";
import { findRedis, startRedis, type TestRedis } from "../../testing/redis.ts";

describe.runIf(findRedis() !== undefined)("jobs on Redis", () => {
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

  describeJobQueue("BullMQ behind the relay", async () =>
    jobStageOn(await databases.fresh(), { redisUrl: redis.url, relay: { pollMs: 50, reconcileMs: 60_000 } }),
  );
});
