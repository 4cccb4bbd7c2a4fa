import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import type { z } from "zod";
import { cleanUpAfterEach, startHarness } from "../testing/harness.ts";
import type { AuditPage, UserList } from "./wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

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
