import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";
import { connect as tlsConnect } from "node:tls";
import { AgentId, ConfigError, SiteId } from "@nightflow/domain";
import type { IClientOptions, MqttClient } from "mqtt";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { BrokerConfig } from "./config.ts";
import { type Authority, createAuthority } from "./pki/authority.ts";
import { makeKey } from "./pki/certificates.ts";
import { openAgentRoll } from "./pki/roll.ts";
import type { RunningBroker } from "./running-broker.ts";
import { closeOf, connect, connected, startTestBroker, topicsOf } from "./testing/fleet.ts";
import { connectFrame } from "./testing/frames.ts";
import { makeStrangeAuthority, tempFolder } from "./testing/pki.ts";

const DAY_MS = 86_400_000;

let folder: string;
let authority: Authority;
let broker: RunningBroker;
beforeEach(async () => {
  folder = await tempFolder();
  authority = await createAuthority(join(folder, "pki"));
});
afterEach(async () => {
  await broker?.close();
  await rm(folder, { recursive: true, force: true });
});

interface Setup {
  readonly tls?: Partial<NonNullable<BrokerConfig["tls"]>>;
  readonly deps?: Parameters<typeof startTestBroker>[0];
}

/** A broker with TLS whose certificate the authority has made. */
async function startTls({ tls = {}, deps = {} }: Setup = {}): Promise<void> {
  broker = await startTestBroker({ authority, ...deps }, {}, { tls: { port: 0, ...tls } });
}

/** A client that trusts the platform's root and shows what it is given. */
function connectTls(options: IClientOptions = {}): Promise<MqttClient> {
  const { host, tlsPort: port = 0 } = broker;
  return connected({ protocol: "mqtts", host, port, ca: authority.rootPem, ...options });
}

async function certify(agent: string, days = 30, by: Pick<Authority, "issue"> = authority) {
  const { privatePem: key, publicPem: publicKey } = await makeKey();
  const certificate = await by.issue({ agent, site: "town", key: { publicKey }, days });
  return { ...certificate, show: { key, cert: certificate.pem } };
}

const TOWN_GW1 = { agent: AgentId.parse("gw-1"), site: SiteId.parse("town") };

function openRoll(policy: "refuse" | "hold" | "chain" = "refuse") {
  return openAgentRoll({
    path: join(folder, "roll.jsonl"),
    policy,
    authority,
    logger: pino({ level: "silent" }),
  });
}

const lastRefusal = () => broker.refusals().at(-1);

describe("a client certificate", () => {
  it("brings its agent in without a password, with the rights of its site", async () => {
    const come: string[] = [];
    await startTls({ deps: { onAgentConnected: (agent, site) => come.push(`${site}/${agent}`) } });
    const { show } = await certify("gw-1");
    const agent = await connectTls(show);
    await agent.publishAsync(topicsOf("gw-1").status, "here", { qos: 1 });
    expect(come).toEqual(["town/gw-1"]);
    const closed = closeOf(agent);
    agent.publish(topicsOf("gw-2").status, "not mine", { qos: 1 });
    await closed;
    expect(lastRefusal()).toMatchObject({ reason: "topic-without-right", identity: "gw-1" });
  });

  it("is for its own agent: another user name is refused, the same one is not needed but welcome", async () => {
    await startTls();
    const { show } = await certify("gw-1");
    await expect(connectTls({ ...show, username: "gw-2", password: "right" })).rejects.toMatchObject({ code: 5 });
    expect(lastRefusal()).toMatchObject({ reason: "certificate-not-for-user", identity: "gw-2" });
    await connectTls({ ...show, username: "gw-1" });
  });

  it("that has expired is refused by that name", async () => {
    const early = await createAuthority(join(folder, "pki"), () => Date.now() - 2 * DAY_MS);
    const { show, serial } = await certify("gw-1", 1, early);
    await startTls();
    await expect(connectTls(show)).rejects.toMatchObject({ code: 5 });
    expect(lastRefusal()).toMatchObject({
      what: "connect",
      reason: "certificate-expired",
      identity: "gw-1",
      detail: `serial ${serial}`,
    });
  });

  it("of an authority that nobody trusts is refused by that name, also with a right password beside it", async () => {
    await startTls();
    const { key, cert } = await (await makeStrangeAuthority()).certify("gw-1", "town");
    const show = { key, cert: cert.pem, username: "gw-1", password: "right" };
    await expect(connectTls(show)).rejects.toMatchObject({ code: 5 });
    expect(lastRefusal()).toMatchObject({ reason: "certificate-unknown", identity: "gw-1" });
  });

  it("that was revoked is refused by that name", async () => {
    const roll = await openRoll();
    await startTls({ deps: { admission: roll } });
    const { show, serial, fingerprint, expiresAt } = await certify("gw-1");
    await connectTls(show);
    await roll.apply([{ kind: "certificate", no: 1, ...TOWN_GW1, serial, fingerprint, expiresAt, isRevoked: true }]);
    await expect(connectTls(show)).rejects.toMatchObject({ code: 5 });
    expect(lastRefusal()).toMatchObject({ reason: "certificate-revoked", detail: `serial ${serial}` });
  });

  it("of the listener itself is none for a client", async () => {
    await startTls();
    const { cert, key } = await authority.serverCertificate([]);
    await expect(connectTls({ cert, key })).rejects.toMatchObject({ code: 5 });
    expect(lastRefusal()?.reason).toBe("certificate-unknown");
  });

  it("can be required of everybody", async () => {
    await startTls({ tls: { requireClientCert: true } });
    await expect(connectTls({ username: "ingest", password: "right" })).rejects.toMatchObject({ code: 5 });
    expect(lastRefusal()?.reason).toBe("certificate-missing");
    await connectTls((await certify("gw-1")).show);
  });

  it("of a further authority is accepted where that one is configured", async () => {
    const strange = await makeStrangeAuthority();
    const caFile = join(folder, "ca.pem");
    await writeFile(caFile, strange.rootPem);
    await startTls({ tls: { caFile } });
    const { key, cert } = await strange.certify("gw-1", "village");
    const agent = await connectTls({ key, cert: cert.pem });
    await agent.publishAsync("nf/v1/village/gw-1/status", "here", { qos: 1 });
  });

  it("ends its connection when it expires", async () => {
    let nowMs = Date.now();
    await startTls({ deps: { now: () => nowMs } });
    const agent = await connectTls((await certify("gw-1", 1)).show);
    const closed = closeOf(agent);
    nowMs += 2 * DAY_MS;
    await closed;
    expect(lastRefusal()).toMatchObject({ what: "stay", reason: "certificate-expired", identity: "gw-1" });
  });
});

describe("a certificate of a further authority", () => {
  it("is refused, held or accepted as the policy says, and a held one comes in once it is approved", async () => {
    const strange = await makeStrangeAuthority();
    const caFile = join(folder, "ca.pem");
    await writeFile(caFile, strange.rootPem);
    const { key, cert } = await strange.certify("gw-1", "town");
    const show = { key, cert: cert.pem };
    for (const [policy, reason] of [
      ["refuse", "agent-unknown"],
      ["hold", "agent-held"],
    ] as const) {
      const roll = await openRoll(policy);
      await startTls({ tls: { caFile }, deps: { admission: roll } });
      await expect(connectTls(show)).rejects.toMatchObject({ code: 5 });
      expect(lastRefusal()).toMatchObject({ reason, identity: "gw-1" });
      if (policy === "hold") {
        await roll.apply([{ kind: "agent", no: 1, ...TOWN_GW1, how: "chain", isRevoked: false }]);
        await connectTls(show);
      }
      await broker.close();
    }
    await rm(join(folder, "roll.jsonl"));
    await startTls({ tls: { caFile }, deps: { admission: await openRoll("chain") } });
    const agent = await connectTls(show);
    await agent.publishAsync(topicsOf("gw-1").status, "here", { qos: 1 });
  });
});

describe("agents of the same name", () => {
  it("at two sites do not throw each other out", async () => {
    const strange = await makeStrangeAuthority();
    const caFile = join(folder, "ca.pem");
    await writeFile(caFile, strange.rootPem);
    await startTls({ tls: { caFile } });
    const one = await connectTls({ ...(await certify("gw-1")).show, clientId: "same" });
    const { key, cert } = await strange.certify("gw-1", "village");
    await connectTls({ key, cert: cert.pem, clientId: "same" });
    await one.publishAsync(topicsOf("gw-1").status, "still here", { qos: 1 });
    expect(broker.disconnect({ name: "gw-1", site: "village" }, "agent-revoked")).toBe(1);
    expect(one.connected).toBe(true);
  });
});

describe("a revocation", () => {
  it("ends the agent's connections at once, publishes its last will, and keeps it out whatever it shows", async () => {
    const roll = await openRoll();
    await startTls({ deps: { admission: roll } });
    const status: string[] = [];
    broker.onMessage(["status"], ({ payload }) => status.push(Buffer.from(payload).toString()));
    const { show } = await certify("gw-1");
    const will = { topic: topicsOf("gw-1").status, payload: Buffer.from("gone"), qos: 1 as const };
    const agents = [await connectTls({ ...show, will }), await connect(broker, "gw-1"), await connect(broker, "gw-2")];
    const ended = Promise.all(agents.slice(0, 2).map(closeOf));
    await roll.apply([{ kind: "agent", no: 1, ...TOWN_GW1, how: "token", isRevoked: true }]);
    await ended;
    await vi.waitFor(() => expect(status).toEqual(["gone"]), { timeout: 20_000 });
    expect(broker.refusals().map(({ what, reason }) => [what, reason])).toEqual([
      ["stay", "agent-revoked"],
      ["stay", "agent-revoked"],
    ]);
    await expect(connectTls(show)).rejects.toMatchObject({ code: 5 });
    await expect(connect(broker, "gw-1")).rejects.toMatchObject({ code: 5 });
    expect(lastRefusal()?.reason).toBe("agent-revoked");
    expect(agents[2]?.connected).toBe(true);
  });
});

describe("the listener", () => {
  it("speaks TLS 1.2 and later, and says of an older client that it is too old", async () => {
    await startTls();
    const { host, tlsPort: port = 0 } = broker;
    const current = tlsConnect({ host, port, ca: authority.rootPem, maxVersion: "TLSv1.2" });
    await once(current, "secureConnect");
    current.write(connectFrame("gw-1", "c"));
    expect([...(await once(current, "data"))[0]]).toEqual([0x20, 2, 0, 0]);
    current.destroy();
    const old = { minVersion: "TLSv1" as const, maxVersion: "TLSv1.1" as const, ciphers: "DEFAULT:@SECLEVEL=0" };
    const socket = tlsConnect({ host, port, ca: authority.rootPem, ...old });
    await once(socket, "error");
    await vi.waitFor(() => expect(lastRefusal()?.reason).toBe("tls-too-old"), { timeout: 20_000 });
  });

  it("outlives bytes that are no TLS", async () => {
    await startTls();
    const socket = createConnection({ host: broker.host, port: broker.tlsPort ?? 0 });
    socket.on("error", () => {});
    await once(socket, "connect");
    socket.resume().write("GET / HTTP/1.1\r\n\r\n");
    await once(socket, "close");
    await vi.waitFor(() => expect(lastRefusal()?.reason).toBe("tls-handshake"), { timeout: 20_000 });
    await connectTls({ username: "gw-1", password: "right" });
  });

  it("takes a new certificate from its files without dropping a client, and stays with the old one while they do not fit", async () => {
    const strange = await makeStrangeAuthority();
    const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    const write = async () => {
      const { key, cert } = await strange.certifyServer(["127.0.0.1"]);
      await writeFile(certFile, cert.pem);
      return { key, serial: cert.serial };
    };
    const first = await write();
    await writeFile(keyFile, first.key);
    await startTls({ tls: { certFile, keyFile, reloadMs: 50 } });
    const options = { username: "gw-1", password: "right", ca: strange.rootPem };
    const agent = await connectTls(options);
    const serialNow = async () => {
      const socket = tlsConnect({ host: broker.host, port: broker.tlsPort ?? 0, ca: strange.rootPem });
      await once(socket, "secureConnect");
      const { serialNumber } = socket.getPeerCertificate();
      socket.destroy();
      return serialNumber;
    };
    const expiresAt = broker.stats().certificateExpiresAt;
    const second = await write();
    expect(await serialNow()).toBe(first.serial);
    await writeFile(keyFile, second.key);
    await vi.waitFor(async () => expect(await serialNow()).toBe(second.serial), { timeout: 5000 });
    expect(broker.stats().certificateExpiresAt).toBeGreaterThanOrEqual(expiresAt ?? 0);
    await agent.publishAsync(topicsOf("gw-1").status, "still here", { qos: 1 });
  });

  it("does not start without a certificate, nor with a file that is none", async () => {
    const { startBroker } = await import("./broker.ts");
    const { BrokerConfig } = await import("./config.ts");
    const logger = pino({ level: "silent" });
    const keyFile = join(folder, "nothing.pem");
    await startTls();
    for (const tls of [{ port: 0 }, { port: 0, certFile: keyFile, keyFile }]) {
      const config = BrokerConfig.parse({ port: 0, tls });
      await expect(startBroker({ config, logger })).rejects.toThrow(ConfigError);
    }
  });
});
