import { spawn } from "node:child_process";
import { createPrivateKey, sign } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RunningBroker, startBroker } from "@nightflow/broker";
import { startApi } from "@nightflow/crm-api";
import {
  AgentConfig,
  AgentId,
  decodeJoinText,
  type EnrolmentConfig,
  realClock,
  renewalStatement,
  SiteId,
} from "@nightflow/domain";
import {
  describeJoin,
  type EdgeAgent,
  EdgeAgentConfig,
  httpPlatform,
  type JoinResult,
  joinByHand,
  keyFingerprint,
  makePrivateKey,
  makeRequest,
  type Platform,
  startEdgeAgent,
} from "@nightflow/edge-agent";
import { createChannelRegistry, IngestConfig, startIngest } from "@nightflow/ingest";
import { startSingleDevice } from "@nightflow/simulators";
import { createJobQueue, type Database, type KnownChannel, openDuckDbStore, openFileStore } from "@nightflow/storage";
import { silentLogger, testDatabase } from "@nightflow/storage/testing";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openBrokerSecurity, openEnrolmentDesk } from "./broker-security.ts";
import { NightflowConfig } from "./config/schema.ts";
import { ApiClient } from "./demo/api-client.ts";

const databases = testDatabase();
const DAY_MS = 86_400_000;
const PROGRAM = fileURLToPath(new URL("./main.ts", import.meta.url));
const SECRET = "s".repeat(43);
const site = SiteId.parse("town");
const patient = { timeout: 60_000 };

let folder: string;
let db: Database;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nightflow-enrolment-"));
  db = (await databases.fresh()).database;
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await rm(folder, { recursive: true, force: true });
});

interface Place {
  readonly broker: RunningBroker;
  readonly url: string;
  readonly ca: string;
  readonly admin: ApiClient;
  readonly platform: Platform;
}

/** The broker on TLS and the API, each with its own part of the composition, on one data folder and database. */
async function start(
  enrolment: Partial<EnrolmentConfig> = {},
  now?: () => number,
  more: Partial<Parameters<typeof startBroker>[0]> = {},
): Promise<Place> {
  const config = NightflowConfig.parse({
    broker: { port: 0, tls: { port: 0, requireClientCert: true } },
    enrolment: { pollSeconds: 1, ...enrolment },
    api: { port: 0 },
  });
  const security = await openBrokerSecurity({ config, dataDir: folder }, db, silentLogger);
  closing.push(() => security.close());
  const broker = await startBroker({ ...security.deps, ...more, config: config.broker, logger: silentLogger });
  closing.push(() => broker.close());
  const desk = await openEnrolmentDesk(config, folder);
  const api = await startApi({
    db,
    store: {} as never,
    clock: realClock,
    files: await openFileStore(join(folder, "files")),
    jobs: createJobQueue({ db, logger: silentLogger }),
    config: config.api,
    logger: silentLogger,
    renderer: { usageCurve: () => ({ html: "", csv: "" }) },
    enrolment: desk && { ...desk, now },
  });
  closing.push(() => api.close());
  const admin = await firstAdmin(api.url, api.setupUrl ?? "");
  const { fingerprint: ca } = await admin.get<{ fingerprint: string }>("/api/enrolment/authority");
  return { broker, url: api.url, ca, admin, platform: httpPlatform({ url: api.url, caFingerprint: ca }) };
}

async function firstAdmin(url: string, setupUrl: string): Promise<ApiClient> {
  const client = new ApiClient(url);
  const token = setupUrl.split("#token=")[1] ?? "";
  const body = JSON.stringify({ token, login: "ann", password: "a long enough password" });
  await fetch(`${url}/api/setup`, { method: "POST", headers: { "content-type": "application/json" }, body });
  await client.signIn("ann", "a long enough password");
  return client;
}

function configOf({ broker, url, ca }: Place, agent: string): EdgeAgentConfig {
  return EdgeAgentConfig.parse({
    site,
    agent,
    dataDir: join(folder, agent),
    configFile: "unused",
    mqtt: { url: `mqtts://127.0.0.1:${broker.tlsPort}`, statusMs: 100 },
    enrolment: { url, caFingerprint: ca, tokenFile: join(folder, agent, "token") },
    outbox: { flushMs: 50 },
  });
}

async function startAgent(place: Place, agent: string): Promise<EdgeAgent> {
  const agentConfig = AgentConfig.parse({ v: 1, buses: [], channels: [] });
  const config = configOf(place, agent);
  const running = await startEdgeAgent({ config, agentConfig, clock: realClock, logger: silentLogger });
  closing.push(() => running.close());
  return running;
}

async function giveToken(agent: string, token: string): Promise<void> {
  await mkdir(join(folder, agent), { recursive: true });
  await writeFile(join(folder, agent, "token"), `${token}\n`);
}

interface Made {
  readonly id: string;
  readonly token: string;
  readonly joinText: string;
  readonly command: string;
}

const makeToken = ({ admin }: Place, order: object = {}) =>
  admin.post<Made>("/api/enrolment/tokens", { site, ...order });

async function agentRow({ admin }: Place, agent: string) {
  const { items } = await admin.get<{
    items: { agent: string; standing: string; certificate: { serial: string } | null }[];
  }>(`/api/enrolment/agents?q=${agent}`);
  return items[0];
}

/** A request of an agent that is no more than its key. */
function bare(agent: string) {
  const key = makePrivateKey();
  const request = makeRequest(key, agent);
  const join = (platform: Platform, token?: string) =>
    platform.join({ site, agent: AgentId.parse(agent), request, pollSecret: SECRET, ...(token && { token }) });
  return { key, request, join };
}

const connectionsOf = ({ broker }: Place) => broker.stats().connections;

it("an agent joins by its token, comes in by its certificate, is put out by one click, and comes back by a new token", async () => {
  const place = await start();
  const { token } = await makeToken(place);
  await giveToken("gw-1", token);
  const agent = await startAgent(place, "gw-1");
  await vi.waitFor(() => expect(connectionsOf(place)).toBe(1), patient);
  expect(agent.status().enrolment).toMatchObject({ state: "joined", reason: null });
  expect((await stat(join(folder, "gw-1", "identity", "identity.json"))).mode & 0o077).toBe(0);
  expect(await agentRow(place, "gw-1")).toMatchObject({ site, agent: "gw-1", standing: "good" });
  await place.admin.post("/api/enrolment/agents/town/gw-1/revoke", { reason: "stolen" });
  await vi.waitFor(() => expect(connectionsOf(place)).toBe(0), { timeout: 1000 });
  await vi.waitFor(() => expect(agent.status().enrolment?.state).toBe("revoked"), patient);
  expect(agent.status().enrolment?.reason).toContain("have a token made for this agent by name");
  expect(await agentRow(place, "gw-1")).toMatchObject({
    standing: "revoked",
    revokedBy: "ann",
    revokedReason: "stolen",
  });
  await giveToken("gw-1", (await makeToken(place, { agent: "gw-1" })).token);
  await vi.waitFor(() => expect(agent.status().enrolment?.state).toBe("joined"), patient);
  await vi.waitFor(() => expect(connectionsOf(place)).toBe(1), patient);
  const { items } = await place.admin.get<{ items: { action: string; actor: string }[] }>(
    "/api/audit?subject=town/gw-1",
  );
  expect(items.map(({ action, actor }) => `${action} ${actor}`)).toEqual([
    "enrolment.join agent town/gw-1",
    "enrolment.revoke ann",
    "enrolment.join agent town/gw-1",
  ]);
}, 120_000);

it("an unknown agent is held, compared by its fingerprint, and comes in once approved; another is rejected", async () => {
  const place = await start({ unknownAgents: "hold" });
  const agent = await startAgent(place, "gw-2");
  await vi.waitFor(() => expect(agent.status().enrolment?.state).toBe("held"), patient);
  const waiting = () =>
    place.admin.get<{ items: { id: string; fingerprint: string; agent: string }[] }>(
      "/api/enrolment/requests?state=held",
    );
  const [held] = (await waiting()).items;
  expect(agent.status().enrolment?.reason).toContain(held?.fingerprint);
  expect(connectionsOf(place)).toBe(0);
  await place.admin.post(`/api/enrolment/requests/${held?.id}/approve`, {});
  await vi.waitFor(() => expect(connectionsOf(place)).toBe(1), patient);
  await expect(place.admin.post(`/api/enrolment/requests/${held?.id}/approve`, {})).rejects.toThrow("REQUEST_DECIDED");
  const stranger = bare("gw-2");
  const answer = await stranger.join(place.platform);
  expect(answer).toMatchObject({ status: "held" });
  const id = answer.status === "held" ? answer.requestId : "";
  expect(await place.platform.ask(id, "t".repeat(43))).toMatchObject({ fault: "agent-unknown" });
  await place.admin.post(`/api/enrolment/requests/${id}/reject`, { reason: "who is that?" });
  expect(await place.platform.ask(id, SECRET)).toMatchObject({ fault: "agent-rejected" });
  expect(connectionsOf(place)).toBe(1);
}, 120_000);

it("a token serves one of two that race for it, the same key again, and nobody after its time or for another agent", async () => {
  let nowMs = Date.now();
  const place = await start({}, () => nowMs);
  const { token, id, command, joinText } = await makeToken(place, { hours: 1 });
  expect(command).toBe(`nightflow-agent join agent.yaml ${joinText}`);
  expect(decodeJoinText(joinText)).toEqual({ url: place.url, token, ca: place.ca });
  const both = [bare("gw-1"), bare("gw-2")];
  const answers = await Promise.all(both.map((one) => one.join(place.platform, token)));
  expect(answers.map(({ status }) => status).sort()).toEqual(["issued", "refused"]);
  const winner = both[answers.findIndex(({ status }) => status === "issued")];
  expect(await winner?.join(place.platform, token)).toEqual(answers.find(({ status }) => status === "issued"));
  expect(await bare("gw-3").join(place.platform, token)).toMatchObject({ fault: "token-used" });
  expect(await bare("gw-3").join(place.platform, `${token}x`)).toMatchObject({ fault: "token-unknown" });
  const named = await makeToken(place, { agent: "gw-4", hours: 1 });
  expect(await bare("gw-5").join(place.platform, named.token)).toMatchObject({ fault: "token-for-another-agent" });
  nowMs += 3_600_001;
  expect(await bare("gw-4").join(place.platform, named.token)).toMatchObject({ fault: "token-expired" });
  expect(await bare("gw-9").join(place.platform)).toMatchObject({ fault: "agent-unknown" });
  expect(await bare("gw-1").join(place.platform)).toMatchObject({ fault: "agent-unknown" });
  const { items } = await place.admin.get<{ items: { id: string; state: string; usedBy: string[] }[] }>(
    "/api/enrolment/tokens",
  );
  expect(items.find((one) => one.id === id)).toMatchObject({ state: "used", uses: 1 });
  expect(JSON.stringify(items)).not.toContain(token.slice(5));
  expect(JSON.stringify((await db.query("select * from enrolment_token")).rows)).not.toContain(token.slice(5));
}, 120_000);

it("a certificate is renewed in its last half with proof of its key, asked again the same, and not once revoked or expired", async () => {
  let nowMs = Date.now();
  const place = await start({ certificateDays: 30, renewGraceDays: 2 }, () => nowMs);
  const old = bare("gw-1");
  const first = await old.join(place.platform, (await makeToken(place)).token);
  const certificate = first.status === "issued" ? first.certificate : "";
  const next = bare("gw-1");
  const renew = (key: string) => {
    const statement = Buffer.from(renewalStatement(certificate, next.request));
    const signature = sign("sha256", statement, createPrivateKey(key)).toString("base64");
    return place.platform.renew({ certificate, request: next.request, signature });
  };
  expect(await renew(old.key)).toMatchObject({ fault: "too-early" });
  expect(await renew(next.key)).toMatchObject({ fault: "proof-invalid" });
  nowMs += 20 * DAY_MS;
  const [second, again] = [await renew(old.key), await renew(old.key)];
  expect(second).toMatchObject({ status: "issued" });
  expect(again).toEqual(second);
  await db.query("update agent_certificate set expires_at = expires_at - interval '13 days' where why = 'token'");
  expect(await renew(old.key)).toMatchObject({ fault: "certificate-expired" });
  await place.admin.post("/api/enrolment/agents/town/gw-1/revoke", { reason: "stolen" });
  expect(await renew(old.key)).toMatchObject({ fault: "agent-revoked" });
  const list = await place.admin.text("/api/enrolment/revoked.crl.pem");
  expect(list).toContain("BEGIN X509 CRL");
}, 120_000);

it("joining by hand at the gateway takes the word that was shown, and a wrong authority is never trusted", async () => {
  const place = await start({ crlFile: join(folder, "revoked.crl.pem") });
  const { joinText } = await makeToken(place);
  const config = configOf(place, "gw-1");
  const order = { joinText };
  const result = await joinByHand(config, order);
  expect(result.answer.status).toBe("issued");
  await startAgent(place, "gw-1");
  await vi.waitFor(() => expect(connectionsOf(place)).toBe(1), patient);
  await expect(
    joinByHand(configOf(place, "gw-2"), { ...decodeJoinText(joinText), ca: "0".repeat(64) }),
  ).rejects.toThrow("has the fingerprint");
  const identity = JSON.parse(await readFile(join(folder, "gw-1", "identity", "identity.json"), "utf8"));
  expect(keyFingerprint(identity.privateKey)).toBe(result.fingerprint);
  const again = await joinByHand(config, order);
  expect(again).toMatchObject({ answer: { fault: "token-used" }, heldUntil: result.expiresAt });
  expect(describeJoin(again)).toContain(`joined already: this agent has a certificate until ${untilOf(result)}`);
  expect(describeJoin(again)).toContain("have a token made for this agent by name");
  const stranger = await joinByHand(configOf(place, "gw-3"), order);
  expect(describeJoin(stranger)).toMatch(/^refused: the token /);
  await vi.waitFor(async () => expect(await readFile(join(folder, "revoked.crl.pem"), "utf8")).toContain("X509 CRL"), {
    timeout: 20_000,
  });
}, 120_000);

const untilOf = ({ expiresAt }: JoinResult): string => new Date(expiresAt ?? 0).toISOString();

it("readings taken while a certificate is renewed are stored once each", async () => {
  const realNow = Date.now;
  let shiftMs = 0;
  vi.spyOn(Date, "now").mockImplementation(() => realNow() + shiftMs);
  closing.push(async () => vi.restoreAllMocks());
  const store = await openDuckDbStore({ path: join(folder, "readings.duckdb"), logger: silentLogger });
  closing.push(() => store.close());
  const line: { broker?: RunningBroker } = {};
  const publishAck = async (topic: string, payload: string) =>
    line.broker?.publish(topic, payload, { as: "ingest", retain: true });
  const registry = await createChannelRegistry({ load: async () => [GAS], store, logger: silentLogger });
  const config = IngestConfig.parse({});
  const ingest = await startIngest({ store, registry, publishAck, clock: realClock, logger: silentLogger, config });
  closing.push(() => ingest.close());
  const place = await start({}, undefined, { intake: { take: ingest.take, takesForeign: ingest.takesForeign } });
  line.broker = place.broker;
  const { joinText } = await makeToken(place);
  // Seventy of its ninety days are over: the agent renews it at once.
  shiftMs = -70 * DAY_MS;
  await joinByHand(configOf(place, "gw-1"), { joinText });
  shiftMs = 0;
  const gate = await forwardHeldBack(place.url, "/renew");
  const agent = await collectGas({ ...place, url: gate.url });
  const stored = async () => (await store.counts()).stored;
  const key = () => agent.status().enrolment?.keyFingerprint;
  await vi.waitFor(async () => expect(await stored()).toBeGreaterThanOrEqual(4), patient);
  const old = key();
  gate.open();
  // Where the machine was slow, the held answer timed out, and the agent asks again after a minute.
  await vi.waitFor(() => expect(key()).not.toBe(old), { timeout: 100_000 });
  const atRenewal = await stored();
  await vi.waitFor(async () => expect(await stored()).toBeGreaterThanOrEqual(atRenewal + 10), patient);
  expect(agent.status().enrolment).toMatchObject({ state: "joined", reason: null });
  await vi.waitFor(async () => expect(await stored()).toBe(agent.status().outbox?.taken), { ...patient, interval: 20 });
  expect(agent.status().outbox).toMatchObject({ records: 0, dropped: 0 });
}, 240_000);

const GAS: KnownChannel = {
  ...{ id: "G-1.vb_total", meter: "G-1", quantity: "vb_total", unit: "Sm3", resolution: 0.001 },
  ...{ capacityCounts: null, maxCountsPerHour: null },
};

/** An agent that reads one gas meter twice a second. */
async function collectGas(place: Place): Promise<EdgeAgent> {
  let litres = 0;
  const meter = await startSingleDevice("tms-thermal-gas", () => litres++);
  closing.push(() => meter.close());
  const units = [{ unitId: 1, meter: "G-1", profile: "tms-thermal-gas", periodS: 0.5, channels: { vb_total: GAS.id } }];
  const agentConfig = AgentConfig.parse({
    v: 1,
    buses: [{ id: "b", kind: "modbus-tcp", host: "127.0.0.1", port: meter.port, settleMs: 0, units }],
    channels: [{ id: GAS.id, quantity: GAS.quantity, unit: GAS.unit, resolution: GAS.resolution }],
  });
  const agent = await startEdgeAgent({
    config: configOf(place, "gw-1"),
    agentConfig,
    clock: realClock,
    logger: silentLogger,
  });
  closing.push(() => agent.close());
  return agent;
}

it("an agent whose file names no platform shows the certificate that it was joined to by hand", async () => {
  const place = await start();
  const { enrolment: _, ...config } = configOf(place, "gw-1");
  const { joinText } = await makeToken(place);
  const plain = { ...config, mqtt: { ...config.mqtt, url: "mqtt://127.0.0.1:1883" } };
  await expect(joinByHand(plain, { joinText })).rejects.toThrow("mqtts://");
  expect((await joinByHand(config, { joinText })).answer.status).toBe("issued");
  const agentConfig = AgentConfig.parse({ v: 1, buses: [], channels: [] });
  const agent = await startEdgeAgent({ config, agentConfig, clock: realClock, logger: silentLogger });
  closing.push(() => agent.close());
  await vi.waitFor(() => expect(connectionsOf(place)).toBe(1), patient);
  expect(agent.status().enrolment).toMatchObject({ state: "joined", reason: null });
}, 120_000);

it("an agent killed while its answer was on the way joins with the same key and token when it starts again", async () => {
  const place = await start();
  await giveToken("gw-1", (await makeToken(place)).token);
  const silent = await forwardWithoutAnswer(place.url);
  const file = join(folder, "agent.yaml");
  const writeConfig = async (url: string) => {
    const config = configOf(place, "gw-1");
    const enrolment = { ...config.enrolment, url };
    await writeFile(file, JSON.stringify({ ...config, configFile: "buses.json", enrolment }));
  };
  await writeFile(join(folder, "buses.json"), JSON.stringify({ v: 1, buses: [], channels: [] }));
  await writeConfig(silent.url);
  const first = spawn(process.execPath, [PROGRAM, "agent", file], { stdio: "ignore" });
  await silent.answered;
  first.kill("SIGKILL");
  await once(first, "exit");
  const kept = await readFile(join(folder, "gw-1", "identity", "pending-join.json"), "utf8");
  await writeConfig(place.url);
  const second = spawn(process.execPath, [PROGRAM, "agent", file], { stdio: "ignore" });
  closing.push(async () => {
    second.kill("SIGTERM");
    await once(second, "exit");
  });
  await vi.waitFor(() => expect(connectionsOf(place)).toBe(1), { timeout: 60_000 });
  const identity = JSON.parse(await readFile(join(folder, "gw-1", "identity", "identity.json"), "utf8"));
  expect(identity.privateKey).toBe(JSON.parse(kept).privateKey);
  expect((await db.query("select serial from agent_certificate")).rowCount).toBe(1);
}, 120_000);

/** The API behind a line that carries everything but the answer to a join. */
async function forwardWithoutAnswer(to: string) {
  let tell: () => void = () => {};
  const answered = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const url = await forward(to, (path, response, text) => {
    if (path.endsWith("/join")) tell();
    else response.end(text);
  });
  return { url, answered };
}

/** The API behind a line that holds back the answers of one address until it is opened. */
async function forwardHeldBack(to: string, held: string) {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const url = await forward(to, async (path, response, text) => {
    if (path.endsWith(held)) await opened;
    response.end(text);
  });
  return { url, open };
}

type Answering = (path: string, response: ServerResponse, text: string) => void;

async function forward(to: string, answer: Answering): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = "GET", url = "/" } = request;
    const answered = await fetch(`${to}${url}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(method === "POST" && { body: Buffer.concat(chunks) }),
    });
    answer(url, response, await answered.text());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it("too many requests of one address are refused before anything is looked at, and a large one too", async () => {
  const place = await start({ joinsPerMinute: 3 });
  for (let no = 0; no < 3; no++) await bare("gw-1").join(place.platform);
  await expect(bare("gw-1").join(place.platform)).rejects.toThrow("TOO_MANY_ATTEMPTS");
  const body = JSON.stringify({ site, agent: "gw-1", request: "x".repeat(100_000), pollSecret: SECRET });
  const answer = await fetch(`${place.url}/api/enrolment/join`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  expect(answer.status).toBe(413);
}, 120_000);
