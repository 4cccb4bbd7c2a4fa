import { describe, expect, test } from "vitest";
import { jobStanding } from "../jobs/job-rows.ts";
import { eventually, type MakeJobStage, QUEUE, stateOf, work } from "./job-stage.ts";

const LATER_MS = 3_600_000;
const later = () => new Date(Date.now() + LATER_MS);

/** What every way to hand out jobs promises to those who look after them. */
export function describeJobCare(name: string, openStage: MakeJobStage): void {
  describe(`${name}, looked after by people`, () => {
    test("a cancelled job never runs, says why, and runs once it is taken back", async () => {
      const { database, jobs } = await openStage();
      const ran: unknown[] = [];
      await work(jobs, { handler: async (job) => void ran.push(job.payload) });
      const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1, runAt: later() });
      expect(await jobs.cancel(database, { ids: [id] }, "nobody needs it")).toBe(1);
      const cancelled = await jobs.find(id);
      expect(cancelled).toMatchObject({ lastError: "nobody needs it", attempts: 0 });
      expect(cancelled && jobStanding(cancelled)).toBe("cancelled");
      expect(await jobs.list({ state: "done" })).toEqual([]);
      expect(await jobs.cancel(database, { ids: [id] }, "again")).toBe(0);
      expect(ran).toEqual([]);
      expect(await jobs.revive(database, { ids: [id] })).toBe(1);
      await eventually(() => stateOf(jobs, id)).toBe("done");
      expect(ran).toEqual([1]);
      expect(await jobs.find(id)).toMatchObject({ lastError: null });
    });

    test("dead jobs are counted by queue and error, and those alone are revived", async () => {
      const { database, jobs } = await openStage();
      let isBroken = true;
      const handler = async ({ payload }: { readonly payload: unknown }) => {
        if (isBroken) throw new Error(`The printer is ${payload}`);
      };
      await work(jobs, { handler });
      for (const payload of ["on fire", "on fire", "away"])
        await jobs.enqueue(database, { queue: QUEUE, payload, maxAttempts: 1 });
      await eventually(() => jobs.count({ state: "dead" })).toBe(3);
      const onFire = { queue: QUEUE, state: "dead", error: "the printer is ON fire" } as const;
      expect(await jobs.count(onFire)).toBe(2);
      expect(await jobs.count({ ...onFire, queue: "other" })).toBe(0);
      isBroken = false;
      expect(await database.transaction((tx) => jobs.revive(tx, onFire))).toBe(2);
      await eventually(() => jobs.count({ state: "done" })).toBe(2);
      expect(await jobs.list({ state: "dead" })).toMatchObject([{ payload: "away" }]);
    });

    test("a transaction that is rolled back has cancelled nothing", async () => {
      const { database, jobs } = await openStage();
      const { id } = await jobs.enqueue(database, { queue: QUEUE, payload: 1, runAt: later() });
      const rolledBack = database.transaction(async (tx) => {
        await jobs.cancel(tx, {}, "why");
        throw new Error("no");
      });
      await rolledBack.catch(() => undefined);
      expect(await stateOf(jobs, id)).toBe("waiting");
    });

    test("a long list is read page by page, and no job twice", async () => {
      const { database, jobs } = await openStage();
      for (let no = 0; no < 5; no++) await jobs.enqueue(database, { queue: QUEUE, payload: no, runAt: later() });
      const first = await jobs.list({ limit: 3 });
      const rest = await jobs.list({ limit: 3, beforeId: first.at(-1)?.id });
      expect([...first, ...rest].map((job) => job.payload)).toEqual([4, 3, 2, 1, 0]);
    });
  });
}
