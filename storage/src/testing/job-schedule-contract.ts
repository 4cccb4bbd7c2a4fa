import { ManualClock } from "@nightflow/domain";
import { describe, expect, test } from "vitest";
import type { Job, JobQueue } from "../jobs/job-queue.ts";
import { JobScheduleError, type ScheduleRequest } from "../jobs/job-schedule.ts";
import { eventually, type JobStage, type MakeJobStage, QUEUE, work } from "./job-stage.ts";

const NIGHTLY = {
  queue: QUEUE,
  key: "nightly",
  cron: "30 2 * * *",
  timeZone: "Asia/Shanghai",
  payload: { of: "town" },
};
// 02:30 of each day in Shanghai is 18:30 UTC of the day before.
const EVENING = Date.UTC(2026, 2, 1, 12);
const DAY_MS = 86_400_000;

/** What a queue promises of schedules: every instant of the business clock once, whoever and however many fire it. */
export function describeSchedules(name: string, openStage: MakeJobStage): void {
  async function openWith(request: Partial<ScheduleRequest> = {}) {
    const stage = await openStage();
    const clock = new ManualClock(EVENING);
    const jobs = stage.another(clock);
    await jobs.schedule(stage.database, { ...NIGHTLY, ...request });
    return { stage, clock, jobs };
  }

  describe(`${name} by the calendar`, () => {
    test("a nightly job fires at its instant of the business clock and not before, night after night", async () => {
      const { stage, clock, jobs } = await openWith();
      const seen = await collect(jobs);
      clock.advance(6 * 3_600_000);
      await look(stage, clock);
      expect(seen).toEqual([]);
      for (const day of [1, 2, 3]) {
        clock.set(Date.UTC(2026, 2, day, 18, 30));
        await eventually(() => seen.map((job) => job.fireAt?.toISOString()).at(-1)).toBe(
          `2026-03-0${day}T18:30:00.000Z`,
        );
      }
      expect(seen).toHaveLength(3);
      expect(seen[0]).toMatchObject({ scheduleKey: "nightly", payload: { of: "town" }, maxAttempts: 8 });
      expect(await jobs.schedules()).toMatchObject([
        { nextFireAt: new Date("2026-03-04T18:30Z"), lastFireAt: new Date("2026-03-03T18:30Z"), fault: null },
      ]);
    });

    test("of several processes one fires each instant", async () => {
      const { stage, clock, jobs } = await openWith({ cron: "* * * * *", missed: "each" });
      const others = [jobs, stage.another(clock), stage.another(clock)];
      const seen = await Promise.all(others.map((queue) => collect(queue)));
      for (let minute = 1; minute <= 20; minute++) clock.advance(60_000);
      await eventually(() => seen.flat().length).toBe(20);
      await look(stage, clock);
      expect(new Set(seen.flat().map((job) => job.fireAt?.getTime())).size).toBe(20);
      expect(await jobs.list({ queue: QUEUE })).toHaveLength(20);
    });

    test("after a standstill the latest missed instant fires once, unless each was asked for", async () => {
      const { stage, clock, jobs } = await openWith();
      await jobs.schedule(stage.database, { ...NIGHTLY, key: "each", missed: "each" });
      clock.advance(3 * DAY_MS);
      const seen = await collect(jobs);
      await eventually(() => seen.length).toBe(4);
      await look(stage, clock);
      const daysOf = (key: string) =>
        seen.filter((job) => job.scheduleKey === key).map((job) => job.fireAt?.getUTCDate());
      expect(daysOf("nightly")).toEqual([3]);
      expect(daysOf("each").toSorted()).toEqual([1, 2, 3]);
    });

    test("while a job of the schedule still waits, the next instant moves it and adds none", async () => {
      const { stage, clock, jobs } = await openWith();
      await work(jobs, { queue: "another queue", handler: async () => undefined });
      for (const day of [1, 2]) {
        clock.set(Date.UTC(2026, 2, day, 18, 30));
        await eventually(async () => (await jobs.schedules())[0]?.lastFireAt?.getUTCDate()).toBe(day);
      }
      expect(await jobs.list()).toMatchObject([{ state: "waiting", fireAt: new Date("2026-03-02T18:30Z") }]);
      await look(stage, clock);
    });

    test("asking again at each start changes nothing; another expression starts anew", async () => {
      const { stage, clock, jobs } = await openWith();
      clock.advance(DAY_MS);
      await jobs.schedule(stage.database, { ...NIGHTLY, payload: "new" });
      expect(await jobs.schedules(QUEUE)).toMatchObject([
        { payload: "new", nextFireAt: new Date("2026-03-01T18:30Z"), missed: "latest", timeZone: "Asia/Shanghai" },
      ]);
      await jobs.schedule(stage.database, { ...NIGHTLY, cron: "0 12 * * *" });
      expect(await jobs.schedules()).toMatchObject([{ nextFireAt: new Date("2026-03-03T04:00Z") }]);
      expect(await jobs.schedules("another queue")).toEqual([]);
    });

    test("a schedule that was rolled back or ended fires no more", async () => {
      const { stage, clock, jobs } = await openWith();
      const asked = stage.database.transaction(async (tx) => {
        await jobs.schedule(tx, { ...NIGHTLY, key: "rolled back" });
        throw new Error("no");
      });
      await expect(asked).rejects.toThrow("no");
      expect(await jobs.unschedule(stage.database, QUEUE, "nightly")).toBe(true);
      expect(await jobs.unschedule(stage.database, QUEUE, "nightly")).toBe(false);
      const seen = await collect(jobs);
      clock.advance(7 * DAY_MS);
      await look(stage, clock);
      expect(seen).toEqual([]);
    });

    test("a schedule that cannot be read is refused, and one that cannot be read any more harms no other", async () => {
      const { stage, clock, jobs } = await openWith();
      const refused = jobs.schedule(stage.database, { ...NIGHTLY, key: "x", cron: "61 * * * *" });
      await expect(refused).rejects.toThrow(JobScheduleError);
      await jobs.schedule(stage.database, { ...NIGHTLY, key: "aged" });
      await stage.database.query("update job_schedule set time_zone = 'Gone/Town' where key = 'aged'");
      const seen = await collect(jobs);
      clock.advance(DAY_MS);
      await eventually(() => seen.map((job) => job.scheduleKey)).toEqual(["nightly"]);
      await eventually(async () => (await jobs.schedules())[0]).toMatchObject({ key: "aged", nextFireAt: null });
      expect((await jobs.schedules())[0]?.fault).toContain("Gone/Town");
      await jobs.schedule(stage.database, { ...NIGHTLY, key: "aged" });
      expect((await jobs.schedules())[0]).toMatchObject({ fault: null, nextFireAt: new Date("2026-03-02T18:30Z") });
    });
  });
}

/** The jobs that a worker of this process has had. */
async function collect(jobs: JobQueue): Promise<Job[]> {
  const seen: Job[] = [];
  await work(jobs, { handler: async (job) => void seen.push(job) });
  return seen;
}

/** Resolves when every schedule that is due by now has been fired, which a new one of this instant shows. */
async function look({ database, another }: JobStage, clock: ManualClock): Promise<void> {
  const jobs = another(clock);
  const mark = { ...NIGHTLY, queue: "look", key: `${clock.now()}`, cron: "* * * * * *" };
  await jobs.schedule(database, mark);
  const seen: Job[] = [];
  await work(jobs, { queue: "look", handler: async (job) => void seen.push(job) });
  await database.query("update job_schedule set next_fire_at = $1 where queue = 'look'", [new Date(clock.now())]);
  await eventually(() => seen.length).toBeGreaterThan(0);
  await jobs.unschedule(database, "look", mark.key);
}
