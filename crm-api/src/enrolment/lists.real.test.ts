import { EnrolmentConfig } from "@nightflow/domain";
import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import { cleanUpAfterEach, startHarness } from "../testing/harness.ts";
import type { EnrolmentDesk } from "./desk.ts";

const databases = testDatabase();
cleanUpAfterEach();

const unused = () => Promise.reject(new Error("nothing is signed here"));
const desk: EnrolmentDesk = {
  config: EnrolmentConfig.parse({ unknownAgents: "hold" }),
  signer: { rootPem: "", keyOf: unused, issue: unused, revocationList: unused },
};

interface Rows<Row> {
  readonly items: readonly Row[];
  readonly nextCursor: string | null;
}

const status = (fill: number) => ({
  v: 1,
  state: "online",
  at: 1,
  version: "0.1.0",
  outbox: { records: 7, bytes: fill * 100, maxBytes: 100, oldestReadAt: 5, dropped: 0, alarm: fill >= 0.8 },
  enrolment: { state: "joined", reason: null, expiresAt: null, keyFingerprint: null },
});

test("agents come worst first, each with what it said of itself, a page at a time", async () => {
  const { db, signIn } = await startHarness(databases, { enrolment: desk });
  await db.query("delete from agent");
  const insert = (id: string, isOnline: boolean, fill: number) =>
    db.query("insert into agent (site, id, is_online, status, status_at) values ('town', $1, $2, $3, now())", [
      id,
      isOnline,
      JSON.stringify(status(fill)),
    ]);
  await insert("a-well", true, 0.1);
  await insert("b-full", true, 0.9);
  await insert("c-away", false, 0);
  await db.query(
    `insert into enrolled_agent (site, agent, how, joined_by, revoked_at, change_no) values ('town', 'd-out', 'none', 'password', now(), 1)`,
  );
  const collector = await signIn("collector");
  const page = async (query: string) =>
    (await collector.get<Rows<{ agent: string; says: object }>>(`/api/enrolment/agents?sort=worst&${query}`)).body;
  const first = await page("limit=3");
  expect(first.items.map(({ agent }) => agent)).toEqual(["c-away", "b-full", "a-well"]);
  expect(first.items[1]?.says).toMatchObject({
    version: "0.1.0",
    outbox: { records: 7, fill: 0.9, oldestReadAt: 5 },
    enrolment: { state: "joined" },
  });
  const second = await page(`limit=3&cursor=${first.nextCursor}`);
  expect(second.items).toMatchObject([{ agent: "d-out", says: { version: null, outbox: null } }]);
});

test("who let an agent in, and why, is told to those who see agents, and of one agent alone when asked", async () => {
  const { db, signIn } = await startHarness(databases, { enrolment: desk });
  const insert = (id: string, agent: string) =>
    db.query(
      "insert into enrolment_request (id, site, agent, proof, change_no) values ($1, 'town', $2, repeat('a', 64), 1)",
      [id, agent],
    );
  const [one, other] = ["0198c0de-0000-7000-8000-000000000001", "0198c0de-0000-7000-8000-000000000002"];
  await insert(one, "gw-1");
  await insert(other, "gw-2");
  const collector = await signIn("collector");
  const approved = await collector.post(`/api/enrolment/requests/${one}/approve`, { reason: "read out by Li" });
  expect(approved.status).toBe(200);
  expect((await collector.post(`/api/enrolment/requests/${other}/reject`, { reason: "unknown to us" })).status).toBe(
    200,
  );
  const notes = async (query = "") => (await collector.get<Rows<object>>(`/api/enrolment/notes${query}`)).body.items;
  expect(await notes()).toMatchObject([
    { action: "enrolment.reject", subject: "town/gw-2", actor: "collector", reason: "unknown to us" },
    { action: "enrolment.approve", subject: "town/gw-1", reason: "read out by Li" },
  ]);
  expect(await notes("?site=town&agent=gw-1")).toHaveLength(1);
  await db.query(
    `insert into enrolment_token (id, hash, site, agent, note, max_uses, expires_at, created_by)
     values ($1, 'x', 'town', 'gw-1', '', 1, now() + interval '1 h', 'admin')`,
    [one],
  );
  expect((await collector.delete(`/api/enrolment/tokens/${one}`)).status).toBe(200);
  const [withdrawn] = await notes("?site=town&agent=gw-1");
  expect(withdrawn).toMatchObject({ action: "enrolment.token.withdraw", subject: "town/gw-1" });
  expect((await (await signIn("manager")).get("/api/enrolment/notes")).status).toBe(403);
});
