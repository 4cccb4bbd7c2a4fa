import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { NightflowError } from "@nightflow/domain";
import { afterEach, expect, test } from "vitest";
import type { Database } from "../relational/database.ts";
import { silentLogger, testDatabase } from "../testing/postgres.ts";
import type { Job, JobContext, JobQueue, WorkerOptions } from "./job-queue.ts";
import { JobLeaseLostError } from "./job-queue.ts";
import { createJobQueue } from "./pg-job-queue.ts";

const HOLDER = fileURLToPath(new URL("../testing/hold-job.ts", import.meta.url));
const QUEUE = "tickets";
const databases = testDatabase();
const cleanUp: (() => unknown)[] = [];

afterEach(async () => {
  for (const task of cleanUp.splice(0).reverse()) await task();
});

async function open(): Promise<{ database: Database; jobs: JobQueue; url: string }> {
  const { database, url } = await databases.fresh();
  await database.query("create table effect (job uuid not null)");
  return { database, url, jobs: createJobQueue({ db: database, logger: silentLogger }) };
}

async function work(jobs: JobQueue, options: Partial<WorkerOptions> & Pick<WorkerOptions, "handler">) {
  const worker = await jobs.startWorker({
    queue: QUEUE,
    backOff: { firstMs: 1, longestMs: 1 },
    pollMs: 50,
    ...options,
  });
  cleanUp.push(() => worker.stop(0));
  return worker;
}

const effectsOf = async (database: Database) => (await database.query("select job from effect")).rows.length;
const stateOf = async (jobs: JobQueue, id: string) => (await jobs.find(id))?.state;

test("a job runs after its transaction commits, and never when it is rolled back", async () => {
  const { database, jobs } = await open();
  const ran: unknown[] = [];
  await work(jobs, { handler: async (job) => void ran.push(job.payload) });
  await database
    .transaction(async (tx) => {
      await jobs.enqueue(tx, { queue: QUEUE, payload: "rolled back" });
      throw new Error("no");
    })
    .catch(() => undefined);
  const { id } = await database.transaction((tx) => jobs.enqueue(tx, { queue: QUEUE, payload: ["committed"] }));
  await expect.poll(() => stateOf(jobs, id)).toBe("done");
  expect(ran).toEqual([["committed"]]);
});

test("a waiting worker is woken by a new job without waiting for its poll", async () => {
  const { database, jobs } = await open();
  await work(jobs, { handler: async () => undefined, pollMs: 60_000 });
  const { id } = await database.transaction((tx) => jobs.enqueue(tx, { queue: QUEUE, payload: 1 }));
  await expect.poll(() => stateOf(jobs, id), { timeout: 5000 }).toBe("done");
});

test("a job for later waits for its time", async () => {
  const { database, jobs } = await open();
  const later = await jobs.enqueue(database, { queue: QUEUE, payload: 1, runAt: new Date(Date.now() + 3_600_000) });
  const now = await jobs.enqueue(database, { queue: QUEUE, payload: 2 });
  await work(jobs, { handler: async () => undefined });
  await expect.poll(() => stateOf(jobs, now.id)).toBe("done");
  expect(await stateOf(jobs, later.id)).toBe("waiting");
});

test("asking twice for the same thing at the same time gives one job, also after it is done", async () => {
  const { database, jobs } = await open();
  const ask = () =>
    database.transaction((tx) => jobs.enqueue(tx, { queue: QUEUE, payload: 1, dedupeKey: "anomaly-1" }));
  const answers = await Promise.all([ask(), ask(), ask()]);
  expect(answers.filter((answer) => answer.isNew)).toHaveLength(1);
  expect(new Set(answers.map((answer) => answer.id)).size).toBe(1);
  await work(jobs, { handler: async () => undefined });
  await expect.poll(() => stateOf(jobs, answers[0].id)).toBe("done");
  expect((await ask()).isNew).toBe(false);
});

test("many workers share a queue and no job runs twice", async () => {
  const { database, jobs } = await open();
  const ran: string[] = [];
  for (let no = 0; no < 60; no++) await jobs.enqueue(database, { queue: QUEUE, payload: no });
  for (let no = 0; no < 3; no++) await work(jobs, { concurrency: 4, handler: async (job) => void ran.push(job.id) });
  await expect.poll(async () => (await jobs.list({ state: "done" })).length).toBe(60);
  expect(new Set(ran).size).toBe(60);
  expect(ran).toHaveLength(60);
});

test("a failing job is tried again, then lies dead with its reason until somebody retries it", async () => {
  const { database, jobs } = await open();
  let isBroken = true;
  await work(jobs, {
    handler: async () => {
      if (isBroken) throw new Error("the printer is on fire");
    },
  });
  const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1, maxAttempts: 3 });
  await expect.poll(() => stateOf(jobs, id)).toBe("dead");
  expect(await jobs.dead()).toMatchObject([{ id, attempts: 3, lastError: "the printer is on fire" }]);
  isBroken = false;
  expect(await jobs.retry(id)).toBe(true);
  await expect.poll(() => stateOf(jobs, id)).toBe("done");
  expect(await jobs.retry(id)).toBe(false);
});

test("a job that cannot succeed by trying again is dead at once", async () => {
  class NoSuchAccount extends NightflowError {
    readonly code = "NO_SUCH_ACCOUNT";
    readonly retriable = false;
  }
  const { database, jobs } = await open();
  await work(jobs, { handler: () => Promise.reject(new NoSuchAccount("account 7 is gone")) });
  const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
  await expect.poll(() => stateOf(jobs, id)).toBe("dead");
  expect((await jobs.find(id))?.attempts).toBe(1);
});

test("the job of a worker killed with SIGKILL runs again elsewhere", async () => {
  const { database, jobs, url } = await open();
  const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
  const killed = spawn(process.execPath, [HOLDER, url, QUEUE], { stdio: ["ignore", "pipe", "inherit"] });
  expect(await once(createInterface({ input: killed.stdout }), "line")).toEqual([id]);
  killed.kill("SIGKILL");
  await once(killed, "exit");
  expect(await stateOf(jobs, id)).toBe("running");
  const attempts: number[] = [];
  await work(jobs, { handler: async (job) => void attempts.push(job.attempts) });
  await expect.poll(() => stateOf(jobs, id), { timeout: 10_000 }).toBe("done");
  expect(attempts).toEqual([2]);
});

test("a job that kills its worker at every try is dead in the end", async () => {
  const { database, jobs } = await open();
  const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1, maxAttempts: 1 });
  await database.query(
    "update job set state = 'running', attempts = 1, locked_by = 'gone', locked_until = now() - interval '1 s'",
  );
  await work(jobs, { handler: async () => undefined });
  await expect.poll(() => stateOf(jobs, id)).toBe("dead");
  expect((await jobs.dead())[0]?.lastError).toContain("without a word");
});

test("a slow job keeps its lease as long as its worker lives", async () => {
  const { database, jobs } = await open();
  const { handler, begun, end } = gatedHandler();
  await work(jobs, { handler, leaseMs: 300 });
  await work(jobs, { handler, leaseMs: 300 });
  const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
  await begun;
  const firstLease = await lockedUntil(database);
  await expect.poll(async () => (await lockedUntil(database)) > firstLease + 600, { timeout: 10_000 }).toBe(true);
  end();
  await expect.poll(() => stateOf(jobs, id)).toBe("done");
  expect((await jobs.find(id))?.attempts).toBe(1);
});

test("an effect and its done mark commit together: a failure after the commit does not run the job again", async () => {
  const { database, jobs } = await open();
  const handler = async (job: Job, { completeIn }: JobContext) => {
    await database.transaction(async (tx) => {
      await tx.query("insert into effect values ($1)", [job.id]);
      await completeIn(tx);
    });
    throw new Error("killed right after the commit");
  };
  await work(jobs, { handler });
  const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
  await expect.poll(() => stateOf(jobs, id)).toBe("done");
  expect(await effectsOf(database)).toBe(1);
});

test("a handler that swallows its rolled-back transaction is tried again", async () => {
  const { database, jobs } = await open();
  const handler = async (job: Job, { completeIn }: JobContext) => {
    const transaction = database.transaction(async (tx) => {
      await tx.query("insert into effect values ($1)", [job.id]);
      await completeIn(tx);
      if (job.attempts === 1) throw new Error("the network went away");
    });
    await transaction.catch(() => undefined);
  };
  await work(jobs, { handler });
  const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
  await expect.poll(() => stateOf(jobs, id)).toBe("done");
  expect(await jobs.find(id)).toMatchObject({ attempts: 2 });
  expect(await effectsOf(database)).toBe(1);
});

test("a worker that lost its lease cannot let its effect count", async () => {
  const { database, jobs } = await open();
  const failures: unknown[] = [];
  const handler = async (job: Job, { completeIn }: JobContext) => {
    await database.query("update job set locked_by = 'another worker' where id = $1", [job.id]);
    const transaction = database.transaction(async (tx) => {
      await tx.query("insert into effect values ($1)", [job.id]);
      await completeIn(tx);
    });
    await transaction.catch((error: unknown) => failures.push(error));
  };
  await work(jobs, { handler });
  const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
  await expect.poll(() => failures.length).toBe(1);
  expect(failures[0]).toBeInstanceOf(JobLeaseLostError);
  expect(await effectsOf(database)).toBe(0);
  expect(await stateOf(jobs, id)).toBe("running");
});

test("a handler hears that its lease is lost and shows its progress until then", async () => {
  const { database, jobs } = await open();
  let signal: AbortSignal | undefined;
  const handler = async (_: Job, context: JobContext) => {
    signal = context.signal;
    await context.progress(0.4);
    await once(context.signal, "abort");
  };
  await work(jobs, { handler, leaseMs: 150 });
  const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
  await expect.poll(async () => (await jobs.find(id))?.progress).toBe(0.4);
  await database.query("update job set locked_by = 'another worker', locked_until = now() + interval '1 h'");
  await expect.poll(() => signal?.aborted, { timeout: 5000 }).toBe(true);
});

test("a worker that stops waits for its job, and gives back what does not end in time", async () => {
  const { database, jobs } = await open();
  const { handler, begun } = gatedHandler();
  const worker = await work(jobs, { handler });
  const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
  await begun;
  await worker.stop(0);
  expect(await jobs.find(id)).toMatchObject({ state: "waiting", attempts: 0 });
});

test("done jobs can be forgotten, those that must never run again stay known", async () => {
  const { database, jobs } = await open();
  await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
  await jobs.enqueue(database, { queue: QUEUE, payload: 2, dedupeKey: "once" });
  await work(jobs, { handler: async () => undefined });
  await expect.poll(async () => (await jobs.list({ state: "done" })).length).toBe(2);
  expect(await jobs.forgetDone(new Date(Date.now() + 60_000))).toBe(1);
  expect((await jobs.list()).map((job) => job.dedupeKey)).toEqual(["once"]);
});

function gatedHandler() {
  const begun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const handler = async (_: Job, { signal }: JobContext) => {
    begun.resolve();
    signal.addEventListener("abort", () => gate.reject(signal.reason));
    await gate.promise;
  };
  return { handler, begun: begun.promise, end: gate.resolve };
}

async function lockedUntil(database: Database): Promise<number> {
  const { rows } = await database.query<{ at: Date | null }>("select locked_until as at from job");
  return rows[0]?.at?.getTime() ?? 0;
}
