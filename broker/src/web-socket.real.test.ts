import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { WebSocket } from "ws";
import { createAuthority } from "./pki/authority.ts";
import type { RunningBroker } from "./running-broker.ts";
import { closeOf, connect, connected, nextMessage, startTestBroker, topicsOf } from "./testing/fleet.ts";
import { connectFrame, publishFrame, subscribeFrame } from "./testing/frames.ts";
import { tempFolder } from "./testing/pki.ts";

const USER = { username: "gw-1", password: "right" };

let broker: RunningBroker;
afterEach(() => broker.close());

async function startWebSocket(allowedOrigins: string[] = [], limits = {}): Promise<string> {
  broker = await startTestBroker({}, limits, { webSocket: { port: 0, allowedOrigins } });
  return `ws://${broker.host}:${broker.webSocketPort}`;
}

/** The HTTP status that an upgrade is refused with; 101 when it is not. */
async function statusOf(url: string, protocols: string[], origin?: string): Promise<number> {
  const socket = new WebSocket(url, protocols, origin === undefined ? {} : { origin });
  socket.on("error", () => {});
  const status = await Promise.race([
    once(socket, "open").then(() => 101),
    once(socket, "unexpected-response").then(([, response]) => Number(response.statusCode)),
  ]);
  socket.terminate();
  return status;
}

describe("MQTT over WebSocket", () => {
  it("serves a client like any other, under the same rights", async () => {
    const url = await startWebSocket();
    const page = await connected({ ...USER, username: "monitor", protocol: "ws", ...hostOf(url), path: "/mqtt" });
    await page.subscribeAsync("nf/v1/+/+/status", { qos: 1 });
    const heard = nextMessage(page);
    await (await connect(broker, "gw-1")).publishAsync(topicsOf("gw-1").status, "x".repeat(100_000), { qos: 1 });
    expect((await heard).text).toHaveLength(100_000);
    const closed = closeOf(page);
    page.publish(topicsOf("gw-1").ack, "forged", { qos: 1 });
    await closed;
    expect(broker.refusals().at(-1)).toMatchObject({ reason: "topic-without-right", remoteAddress: "127.0.0.1" });
    await vi.waitFor(() => expect(broker.stats().connections).toBe(1), { timeout: 20_000 });
  });

  it("takes packets however they lie in messages, and answers each with one message", async () => {
    const socket = new WebSocket(`${await startWebSocket()}/mqtt`, ["mqtt"]);
    const messages: Buffer[] = [];
    socket.on("message", (bytes: Buffer) => messages.push(bytes));
    const heard = (count: number) => vi.waitFor(() => expect(messages).toHaveLength(count), { timeout: 20_000 });
    await once(socket, "open");
    expect(socket.protocol).toBe("mqtt");
    const bytes = connectFrame("monitor", "page");
    socket.send(bytes.subarray(0, 5));
    socket.send(bytes.subarray(5));
    await heard(1);
    const topic = topicsOf("gw-1").status;
    socket.send(Buffer.concat([subscribeFrame(topic), Buffer.from([0xc0, 0])]));
    await heard(3);
    await (await connect(broker, "gw-1")).publishAsync(topic, "on", { qos: 1 });
    await heard(4);
    const [connack, ...answers] = messages;
    expect([...(connack ?? [])]).toEqual([0x20, 2, 0, 0]);
    const pingresp = Buffer.from([0xd0, 0]);
    const suback = Buffer.from([0x90, 3, 0, 1, 0]);
    expect(answers.slice(0, 2).toSorted(Buffer.compare)).toEqual([suback, pingresp]);
    expect(answers[2]).toEqual(publishFrame(topic, Buffer.from("on")));
    socket.terminate();
  });

  it("does not serve text", async () => {
    const socket = new WebSocket(`${await startWebSocket()}/mqtt`, ["mqtt"]);
    await once(socket, "open");
    socket.send("hello");
    const [code] = await once(socket, "close");
    expect(code).toBe(1003);
    await vi.waitFor(() => expect(broker.stats().connections).toBe(0), { timeout: 20_000 });
  });

  it("is offered on its path, with its subprotocol and to allowed origins alone", async () => {
    const url = await startWebSocket(["https://town.example"]);
    expect(await statusOf(`${url}/mqtt`, ["mqtt"])).toBe(101);
    expect(await statusOf(`${url}/mqtt?x=1`, ["mqttv3.1", "mqtt"], "https://town.example")).toBe(101);
    expect(await statusOf(`${url}/mqtt`, ["mqtt"], "https://evil.example")).toBe(403);
    expect(await statusOf(`${url}/other`, ["mqtt"])).toBe(404);
    expect(await statusOf(`${url}/mqtt`, ["chat"])).toBe(400);
    expect(await statusOf(`${url}/mqtt`, [])).toBe(400);
    const refused = broker.refusals().map(({ reason, detail }) => [reason, detail]);
    expect(refused[0]).toEqual(["origin-not-allowed", "https://evil.example"]);
    expect(refused.slice(1).every(([reason]) => reason === "not-a-websocket")).toBe(true);
    expect((await fetch(`${url.replace("ws", "http")}/mqtt`)).status).toBe(426);
  });

  it("admits any page where that is configured", async () => {
    const url = await startWebSocket(["*"]);
    expect(await statusOf(`${url}/mqtt`, ["mqtt"], "https://any.example")).toBe(101);
  });

  it("keeps to the same limits", async () => {
    const url = await startWebSocket([], { maxConnections: 2, maxPacketBytes: 1000 });
    const options = { ...USER, protocol: "ws" as const, ...hostOf(url), path: "/mqtt" };
    const page = await connected({ ...options, clientId: "a" });
    await connect(broker, "gw-2");
    await expect(connected({ ...options, clientId: "b" })).rejects.toThrow();
    expect(broker.refusals().at(-1)?.reason).toBe("too-many-connections");
    const closed = closeOf(page);
    page.publish(topicsOf("gw-1").readings, "x".repeat(2000), { qos: 1 });
    await closed;
    expect(broker.refusals().at(-1)).toMatchObject({ reason: "too-large", identity: "gw-1" });
  });

  it("goes over TLS too, with client certificates", async () => {
    const folder = await tempFolder();
    onTestFinished(() => rm(folder, { recursive: true }));
    const authority = await createAuthority(join(folder, "pki"));
    const more = { tls: { port: 0 }, webSocket: { port: 0, secure: true } };
    broker = await startTestBroker({ authority }, {}, more);
    const { makeKey } = await import("./pki/certificates.ts");
    const { privatePem: key, publicPem: publicKey } = await makeKey();
    const { pem } = await authority.issue({ agent: "gw-1", site: "town", key: { publicKey }, days: 1 });
    const port = broker.webSocketPort ?? 0;
    const secure = { protocol: "wss" as const, host: broker.host, port, path: "/mqtt", ca: authority.rootPem };
    const agent = await connected({ ...secure, key, cert: pem });
    await agent.publishAsync(topicsOf("gw-1").status, "here", { qos: 1 });
    await expect(connected({ ...secure, ...USER, password: "wrong" })).rejects.toMatchObject({ code: 4 });
  });
});

function hostOf(url: string) {
  const { hostname: host, port } = new URL(url);
  return { host, port: Number(port) };
}
