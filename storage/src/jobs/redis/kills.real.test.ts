import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Database } from "../../relational/database.ts";
import { faultRounds } from "../../testing/fault-rounds.ts";
import { eventually, type JobStage, jobStageOn, QUEUE } from "../../testing/job-stage.ts";
import { testDatabase } from "../../testing/postgres.ts";
import { findRedis, startRedis, type TestRedis } from "../../testing/redis.ts";

/** Relay, Redis and worker are killed so often each. */
const KILLS_EACH = faultRounds(2);
const KILLS = 3 * KILLS_EACH;
const JOBS = Math.max(150, 10 * KILLS);
const programOf = (name: string) => fileURLToPath(new URL(`../../testing/${name}`, import.meta.url));

/** A program that is killed and started again. */
interface Victim {
  killAndStart(): Promise<void>;
}

describe.runIf(findRedis() !== undefined)("jobs on Redis when everything around them is killed", () => {
  const databases = testDatabase();

  test.each([
    { seed: 1, isDurable: false },
    { seed: 2, isDurable: true },
  ])(
    "seed $seed: no job is lost and none takes effect twice (Redis keeps its log: $isDurable)",
    async ({ seed, isDurable }) => {
      const random = seededRandom(seed);
      const redis = await killableRedis(isDurable);
      const stage = await jobStageOn(await databases.fresh(), { redisUrl: redis.url, relay: false });
      const { url } = stage;
      const relay = await killableProgram("relay-jobs.ts", [url, redis.url]);
      const worker = await killableProgram("work-jobs.ts", [url, QUEUE, redis.url]);
      const all = Array.from({ length: KILLS_EACH }, () => [relay, redis, worker]).flat();
      const victims = all
        .map((victim) => ({ victim, place: random() }))
        .sort((a, b) => a.place - b.place)
        .map(({ victim }) => victim);
      const enqueued = enqueueAll(stage, random);
      for (let no = 1; no <= KILLS; no++) {
        // The moment is chosen by how far the work is, so that the same seed kills at the same stage of it.
        const share = (no - random()) / KILLS;
        await eventually(() => progressOf(stage.database)).toBeGreaterThanOrEqual(Math.floor(share * JOBS));
        await victims[no - 1]?.killAndStart();
      }
      const ids = await enqueued;
      await eventually(() => openJobs(stage.database)).toEqual([]);
      expect(await effectIds(stage.database)).toEqual(ids.toSorted());
    },
  );
});

/** Asks for the jobs one transaction each, some of them for later, with as many rolled back between them. */
async function enqueueAll({ database, jobs }: JobStage, random: () => number): Promise<string[]> {
  const ids: string[] = [];
  for (let no = 0; no < JOBS; no++) {
    const runAt = new Date(Date.now() + (random() < 0.3 ? random() * 2000 : 0));
    const request = { queue: QUEUE, payload: no, runAt, maxAttempts: 1000 };
    await database
      .transaction(async (tx) => {
        await jobs.enqueue(tx, request);
        throw new Error("rolled back");
      })
      .catch(() => undefined);
    ids.push((await database.transaction((tx) => jobs.enqueue(tx, request))).id);
  }
  return ids;
}

async function progressOf(database: Database): Promise<number> {
  const { rows } = await database.query<{ done: number }>(
    "select count(*)::integer as done from job where state = 'done'",
  );
  return rows[0]?.done ?? 0;
}

async function openJobs(database: Database) {
  return (await database.query("select id, state, attempts, relayed_at from job where state <> 'done'")).rows;
}

async function effectIds(database: Database): Promise<string[]> {
  const { rows } = await database.query<{ job: string }>("select job from effect order by job");
  return rows.map((row) => row.job);
}

async function killableRedis(isDurable: boolean): Promise<Victim & { readonly url: string }> {
  const folder = await mkdtemp(join(tmpdir(), "nightflow-redis-"));
  let redis: TestRedis = await startRedis(folder, { isDurable });
  const { url, port } = redis;
  onTestFinished(async () => {
    await redis.kill();
    await rm(folder, { recursive: true, force: true });
  });
  const killAndStart = async () => {
    await redis.kill();
    redis = await startRedis(folder, { port, isDurable });
  };
  return { url, killAndStart };
}

async function killableProgram(name: string, args: readonly string[]): Promise<Victim> {
  let child = await begin(name, args);
  onTestFinished(() => kill(child));
  const killAndStart = async () => {
    await kill(child);
    child = await begin(name, args);
  };
  return { killAndStart };
}

async function begin(name: string, args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [programOf(name), ...args], { stdio: ["ignore", "pipe", "inherit"] });
  await once(createInterface({ input: child.stdout }), "line");
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

/** mulberry32: numbers in [0, 1), the same for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
