import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError, metricsText } from "@nightflow/domain";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { RunningBroker } from "./running-broker.ts";
import { closeOf, connect, openSocket, startTestBroker, topicsOf } from "./testing/fleet.ts";
import { connectFrame, frame, publishFrame } from "./testing/frames.ts";
import { tempFolder } from "./testing/pki.ts";
import { signToken, TokenClaims } from "./tokens.ts";

let broker: RunningBroker;
afterEach(() => broker.close());

const lastRefusal = () => broker.refusals().at(-1);

describe("a rate", () => {
  it("makes QoS 1 wait: everything arrives, no faster than allowed, and others are served meanwhile", async () => {
    broker = await startTestBroker({}, { maxMessagesPerS: 50 });
    const heard: string[] = [];
    await (await connect(broker, "monitor", {}, heard)).subscribeAsync("nf/v1/+/+/readings", { qos: 1 });
    const loud = await connect(broker, "gw-1", { keepalive: 1 });
    const startedAt = performance.now();
    const all = Promise.all(
      Array.from({ length: 250 }, (_, no) => loud.publishAsync(topicsOf("gw-1").readings, `${no}`, { qos: 1 })),
    );
    await vi.waitFor(() => expect(heard.length).toBeGreaterThanOrEqual(100), { timeout: 20_000 });
    const other = await connect(broker, "gw-2");
    await other.publishAsync(topicsOf("gw-2").status, "not held up", { qos: 1 });
    expect(heard.length).toBeLessThan(250);
    await all;
    expect(performance.now() - startedAt).toBeGreaterThan(2900);
    await vi.waitFor(() => expect(heard.map(Number)).toEqual(Array.from({ length: 250 }, (_, no) => no)), {
      timeout: 20_000,
    });
    const { dropped, delayed } = broker.stats().throttle;
    expect(dropped).toBe(0);
    expect(delayed).toBeGreaterThan(100);
    expect(loud.connected).toBe(true);
  }, 30_000);

  it("drops and counts QoS 0 above it", async () => {
    broker = await startTestBroker({}, { maxMessagesPerS: 10 });
    const socket = await openSocket(broker);
    socket.write(connectFrame("gw-1", "c"));
    await once(socket, "data");
    const one = publishFrame(topicsOf("gw-1").readings, Buffer.alloc(16));
    socket.write(Buffer.concat(Array(500).fill(one)));
    await vi.waitFor(() => expect(broker.stats().received).toBe(500), { timeout: 20_000 });
    expect(broker.stats().throttle.dropped).toBeGreaterThan(450);
    socket.destroy();
  });

  it("counts bytes as well, and is the identity's, not the connection's", async () => {
    broker = await startTestBroker({}, { maxBytesPerS: 16 * 1024 });
    const payload = "x".repeat(32 * 1024);
    const one = await connect(broker, "gw-1", { clientId: "a" });
    for (let no = 0; no < 2; no++) await one.publishAsync(topicsOf("gw-1").readings, payload, { qos: 1 });
    one.end(true);
    const again = await connect(broker, "gw-1", { clientId: "b" });
    again.publish(topicsOf("gw-1").readings, payload, { qos: 0 });
    await vi.waitFor(() => expect(broker.stats().throttle.dropped).toBe(1), { timeout: 20_000 });
  });
});

describe("the connections of one identity", () => {
  it("are bounded, a takeover does not count, and a place is given back", async () => {
    broker = await startTestBroker({}, { maxConnectionsPerIdentity: 2 });
    const one = await connect(broker, "gw-1", { clientId: "a" });
    await connect(broker, "gw-1", { clientId: "b" });
    await expect(connect(broker, "gw-1", { clientId: "c" })).rejects.toMatchObject({ code: 3 });
    expect(lastRefusal()).toMatchObject({ reason: "too-many-connections", identity: "gw-1" });
    const replaced = closeOf(one);
    const newer = await connect(broker, "gw-1", { clientId: "a" });
    await replaced;
    await newer.endAsync();
    await vi.waitFor(() => expect(broker.stats().connections).toBe(1), { timeout: 20_000 });
    await connect(broker, "gw-1", { clientId: "c" });
    await connect(broker, "gw-2");
  });

  it("the newer one of a client id wins, until two devices fight for it: then the one that is there stays", async () => {
    broker = await startTestBroker({}, { maxTakeoversPerMinute: 3 });
    let there = await connect(broker, "gw-1", { clientId: "same" });
    for (let no = 0; no < 3; no++) {
      const replaced = closeOf(there);
      const newer = await connect(broker, "gw-1", { clientId: "same" });
      await replaced;
      there = newer;
    }
    await expect(connect(broker, "gw-1", { clientId: "same" })).rejects.toMatchObject({ code: 3 });
    expect(lastRefusal()).toMatchObject({ what: "connect", reason: "too-many-takeovers", identity: "gw-1" });
    await there.publishAsync(topicsOf("gw-1").status, "still here", { qos: 1 });
  });
});

describe("what one connection may open", () => {
  it("is a bounded number of subscriptions; one that it has may be changed", async () => {
    broker = await startTestBroker({}, { maxSubscriptions: 2 });
    const agent = await connect(broker, "gw-1");
    const { command, ack } = topicsOf("gw-1");
    await agent.subscribeAsync([command("1"), command("2")], { qos: 1 });
    await expect(agent.subscribeAsync(ack, { qos: 1 })).rejects.toThrow();
    expect(lastRefusal()).toMatchObject({ reason: "too-many-subscriptions", topic: ack });
    await agent.subscribeAsync(command("1"), { qos: 0 });
    await agent.unsubscribeAsync(command("2"));
    await agent.subscribeAsync(ack, { qos: 1 });
  });

  it("is a bounded number of QoS 2 handshakes", async () => {
    broker = await startTestBroker({}, { maxInflightQos2: 3 });
    const socket = await openSocket(broker);
    socket.write(connectFrame("gw-1", "c"));
    await once(socket, "data");
    const closed = once(socket, "close");
    const topic = Buffer.from(topicsOf("gw-1").status);
    for (let id = 1; id <= 4; id++)
      socket.write(frame(0x34, Buffer.from([0, topic.length]), topic, Buffer.from([0, id]), Buffer.from("x")));
    socket.resume();
    await closed;
  });
});

describe("a token", () => {
  const SECRET = "0123456789abcdef0123456789abcdef";
  const tokenUntil = (atMs: number) =>
    signToken(TokenClaims.parse({ name: "gw-1", role: "agent", site: "town", exp: Math.round(atMs / 1000) }), SECRET);

  it("brings its holder in instead of a password, and ends the connection when it expires", async () => {
    let nowMs = Date.now();
    broker = await startTestBroker({ tokenSecret: SECRET, now: () => nowMs });
    const password = tokenUntil(nowMs + 60_000);
    const agent = await connect(broker, "gw-1", { password });
    await agent.publishAsync(topicsOf("gw-1").status, "here", { qos: 1 });
    await expect(connect(broker, "gw-2", { password })).rejects.toMatchObject({ code: 4 });
    expect(lastRefusal()).toMatchObject({ reason: "token-invalid", identity: "gw-2", detail: "token of gw-1" });
    const closed = closeOf(agent);
    nowMs += 61_000;
    await closed;
    expect(lastRefusal()).toMatchObject({ what: "stay", reason: "token-expired", identity: "gw-1" });
    await expect(connect(broker, "gw-1", { password })).rejects.toMatchObject({ code: 4 });
    expect(lastRefusal()).toMatchObject({ what: "connect", reason: "token-expired", identity: "gw-1" });
  });

  it("is signed with the secret of the configured file, which must be a long one", async () => {
    const folder = await tempFolder();
    onTestFinished(() => rm(folder, { recursive: true }));
    const tokenSecretFile = join(folder, "secret");
    await writeFile(tokenSecretFile, `${SECRET}\n`);
    broker = await startTestBroker({}, {}, { tokenSecretFile });
    await connect(broker, "gw-1", { password: tokenUntil(Date.now() + 60_000) });
    await writeFile(tokenSecretFile, "short");
    await expect(startTestBroker({}, {}, { tokenSecretFile })).rejects.toThrow(ConfigError);
  });

  it("is an ordinary, wrong password where no secret is", async () => {
    broker = await startTestBroker();
    await expect(connect(broker, "gw-1", { password: tokenUntil(Date.now() + 60_000) })).rejects.toMatchObject({
      code: 4,
    });
    expect(lastRefusal()?.reason).toBe("wrong-password");
  });
});

describe("metrics", () => {
  it("say what the broker does and refuses, and how late the thread is", async () => {
    broker = await startTestBroker({ intake: { take: async () => "stored" } });
    const agent = await connect(broker, "gw-1");
    await agent.publishAsync(topicsOf("gw-1").readings, "batch", { qos: 1 });
    await expect(connect(broker, "gw-1", { password: "wrong" })).rejects.toThrow();
    const text = metricsText(broker.metrics());
    expect(text).toMatch(/^nightflow_broker_connections [12]$/m);
    expect(text).toContain("\nnightflow_broker_received_total 1\n");
    expect(text).toContain('\nnightflow_broker_refused_total{reason="wrong-password"} 1\n');
    expect(text).toContain('\nnightflow_broker_intake_total{outcome="stored"} 1\n');
    expect(text).toContain("\nnightflow_broker_sessions 0\n");
    const loopDelay = /^nightflow_broker_event_loop_delay_seconds\{quantile="1"\} 0\.\d+/m;
    await vi.waitFor(() => expect(metricsText(broker?.metrics() ?? [])).toMatch(loopDelay), { timeout: 20_000 });
    expect(text).not.toContain("certificate_expiry");
  });
});

describe("rights of one identity on foreign topics", () => {
  it("let a device publish and hear what is listed for it, and nothing of ours", async () => {
    const topics = { publish: ["meters/+/up"], subscribe: ["meters/#"] };
    const taken: string[] = [];
    broker = await startTestBroker({
      authenticate: async ({ username }) => ({ name: username, role: "device", topics }),
      intake: {
        take: async (topic) => {
          taken.push(topic);
          return "stored";
        },
        takesForeign: (topic) => topic.endsWith("/up"),
      },
    });
    const inProcess: string[] = [];
    broker.onForeign(["meters/+/up"], ({ topic, payload }) => inProcess.push(`${topic} ${Buffer.from(payload)}`));
    const heard: string[] = [];
    const device = await connect(broker, "logger-7", {}, heard);
    await device.subscribeAsync("meters/7/#", { qos: 1 });
    await expect(device.subscribeAsync("nf/v1/+/+/readings")).rejects.toThrow();
    await expect(device.subscribeAsync("#")).rejects.toThrow();
    await device.publishAsync("meters/7/up", "12.5", { qos: 1, retain: true });
    expect(taken).toEqual(["meters/7/up"]);
    await vi.waitFor(() => expect([heard, inProcess]).toEqual([["12.5"], ["meters/7/up 12.5"]]), { timeout: 20_000 });
    expect(broker.stats().sessions.retained).toBe(0);
    const closed = closeOf(device);
    device.publish("meters/7/down", "x", { qos: 1 });
    await closed;
    expect(lastRefusal()).toMatchObject({ reason: "topic-without-right", topic: "meters/7/down" });
  });
});
