import { testDatabase } from "@nightflow/storage/testing";
import { expect, test, vi } from "vitest";
import type { z } from "zod";
import { cleanUpAfterEach, endAfterTest, type Harness, startHarness } from "../testing/harness.ts";
import type { JobPage, JobRow, QueueList, ScheduleList } from "./wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

type Page = z.infer<typeof JobPage>;
const HOUR_MS = 3_600_000;

/** Starts a printer that fails until it is mended. */
async function startPrinter({ jobs }: Harness) {
  const printer = { isBroken: true };
  const handler = async () => {
    if (printer.isBroken) throw new Error("the printer is on fire");
  };
  const worker = await jobs.startWorker({ queue: "print", handler, pollMs: 50 });
  endAfterTest(() => worker.stop(0));
  return printer;
}

const printAt = ({ db, jobs }: Harness, runAt?: Date) =>
  jobs.enqueue(db, { queue: "print", payload: {}, maxAttempts: 1, ...(runAt && { runAt }) });

const audits = async ({ db }: Harness, action: string) =>
  (await db.query("select actor, reason, subject, after from audit_entry where action = $1", [action])).rows;

test("a job that failed for good is listed with its reason, and runs again when told to", async () => {
  const harness = await startHarness(databases);
  const { jobs, signIn } = harness;
  const printer = await startPrinter(harness);
  const { id } = await printAt(harness);
  const collector = await signIn("collector");
  const dead = async () => (await collector.get<Page>("/api/jobs")).body.items;
  await expect.poll(dead).toMatchObject([{ id, queue: "print", state: "dead", lastError: "the printer is on fire" }]);
  printer.isBroken = false;
  expect((await collector.post(`/api/jobs/${id}/retry`)).status).toBe(200);
  await expect.poll(async () => (await jobs.find(id))?.state).toBe("done");
  expect((await collector.post(`/api/jobs/${id}/retry`)).body.code).toBe("JOB_NOT_DEAD");
  expect((await (await signIn("control")).post(`/api/jobs/${id}/retry`)).status).toBe(403);
  expect(await audits(harness, "job.retry")).toMatchObject([{ actor: "collector", subject: id }]);
});

test("dead jobs are counted by their error and retried together, with one audit entry", async () => {
  const harness = await startHarness(databases);
  const printer = await startPrinter(harness);
  for (let no = 0; no < 3; no++) await printAt(harness);
  const collector = await harness.signIn("collector");
  const count = async (query: string) =>
    (await collector.get<{ count: number }>(`/api/jobs/count?${query}`)).body.count;
  await expect.poll(() => count("state=dead&error=ON%20fire")).toBe(3);
  expect(await count("error=away")).toBe(0);
  const { body: queues } = await collector.get<z.infer<typeof QueueList>>("/api/jobs/queues");
  expect(queues.items).toMatchObject([{ queue: "print", dead: 3 }]);
  printer.isBroken = false;
  const reason = "the printer is new";
  const { body } = await collector.post("/api/jobs/retry", { filter: { queue: "print", error: "fire" }, reason });
  expect(body).toEqual({ count: 3 });
  await expect.poll(() => count("state=done")).toBe(3);
  expect(await audits(harness, "job.retry")).toMatchObject([{ reason, subject: "print", after: { count: 3 } }]);
  const nothing = await collector.post("/api/jobs/retry", { filter: {}, reason });
  expect([nothing.status, nothing.body.code]).toEqual([409, "NO_SUCH_JOBS"]);
});

test("a waiting job is cancelled with a reason and can be taken back", async () => {
  const harness = await startHarness(databases);
  const { id } = await printAt(harness, new Date(Date.now() + HOUR_MS));
  const collector = await harness.signIn("collector");
  const cancelled = await collector.post("/api/jobs/cancel", { ids: [id], reason: "printed by hand" });
  expect(cancelled.body).toEqual({ count: 1 });
  const { body: job } = await collector.get<JobRow>(`/api/jobs/${id}`);
  expect(job).toMatchObject({ state: "cancelled", lastError: "collector: printed by hand", attempts: 0 });
  expect((await collector.get<Page>("/api/jobs?state=cancelled")).body.items).toMatchObject([{ id }]);
  expect((await collector.get<Page>("/api/jobs?state=done")).body.items).toEqual([]);
  const filter = { state: "cancelled" };
  expect((await collector.post("/api/jobs/retry", { filter, reason: "needed" })).body).toEqual({ count: 1 });
  expect((await harness.jobs.find(id))?.state).toBe("waiting");
  const unclear = { ids: [id], filter: {}, reason: "both" };
  expect((await collector.post("/api/jobs/cancel", unclear)).status).toBe(400);
});

test("a list of jobs is read page by page; schedules say when they fire next", async () => {
  const harness = await startHarness(databases);
  const { db, jobs } = harness;
  for (let no = 0; no < 3; no++) await printAt(harness, new Date(Date.now() + HOUR_MS));
  await jobs.schedule(db, {
    queue: "print",
    key: "nightly",
    cron: "0 3 * * *",
    timeZone: "Asia/Shanghai",
    payload: {},
  });
  const collector = await harness.signIn("collector");
  const first = (await collector.get<Page>("/api/jobs?state=all&limit=2")).body;
  const rest = (await collector.get<Page>(`/api/jobs?state=all&limit=2&cursor=${first.nextCursor}`)).body;
  expect(new Set([...first.items, ...rest.items].map((job) => job.id)).size).toBe(3);
  expect(rest.nextCursor).toBeNull();
  const { body } = await collector.get<z.infer<typeof ScheduleList>>("/api/jobs/schedules");
  expect(body.items).toMatchObject([{ key: "nightly", cron: "0 3 * * *", lastFireAt: null, fault: null }]);
  expect(body.items[0]?.nextFireAt).toBeGreaterThan(0);
});

test("the progress of a job is heard until it is over", async () => {
  const harness = await startHarness(databases);
  const { jobs } = harness;
  const gate = Promise.withResolvers<void>();
  const worker = await jobs.startWorker({
    queue: "print",
    pollMs: 50,
    handler: async (_, { progress }) => {
      await progress(0.5);
      await gate.promise;
    },
  });
  endAfterTest(() => worker.stop(0));
  const { id } = await printAt(harness);
  const collector = await harness.signIn("collector");
  await expect.poll(async () => (await jobs.find(id))?.progress).toBe(0.5);
  const looks = vi.spyOn(jobs, "find");
  const heard = collector.get(`/api/jobs/${id}/progress`);
  // The first look is the route's own, the second the stream's.
  await expect.poll(() => looks.mock.settledResults.length).toBeGreaterThan(1);
  gate.resolve();
  const { text, headers } = await heard;
  expect(headers["content-type"]).toContain("text/event-stream");
  expect(text).toContain('"progress":0.5');
  expect(text.trimEnd().split("\n").at(-1)).toContain('"state":"done"');
  expect((await (await harness.signIn("control")).get(`/api/jobs/${id}/progress`)).status).toBe(403);
});
