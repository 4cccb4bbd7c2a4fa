import { NightflowError } from "@nightflow/domain";
import { describe, expect, test } from "vitest";
import type { Job } from "../jobs/job-queue.ts";
import { describeJobCare } from "./job-care-contract.ts";
import { describeJobLeases } from "./job-lease-contract.ts";
import { describeSchedules } from "./job-schedule-contract.ts";
import { eventually, type MakeJobStage, QUEUE, stateOf, work } from "./job-stage.ts";

/** What every way to hand out jobs promises. */
export function describeJobQueue(name: string, openStage: MakeJobStage): void {
  describe(`${name} as a job queue`, () => {
    test("a job runs after its transaction commits, and never when it is rolled back", async () => {
      const { database, jobs } = await openStage();
      const ran: unknown[] = [];
      await work(jobs, { handler: async (job) => void ran.push(job.payload) });
      await database
        .transaction(async (tx) => {
          await jobs.enqueue(tx, { queue: QUEUE, payload: "rolled back" });
          throw new Error("no");
        })
        .catch(() => undefined);
      const { id } = await database.transaction((tx) => jobs.enqueue(tx, { queue: QUEUE, payload: ["committed"] }));
      await eventually(() => stateOf(jobs, id)).toBe("done");
      expect(ran).toEqual([["committed"]]);
    });

    test("a waiting worker is woken by a new job without waiting for its poll", async () => {
      const { database, jobs } = await openStage();
      await work(jobs, { handler: async () => undefined, pollMs: 60_000 });
      const { id } = await database.transaction((tx) => jobs.enqueue(tx, { queue: QUEUE, payload: 1 }));
      await eventually(() => stateOf(jobs, id)).toBe("done");
    });

    test("a job for later waits for its time", async () => {
      const { database, jobs } = await openStage();
      const later = await jobs.enqueue(database, { queue: QUEUE, payload: 1, runAt: new Date(Date.now() + 3_600_000) });
      const now = await jobs.enqueue(database, { queue: QUEUE, payload: 2 });
      await work(jobs, { handler: async () => undefined });
      await eventually(() => stateOf(jobs, now.id)).toBe("done");
      expect(await stateOf(jobs, later.id)).toBe("waiting");
    });

    test("asking twice for the same thing at the same time gives one job, also after it is done", async () => {
      const { database, jobs } = await openStage();
      const ask = () =>
        database.transaction((tx) => jobs.enqueue(tx, { queue: QUEUE, payload: 1, dedupeKey: "anomaly-1" }));
      const answers = await Promise.all([ask(), ask(), ask()]);
      expect(answers.filter((answer) => answer.isNew)).toHaveLength(1);
      expect(new Set(answers.map((answer) => answer.id)).size).toBe(1);
      await work(jobs, { handler: async () => undefined });
      await eventually(() => stateOf(jobs, answers[0].id)).toBe("done");
      expect((await ask()).isNew).toBe(false);
    });

    test("many workers share a queue and no job runs twice", async () => {
      const { database, jobs } = await openStage();
      const ran: string[] = [];
      for (let no = 0; no < 60; no++) await jobs.enqueue(database, { queue: QUEUE, payload: no });
      for (let no = 0; no < 3; no++)
        await work(jobs, { concurrency: 4, handler: async (job) => void ran.push(job.id) });
      await eventually(async () => (await jobs.list({ state: "done" })).length).toBe(60);
      expect(new Set(ran).size).toBe(60);
      expect(ran).toHaveLength(60);
    });

    test("a failing job is tried again, then lies dead with its reason until somebody retries it", async () => {
      const { database, jobs } = await openStage();
      let isBroken = true;
      await work(jobs, {
        handler: async () => {
          if (isBroken) throw new Error("the printer is on fire");
        },
      });
      const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1, maxAttempts: 3 });
      await eventually(() => stateOf(jobs, id)).toBe("dead");
      expect(await jobs.dead()).toMatchObject([{ id, attempts: 3, lastError: "the printer is on fire" }]);
      isBroken = false;
      expect(await jobs.retry(id)).toBe(true);
      await eventually(() => stateOf(jobs, id)).toBe("done");
      expect(await jobs.retry(id)).toBe(false);
    });

    test("a job that cannot succeed by trying again is dead at once", async () => {
      class NoSuchAccount extends NightflowError {
        readonly code = "NO_SUCH_ACCOUNT";
        readonly retriable = false;
      }
      const { database, jobs } = await openStage();
      await work(jobs, { handler: () => Promise.reject(new NoSuchAccount("account 7 is gone")) });
      const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
      await eventually(() => stateOf(jobs, id)).toBe("dead");
      expect((await jobs.find(id))?.attempts).toBe(1);
    });

    test("done jobs can be forgotten, those that must never run again stay known", async () => {
      const { database, jobs } = await openStage();
      await jobs.enqueue(database, { queue: QUEUE, payload: 1 });
      await jobs.enqueue(database, { queue: QUEUE, payload: 2, dedupeKey: "once" });
      await work(jobs, { handler: async () => undefined });
      await eventually(async () => (await jobs.list({ state: "done" })).length).toBe(2);
      expect(await jobs.forgetDone(new Date(Date.now() + 60_000))).toBe(1);
      expect((await jobs.list()).map((job) => job.dedupeKey)).toEqual(["once"]);
    });

    test("a job for soon is taken when its time comes, not before", async () => {
      const { database, jobs } = await openStage();
      const wasDue: boolean[] = [];
      const handler = async ({ runAt }: Job) => {
        const { rows } = await database.query<{ due: boolean }>("select now() >= $1 as due", [runAt]);
        wasDue.push(rows[0]?.due ?? false);
      };
      await work(jobs, { handler });
      for (const soonMs of [250, 500])
        await jobs.enqueue(database, { queue: QUEUE, payload: 1, runAt: new Date(Date.now() + soonMs) });
      await eventually(() => wasDue).toEqual([true, true]);
    });

    test("a failed job waits longer before each try", async () => {
      const { database, jobs } = await openStage();
      const begunAt: number[] = [];
      const handler = () => {
        begunAt.push(performance.now());
        return Promise.reject(new Error("not yet"));
      };
      await work(jobs, { handler, backOff: { firstMs: 200, longestMs: 400 } });
      await jobs.enqueue(database, { queue: QUEUE, payload: 1, maxAttempts: 3 });
      await eventually(() => begunAt.length).toBe(3);
      const [first = 0, second = 0, third = 0] = begunAt;
      expect(second - first).toBeGreaterThanOrEqual(95);
      expect(third - second).toBeGreaterThanOrEqual(195);
    });

    test("a worker has as many jobs under way as it is allowed, and no more", async () => {
      const { database, jobs } = await openStage();
      const gates: (() => void)[] = [];
      const handler = () => new Promise<void>((resolve) => void gates.push(resolve));
      await work(jobs, { handler, concurrency: 3 });
      for (let no = 0; no < 5; no++) await jobs.enqueue(database, { queue: QUEUE, payload: no });
      const running = async () => (await jobs.list({ state: "running" })).length;
      await eventually(() => gates.length).toBe(3);
      expect(await running()).toBe(3);
      gates[0]?.();
      await eventually(() => gates.length).toBe(4);
      expect(await running()).toBe(3);
      for (const gate of gates) gate();
      await eventually(() => gates.length).toBe(5);
      gates[4]?.();
      await eventually(async () => (await jobs.list({ state: "done" })).length).toBe(5);
    });

    test("a dead job that is retried again and again runs every time", async () => {
      const { database, jobs } = await openStage();
      let tries = 0;
      await work(jobs, { handler: async () => void (await Promise.reject(new Error(`try ${++tries}`))) });
      const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1, maxAttempts: 1 });
      for (let life = 1; life <= 4; life++) {
        await eventually(async () => (await jobs.find(id))?.lastError).toBe(`try ${life}`);
        await eventually(() => jobs.retry(id)).toBe(true);
      }
      await eventually(() => tries).toBe(5);
    });

    test("workers of two queues each get their own jobs", async () => {
      const { database, jobs } = await openStage();
      const seen: string[] = [];
      for (const queue of ["letters", "reports:monthly"])
        await work(jobs, { queue, handler: async (job) => void seen.push(`${queue} ${job.queue} ${job.payload}`) });
      await jobs.enqueue(database, { queue: "letters", payload: "a" });
      await jobs.enqueue(database, { queue: "reports:monthly", payload: "b" });
      await eventually(() => seen.toSorted()).toEqual(["letters letters a", "reports:monthly reports:monthly b"]);
    });
  });
  describeJobCare(name, openStage);
  describeJobLeases(name, openStage);
  describeSchedules(name, openStage);
}
