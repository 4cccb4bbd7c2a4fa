import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import type { z } from "zod";
import { cleanUpAfterEach, endAfterTest, startHarness } from "../testing/harness.ts";
import type { AuditPage, JobList, UserList } from "./wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

test("a job that failed for good is listed with its reason, and runs again when told to", async () => {
  const { db, jobs, signIn } = await startHarness(databases);
  let shouldFail = true;
  const handler = async () => {
    if (shouldFail) throw new Error("the printer is on fire");
  };
  const worker = await jobs.startWorker({ queue: "print", handler, pollMs: 50 });
  endAfterTest(() => worker.stop(0));
  const { id } = await db.transaction((tx) => jobs.enqueue(tx, { queue: "print", payload: {}, maxAttempts: 1 }));
  const collector = await signIn("collector");
  const dead = async () => (await collector.get<z.infer<typeof JobList>>("/api/jobs")).body.items;
  await expect.poll(dead).toMatchObject([{ id, queue: "print", state: "dead", lastError: "the printer is on fire" }]);
  shouldFail = false;
  expect((await collector.post(`/api/jobs/${id}/retry`)).status).toBe(200);
  await expect.poll(async () => (await jobs.find(id))?.state).toBe("done");
  expect((await collector.post(`/api/jobs/${id}/retry`)).body.code).toBe("JOB_NOT_DEAD");
  expect((await (await signIn("control")).post(`/api/jobs/${id}/retry`)).status).toBe(403);
});

test("the audit trail is read newest first, page by page, by those who may", async () => {
  const { signIn } = await startHarness(databases);
  for (const login of ["desk", "control", "manager"]) await signIn(login);
  const auditor = await signIn("auditor");
  const first = await auditor.get<z.infer<typeof AuditPage>>("/api/audit?limit=3&action=session.begin");
  expect(first.body.items.map((entry) => entry.actor)).toEqual(["auditor", "manager", "control"]);
  const rest = await auditor.get<z.infer<typeof AuditPage>>(`/api/audit?limit=3&cursor=${first.body.nextCursor}`);
  expect(rest.body.items.map((entry) => entry.actor)).toEqual(["desk"]);
});

test("people to give tickets to are those of the region and those above it", async () => {
  const { signIn, db } = await startHarness(databases);
  await db.query("update app_user set is_disabled = true where login = 'collector'");
  await db.query(
    "update app_user set unit_id = (select id from org_unit where code = 'south') where login = 'manager'",
  );
  const { body } = await (await signIn("desk-north")).get<z.infer<typeof UserList>>("/api/users");
  const logins = body.items.map((user) => user.login);
  expect(logins).toContain("desk-north");
  expect(logins).toContain("control");
  expect(logins).not.toContain("manager");
  expect(logins).not.toContain("collector");
});
