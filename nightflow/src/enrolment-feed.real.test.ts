import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AgentRoll, openAgentRoll, openRevocationList } from "@nightflow/broker";
import { type Database, enrolmentPosition, numberEnrolmentChange } from "@nightflow/storage";
import { silentLogger, testDatabase } from "@nightflow/storage/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { followEnrolment } from "./enrolment-feed.ts";

const postgres = testDatabase();
const AGENTS = ["put-out", "put-out-and-back", "good"];
let db: Database;
let folder: string;

beforeEach(async () => {
  db = (await postgres.fresh()).database;
  folder = mkdtempSync(join(tmpdir(), "nightflow-revocations-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function enrol(agent: string, serial = agent): Promise<void> {
  await db.transaction(async (tx) => {
    const no = await numberEnrolmentChange(tx);
    await tx.query(
      `insert into enrolled_agent (site, agent, how, joined_by, change_no) values ('town', $1, 'token', 'anna', $2)
       on conflict (site, agent) do update set revoked_at = null, change_no = $2`,
      [agent, no],
    );
    await tx.query(
      `insert into agent_certificate (serial, fingerprint, key_hash, site, agent, pem, why, issued_at, expires_at, change_no)
       values ($1, $1, $1, 'town', $2, 'pem', 'token', now(), now() + interval '1 day', $3)`,
      [serial, agent, no],
    );
  });
}

async function revoke(agent: string): Promise<void> {
  await db.transaction(async (tx) => {
    const no = await numberEnrolmentChange(tx);
    await tx.query("update enrolled_agent set revoked_at = now(), change_no = $2 where agent = $1", [agent, no]);
    await tx.query("update agent_certificate set revoked_at = now(), change_no = $2 where agent = $1", [agent, no]);
  });
}

/** A broker that has heard of everything: what its roll says of each certificate, then gone. */
async function faultsAtABroker(rollFile: string): Promise<Record<string, string | undefined>> {
  const path = join(folder, rollFile);
  const authority = { isOwn: () => true };
  const roll = await openAgentRoll({ path, policy: "refuse", authority, logger: silentLogger });
  const revocations = await openRevocationList(join(folder, "revoked.jsonl"));
  const stop = await followEnrolment({ db, roll, revocations, maxHeld: 10, logger: silentLogger });
  await expect
    .poll(async () => roll.position.no === (await enrolmentPosition(db)).no && roll.position.no > 0)
    .toBe(true);
  await stop();
  await Promise.all([roll.close(), revocations.close()]);
  return Object.fromEntries([...AGENTS, "later"].map((agent) => [agent, faultOf(roll, agent)]));
}

function faultOf(roll: AgentRoll, agent: string): string | undefined {
  const certificate = { agent, site: "town", fingerprint: agent, der: new Uint8Array() };
  return roll.faultOf({ agent, site: "town", certificate } as Parameters<AgentRoll["faultOf"]>[0]);
}

/** What a backup holds of enrolment, and a database put back to it. */
async function backUp(): Promise<() => Promise<void>> {
  const tables = ["counter", "enrolled_agent", "agent_certificate"];
  for (const table of tables) await db.query(`create table kept_${table} as select * from ${table}`);
  return async () => {
    for (const table of tables) {
      await db.query(`delete from ${table}`);
      await db.query(`insert into ${table} select * from kept_${table}`);
    }
  };
}

it("a restore lets nobody in again who was put out after the backup, and keeps nobody out who was let in again", async () => {
  for (const agent of AGENTS) await enrol(agent);
  const restore = await backUp();
  for (const agent of ["put-out", "put-out-and-back"]) await revoke(agent);
  await enrol("later");
  await revoke("later");
  const out = { "put-out": "agent-revoked", "put-out-and-back": "agent-revoked", later: "agent-revoked" };
  expect(await faultsAtABroker("roll.jsonl")).toEqual({ ...out, good: undefined });
  await enrol("put-out-and-back", "its-new-one");
  const before = { ...out, "put-out-and-back": "certificate-revoked", good: undefined };
  expect(await faultsAtABroker("roll.jsonl")).toEqual(before);

  await restore();
  // The machine's roll is gone, or another broker is asked.
  expect(await faultsAtABroker("new-roll.jsonl")).toEqual(before);
  expect(await faultsAtABroker("roll.jsonl")).toEqual(before);
  const { rows } = await db.query<{ subject: string }>(
    "select distinct subject from audit_entry where action = 'enrolment.revoke' order by subject",
  );
  expect(rows.map(({ subject }) => subject)).toEqual(["town/later", "town/put-out", "town/put-out-and-back"]);

  // Somebody decides anew, and that stands.
  await db.query("update agent_certificate set revoked_at = null where agent = 'put-out'");
  await enrol("put-out", "another");
  expect((await faultsAtABroker("third-roll.jsonl"))["put-out"]).toBeUndefined();
});
