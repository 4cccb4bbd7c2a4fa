import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentId, SiteId, type UnknownAgentPolicy } from "@nightflow/domain";
import pino from "pino";
import { afterEach, beforeEach, expect, it } from "vitest";
import { JournalError } from "./journal.ts";
import { type AgentRoll, openAgentRoll, type RollEntry, type Stranger } from "./roll.ts";

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 2, 1);
const OWN = Buffer.from("own");

const who = { agent: AgentId.parse("gw-1"), site: SiteId.parse("town") };
const agent = (no: number, isRevoked = false, how = "token"): RollEntry => ({
  kind: "agent",
  no,
  ...who,
  how,
  isRevoked,
});
const certificate = (no: number, isRevoked = false, fingerprint = "f1"): RollEntry => ({
  kind: "certificate",
  no,
  ...who,
  serial: fingerprint.toUpperCase(),
  fingerprint,
  expiresAt: NOW + DAY_MS,
  isRevoked,
});
const showing = (fingerprint = "f1", der: Uint8Array = OWN) => ({
  ...who,
  certificate: { ...who, serial: "", fingerprint, expiresAt: NOW + DAY_MS, der },
});
const foreign = showing("x1", Buffer.from("foreign"));

let folder: string;
let path: string;
const open: AgentRoll[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nightflow-roll-"));
  path = join(folder, "roll.jsonl");
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((roll) => roll.close()));
  await rm(folder, { recursive: true, force: true });
});

async function rollWith(policy: UnknownAgentPolicy = "refuse", now = NOW): Promise<AgentRoll> {
  const authority = { isOwn: (der: Uint8Array) => OWN.equals(der) };
  const roll = await openAgentRoll({ path, policy, authority, logger: pino({ level: "silent" }), now: () => now });
  open.push(roll);
  return roll;
}

it("lets in whom our own authority has signed, also before its record has arrived, until it is revoked", async () => {
  const roll = await rollWith();
  expect(roll.faultOf(showing())).toBeUndefined();
  await roll.apply([agent(1), certificate(2)]);
  expect(roll.faultOf(showing())).toBeUndefined();
  await roll.apply([certificate(3, true)]);
  expect(roll.faultOf(showing())).toBe("certificate-revoked");
  expect(roll.faultOf(showing("f2"))).toBeUndefined();
});

it("puts an agent out at once, once, whatever it shows, and lets it back in when it has enrolled anew", async () => {
  const roll = await rollWith();
  const left: unknown[] = [];
  roll.onExpelled(({ agent: name }, reason) => left.push([name, reason]));
  await roll.apply([agent(1)]);
  await roll.apply([agent(2, true)]);
  await roll.apply([agent(2, true)]);
  expect(left).toEqual([["gw-1", "agent-revoked"]]);
  expect([roll.faultOf(showing()), roll.faultOf(who)]).toEqual(["agent-revoked", "agent-revoked"]);
  await roll.apply([agent(3)]);
  expect(roll.faultOf(who)).toBeUndefined();
});

it("knows after a restart, without a database, who was revoked, also when the last line was cut by a crash", async () => {
  const roll = await rollWith();
  await roll.follow("db-1");
  await roll.apply([agent(1), certificate(2), certificate(3, true), certificate(4, false, "f2")]);
  await roll.close();
  await appendFile(path, '{"kind":"agent"');
  const again = await rollWith();
  expect(again.position).toEqual({ source: "db-1", no: 4 });
  expect([again.faultOf(showing()), again.faultOf(showing("f2"))]).toEqual(["certificate-revoked", undefined]);
  await again.close();
  const later = await rollWith("refuse", NOW + 2 * DAY_MS);
  expect(later.position.no).toBe(4);
  expect((await readFile(path, "utf8")).split("\n")).toHaveLength(4);
});

it("forgets what another database said", async () => {
  const roll = await rollWith();
  await roll.follow("db-1");
  await roll.apply([agent(1, true)]);
  await roll.follow("db-2");
  expect(roll.position).toEqual({ source: "db-2", no: 0 });
  expect(roll.faultOf(who)).toBeUndefined();
});

it("does not start over a file that somebody has damaged: it may hold a revocation", async () => {
  await writeFile(path, 'garbage\n{"kind":"source","no":0,"source":"db-1"}\n');
  await expect(rollWith()).rejects.toThrow(JournalError);
});

it.each([
  ["refuse", "agent-unknown", []],
  ["hold", "agent-held", ["held"]],
  ["chain", undefined, ["admitted"]],
] as const)("treats a certificate of another trusted authority as configured: %s", async (policy, fault, heard) => {
  const roll = await rollWith(policy);
  const strangers: Stranger[] = [];
  roll.onStranger((stranger) => strangers.push(stranger));
  expect([roll.faultOf(foreign), roll.faultOf(foreign)]).toEqual([fault, fault]);
  expect(strangers.map(({ becomes }) => becomes)).toEqual(heard);
});

it("lets a held stranger in once approved, and tells one that was rejected so", async () => {
  const roll = await rollWith("hold");
  await roll.apply([{ kind: "rejected", no: 1, fingerprint: "x2" }]);
  expect(roll.faultOf(showing("x2", Buffer.from("foreign")))).toBe("agent-rejected");
  await roll.apply([agent(2, false, "chain")]);
  expect(roll.faultOf(foreign)).toBeUndefined();
});
