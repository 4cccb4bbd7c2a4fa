import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Job, type JobContext, JobLeaseLostError } from "../jobs/job-queue.ts";
import {
  effectsOf,
  eventually,
  gatedHandler,
  lockedUntil,
  type MakeJobStage,
  QUEUE,
  stateOf,
  work,
} from "./job-stage.ts";

const HOLDER = fileURLToPath(new URL("./hold-job.ts", import.meta.url));

/** What a queue promises when workers are killed, stopped, slow or deprived of their jobs. */
export function describeJobLeases(name: string, openStage: MakeJobStage): void {
  describe(`${name} when workers end or are late`, () => {
    test("the job of a worker killed with SIGKILL runs again elsewhere", async () => {
      const { database, jobs, url, redisUrl } = await openStage();
      const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
      const killed = spawn(process.execPath, [HOLDER, url, QUEUE, ...(redisUrl === undefined ? [] : [redisUrl])], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      expect(await once(createInterface({ input: killed.stdout }), "line")).toEqual([id]);
      killed.kill("SIGKILL");
      await once(killed, "exit");
      expect(await stateOf(jobs, id)).toBe("running");
      const attempts: number[] = [];
      await work(jobs, { handler: async (job) => void attempts.push(job.attempts), leaseMs: 600 });
      await eventually(() => stateOf(jobs, id)).toBe("done");
      expect(attempts).toEqual([2]);
    });

    test("a job that kills its worker at every try is dead in the end", async () => {
      const { database, jobs } = await openStage();
      const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1, maxAttempts: 1 });
      await database.query(
        "update job set state = 'running', attempts = 1, locked_by = 'gone', locked_until = now() - interval '1 s'",
      );
      await work(jobs, { handler: async () => undefined });
      await eventually(() => stateOf(jobs, id)).toBe("dead");
      expect((await jobs.dead())[0]?.lastError).toContain("without a word");
    });

    test("a slow job keeps its lease as long as its worker lives", async () => {
      const { database, jobs } = await openStage();
      const { handler, begun, end } = gatedHandler();
      await work(jobs, { handler, leaseMs: 300 });
      await work(jobs, { handler, leaseMs: 300 });
      const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
      await begun;
      const firstLease = await lockedUntil(database);
      await eventually(async () => (await lockedUntil(database)) > firstLease + 600).toBe(true);
      end();
      await eventually(() => stateOf(jobs, id)).toBe("done");
      expect((await jobs.find(id))?.attempts).toBe(1);
    });

    test("an effect and its done mark commit together: a failure after the commit does not run the job again", async () => {
      const { database, jobs } = await openStage();
      const handler = async (job: Job, { completeIn }: JobContext) => {
        await database.transaction(async (tx) => {
          await tx.query("insert into effect values ($1)", [job.id]);
          await completeIn(tx);
        });
        throw new Error("killed right after the commit");
      };
      await work(jobs, { handler });
      const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
      await eventually(() => stateOf(jobs, id)).toBe("done");
      expect(await effectsOf(database)).toBe(1);
    });

    test("a handler that swallows its rolled-back transaction is tried again", async () => {
      const { database, jobs } = await openStage();
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
      await eventually(() => stateOf(jobs, id)).toBe("done");
      expect(await jobs.find(id)).toMatchObject({ attempts: 2 });
      expect(await effectsOf(database)).toBe(1);
    });

    test("a worker that lost its lease cannot let its effect count", async () => {
      const { database, jobs } = await openStage();
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
      await eventually(() => failures.length).toBe(1);
      expect(failures[0]).toBeInstanceOf(JobLeaseLostError);
      expect(await effectsOf(database)).toBe(0);
      expect(await stateOf(jobs, id)).toBe("running");
    });

    test("a handler hears that its lease is lost and shows its progress until then", async () => {
      const { database, jobs } = await openStage();
      let signal: AbortSignal | undefined;
      const handler = async (_: Job, context: JobContext) => {
        signal = context.signal;
        await context.progress(0.4);
        await once(context.signal, "abort");
      };
      await work(jobs, { handler, leaseMs: 150 });
      const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
      await eventually(async () => (await jobs.find(id))?.progress).toBe(0.4);
      await database.query("update job set locked_by = 'another worker', locked_until = now() + interval '1 h'");
      await eventually(() => signal?.aborted).toBe(true);
    });

    test("a worker that stops waits for its job, and gives back what does not end in time", async () => {
      const { database, jobs } = await openStage();
      const { handler, begun } = gatedHandler();
      const worker = await work(jobs, { handler });
      const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
      await begun;
      await worker.stop(0);
      expect(await jobs.find(id)).toMatchObject({ state: "waiting", attempts: 0 });
    });
  });
}
