import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AgentRoll, createAuthority } from "@nightflow/broker";
import { numberEnrolmentChange } from "@nightflow/storage";
import { silentLogger, testDatabase } from "@nightflow/storage/testing";
import { afterEach, expect, it, vi } from "vitest";
import { type BrokerSecurity, openBrokerSecurity } from "./broker-security.ts";
import { NightflowConfig } from "./config/schema.ts";

const databases = testDatabase();
const opened: { readonly dataDir: string; readonly security: BrokerSecurity }[] = [];
afterEach(async () => {
  for (const { dataDir, security } of opened.splice(0)) {
    await security.close();
    await rm(dataDir, { recursive: true, force: true });
  }
});

async function open(config: object, db: Parameters<typeof openBrokerSecurity>[1], folder?: string) {
  const dataDir = folder ?? (await mkdtemp(join(tmpdir(), "nightflow-pki-")));
  const parsed = NightflowConfig.parse(config);
  const security = await openBrokerSecurity({ config: parsed, dataDir }, db, silentLogger);
  opened.push({ dataDir, security });
  return { dataDir, security };
}

const gw1 = { agent: "gw-1", site: "town" };

it("a broker without TLS makes no authority, and has a secret for its tokens", async () => {
  const { database } = await databases.fresh();
  const { dataDir, security } = await open({}, database);
  expect(security.deps.tokenSecret).toHaveLength(32);
  expect(security.deps.authority).toBeUndefined();
  expect(existsSync(join(dataDir, "pki", "root.key.pem"))).toBe(false);
});

it("a broker hears of a revocation at once, and knows it after a start while the database is away", async () => {
  const { database } = await databases.fresh();
  const { dataDir, security } = await open({ broker: { tls: {} } }, database);
  const left: unknown[] = [];
  security.deps.admission?.onExpelled(({ agent, site }, reason) => left.push({ agent, site, reason }));
  expect(security.deps.admission?.faultOf(gw1)).toBeUndefined();
  await database.transaction(async (tx) => {
    const no = await numberEnrolmentChange(tx);
    await tx.query(
      `insert into enrolled_agent (site, agent, how, joined_by, revoked_at, revoked_by, revoked_reason, change_no)
       values ('town', 'gw-1', 'token', 'ann', now(), 'ann', 'stolen', $1)`,
      [no],
    );
  });
  await vi.waitFor(() => expect(left).toEqual([{ ...gw1, reason: "agent-revoked" }]), { timeout: 20_000 });
  await vi.waitFor(() => expect((security.deps.admission as AgentRoll).position.no).toBe(1), { timeout: 20_000 });
  await security.close();
  const away = { ...database, query: () => Promise.reject(new Error("away")), listen: async () => async () => {} };
  const again = await open({ broker: { tls: {} } }, away as unknown as typeof database, dataDir);
  expect(again.security.deps.authority?.rootPem).toBe(security.deps.authority?.rootPem);
  expect(again.security.deps.admission?.faultOf(gw1)).toBe("agent-revoked");
});

it("a stranger with a certificate of another authority is noted for approval, once", async () => {
  const { database } = await databases.fresh();
  const { dataDir, security } = await open({ broker: { tls: {} }, enrolment: { unknownAgents: "hold" } }, database);
  const other = await createAuthority(join(dataDir, "other"));
  const publicKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
  const pem = String(publicKey.export({ type: "spki", format: "pem" }));
  const signed = await other.issue({ ...gw1, key: { publicKey: pem }, days: 1 });
  const certificate = { ...gw1, ...signed, der: new X509Certificate(signed.pem).raw };
  const fault = () => security.deps.admission?.faultOf({ ...gw1, certificate });
  expect([fault(), fault()]).toEqual(["agent-held", "agent-held"]);
  const held = async () => (await database.query("select site, agent, proof from enrolment_request")).rows;
  await vi.waitFor(async () => expect(await held()).toEqual([{ ...gw1, proof: signed.fingerprint }]), {
    timeout: 20_000,
  });
});
