import { newId } from "@nightflow/domain";
import { hashPassword, TEST_PASSWORD_COST } from "@nightflow/domain/passwords";
import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import type { z } from "zod";
import { cleanUpAfterEach, sessionCookie, startHarness } from "../testing/harness.ts";
import { TOWN_PASSWORD } from "../testing/town.ts";
import { createFirstAdminLink } from "./first-admin.ts";
import type { Session } from "./wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

type SessionBody = z.infer<typeof Session>;

test("who signs in is told who he is, what he may do, and which time and money apply", async () => {
  const { signIn, clock } = await startHarness(databases);
  const { body } = await (await signIn("desk-north")).get<SessionBody>("/api/session");
  expect(body).toMatchObject({
    user: { login: "desk-north" },
    role: "desk",
    unit: { code: "north", path: "town/north/", name: { zh: "北区", en: "North" } },
    zone: "Asia/Shanghai",
    currency: "CNY",
    now: clock.now(),
    clockFactor: 1,
  });
  expect(body.permissions).toContain("ticket.ticket.move");
  expect(body.permissions).not.toContain("system.audit.read");
});

test("the cookie cannot be read by a script nor sent by another site, and the table holds only its hash", async () => {
  const { stranger, db } = await startHarness(databases);
  const answer = await stranger.post("/api/session", { login: "desk", password: TOWN_PASSWORD });
  expect(String(answer.headers["set-cookie"])).toMatch(/HttpOnly.*SameSite=Strict/);
  const token = sessionCookie(answer).split("=")[1] ?? "";
  const { rows } = await db.query<{ token_hash: Buffer }>("select token_hash from session");
  expect(rows[0]?.token_hash).toHaveLength(32);
  expect(rows[0]?.token_hash.toString("base64url")).not.toBe(token);
});

test("over https the cookie is sent over https only", async () => {
  const { stranger } = await startHarness(databases, { api: { publicUrl: "https://water.example" } });
  const answer = await stranger.post("/api/session", { login: "desk", password: TOWN_PASSWORD });
  expect(String(answer.headers["set-cookie"])).toContain("Secure");
});

test("a wrong password and an unknown login get the same answer, and both are in the audit trail", async () => {
  const { stranger, db } = await startHarness(databases);
  const wrong = await stranger.post("/api/session", { login: "desk", password: "wrong" });
  const unknown = await stranger.post("/api/session", { login: "nobody", password: "wrong" });
  expect(wrong.status).toBe(401);
  expect(wrong.body).toEqual(unknown.body);
  expect(wrong.body.code).toBe("SIGN_IN_REFUSED");
  const { rows } = await db.query("select action, subject, remote_address from audit_entry order by no");
  expect(rows).toEqual([
    { action: "session.refused", subject: "desk", remote_address: "127.0.0.1" },
    { action: "session.refused", subject: "nobody", remote_address: "127.0.0.1" },
  ]);
});

test("a disabled person cannot sign in, and his open session ends at once", async () => {
  const { signIn, stranger, db } = await startHarness(databases);
  const desk = await signIn("desk");
  await db.query("update app_user set is_disabled = true where login = 'desk'");
  expect((await desk.get("/api/session")).status).toBe(401);
  expect((await stranger.post("/api/session", { login: "desk", password: TOWN_PASSWORD })).status).toBe(401);
});

test("after too many failures even the right password is refused for a while", async () => {
  const { stranger } = await startHarness(databases, { api: { loginFailuresAllowed: 2 } });
  for (let i = 0; i < 2; i++) await stranger.post("/api/session", { login: "desk", password: "wrong" });
  const answer = await stranger.post("/api/session", { login: "desk", password: TOWN_PASSWORD });
  expect(answer.status).toBe(429);
  expect(answer.body.code).toBe("TOO_MANY_ATTEMPTS");
  expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
});

test("tries sent at once do not slip past the limit together", async () => {
  const { stranger } = await startHarness(databases, { api: { loginFailuresAllowed: 3 } });
  const tries = Array.from({ length: 12 }, () => stranger.post("/api/session", { login: "desk", password: "wrong" }));
  const statuses = (await Promise.all(tries)).map((answer) => answer.status);
  expect(statuses.filter((status) => status === 401)).toHaveLength(3);
});

test("signing out ends the session for good", async () => {
  const { signIn } = await startHarness(databases);
  const desk = await signIn("desk");
  expect((await desk.delete("/api/session")).status).toBe(204);
  expect((await desk.get("/api/session")).status).toBe(401);
});

test("a session ends after its time without use, and after its longest life even when used", async () => {
  const { signIn, db } = await startHarness(databases);
  const desk = await signIn("desk");
  await db.query("update session set seen_at = now() - interval '2 minutes', expires_at = now() + interval '1 minute'");
  expect((await desk.get("/api/session")).status).toBe(200);
  const slid = await db.query<{ hours: number }>(
    "select extract(epoch from expires_at - now())::float8 / 3600 as hours from session",
  );
  expect(slid.rows[0]?.hours).toBeCloseTo(12, 1);
  await db.query(
    "update session set seen_at = now() - interval '2 minutes', created_at = now() - interval '7 days' + interval '1 second'",
  );
  expect((await desk.get("/api/session")).status).toBe(200);
  await db.query("update session set expires_at = now() - interval '1 second'");
  expect((await desk.get("/api/session")).status).toBe(401);
});

test("a page of another site cannot write with somebody's cookie", async () => {
  const { signIn } = await startHarness(databases);
  const desk = await signIn("desk");
  const answer = await desk.post("/api/session", { login: "desk", password: "x" }, { origin: "https://evil.example" });
  expect(answer.status).toBe(403);
  expect(answer.body.code).toBe("ORIGIN_FOREIGN");
});

test("the first administrator is made through the one-time link, once", async () => {
  const { database } = await databases.fresh();
  const link = await createFirstAdminLink(database);
  const { stranger, db } = await startHarness(databases, { firstAdmin: link ?? undefined });
  await db.query("delete from session; update account set manager_id = null; delete from app_user");
  const admin = { login: "root", password: "long enough password" };
  expect((await stranger.post("/api/setup", { ...admin, token: "guess" })).status).toBe(403);
  expect((await stranger.post("/api/setup", { ...admin, token: link?.token, password: "short" })).status).toBe(400);
  const both = [1, 2].map(() => stranger.post("/api/setup", { ...admin, token: link?.token }));
  expect((await Promise.all(both)).map((answer) => answer.status).sort()).toEqual([204, 409]);
  expect((await stranger.post("/api/session", admin)).status).toBe(200);
});

test("the first administrator sees every company, also one that is imported after him", async () => {
  const { database } = await databases.fresh();
  const link = await createFirstAdminLink(database);
  const { stranger, db } = await startHarness(databases, { firstAdmin: link ?? undefined });
  await db.query("delete from session; update account set manager_id = null; delete from app_user");
  const admin = { login: "root", password: "long enough password" };
  await stranger.post("/api/setup", { ...admin, token: link?.token });
  await db.query(
    `insert into org_unit (id, code, kind, name_zh, name_en, path, zone, currency)
     values ($1, 'LATER', 'company', '后来', 'Later', 'LATER/', 'Europe/Madrid', 'EUR')`,
    [newId()],
  );
  await db.query(
    `insert into meter (id, purpose, commodity, period_s, unit_id)
     select 'LATER-1', 'customer', 'water', 3600, id from org_unit where code = 'LATER'`,
  );
  const cookie = sessionCookie(await stranger.post("/api/session", admin));
  const { body } = await stranger.get<{ items: { id: string }[] }>("/api/meters?limit=500", { cookie });
  const seen = new Set(body.items.map((meter) => meter.id));
  expect(seen.has("LATER-1")).toBe(true);
  expect(seen.size).toBeGreaterThan(1);
});

test("people of the registry whose password was never set do not shut the first administrator out", async () => {
  const { database } = await databases.fresh();
  const link = await createFirstAdminLink(database);
  const { stranger, db } = await startHarness(databases, { firstAdmin: link ?? undefined });
  await db.query("update app_user set password_hash = null");
  expect(await createFirstAdminLink(db)).not.toBeNull();
  const admin = { login: "desk", password: "long enough password" };
  expect((await stranger.post("/api/setup", { ...admin, token: link?.token })).status).toBe(204);
  expect((await stranger.post<SessionBody>("/api/session", admin)).body.role).toBe("admin");
  expect(await createFirstAdminLink(db)).toBeNull();
});

test("an operator who got his password first does not shut the first administrator out", async () => {
  const { db } = await startHarness(databases);
  expect(await createFirstAdminLink(db)).toBeNull();
  await db.query("update app_user set password_hash = null where role = 'admin'");
  expect(await createFirstAdminLink(db)).not.toBeNull();
});

test("a platform that has an administrator gives no one-time link", async () => {
  const { db, stranger } = await startHarness(databases);
  expect(await createFirstAdminLink(db)).toBeNull();
  const admin = { token: "guess", login: "root", password: "long enough password" };
  expect((await stranger.post("/api/setup", admin)).status).toBe(403);
});

test("a person whose password was never set cannot sign in", async () => {
  const { db, stranger } = await startHarness(databases);
  await db.query("update app_user set password_hash = null where login = 'desk'");
  expect((await stranger.post("/api/session", { login: "desk", password: TOWN_PASSWORD })).status).toBe(401);
  await db.query("update app_user set password_hash = $1 where login = 'desk'", [
    await hashPassword("another one", TEST_PASSWORD_COST),
  ]);
  expect((await stranger.post("/api/session", { login: "desk", password: "another one" })).status).toBe(200);
});
