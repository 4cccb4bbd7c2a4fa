import { once } from "node:events";
import type { Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { RunningBroker } from "./running-broker.ts";
import { connect, openSocket, startTestBroker, topicsOf } from "./testing/fleet.ts";
import { connectFrame, disconnectFrame, pubackFrame, publishFrame, subscribeFrame } from "./testing/frames.ts";
import { type PacketReader, readPackets } from "./testing/packet-reader.ts";

// What Eclipse Paho's interoperability suite asks of a server of MQTT 3.1.1, with our topics and rights.

let broker: RunningBroker;
afterEach(() => broker.close());

interface Bare extends PacketReader {
  readonly socket: Socket;
}

/** A client on a bare socket that has sent CONNECT. */
async function bare(
  username: string,
  clientId: string,
  options: Parameters<typeof connectFrame>[2] = {},
): Promise<Bare> {
  const socket = await openSocket(broker);
  const reader = readPackets(socket);
  socket.write(connectFrame(username, clientId, options));
  return { socket, ...reader };
}

/** Subscribes and waits for the SUBACK; gives what was granted. */
async function subscribe(client: Bare, filter: string, qos: 0 | 1 | 2): Promise<unknown> {
  client.socket.write(subscribeFrame(filter, qos));
  return (await client.next("suback")).granted;
}

const { config, ack, command, commands } = topicsOf("gw-1");

describe("an empty client id", () => {
  it("is welcome for a clean session and refused with return code 2 for one that should be kept", async () => {
    broker = await startTestBroker();
    expect(await (await bare("gw-1", "", { isClean: true })).next("connack")).toMatchObject({ returnCode: 0 });
    const kept = await bare("gw-1", "", { isClean: false });
    expect(await kept.next("connack")).toMatchObject({ returnCode: 2 });
    await kept.ended;
  });
});

describe("the session present flag", () => {
  it("tells a client whether its session was kept, and is never set for a clean one", async () => {
    broker = await startTestBroker();
    const present = async (isClean: boolean) => {
      const client = await bare("gw-1", "c", { isClean });
      const { sessionPresent } = await client.next("connack");
      if (!isClean) await subscribe(client, ack, 1);
      client.socket.write(disconnectFrame);
      await client.ended;
      return sessionPresent;
    };
    expect([await present(false), await present(false), await present(true), await present(false)]).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });
});

describe("QoS 1", () => {
  it("is sent again with DUP after a reconnect until it is acknowledged, with the same id", async () => {
    broker = await startTestBroker();
    const first = await bare("gw-1", "c", { isClean: false });
    await subscribe(first, config, 1);
    await broker.publish(config, "one", { as: "api" });
    const sent = await first.next("publish");
    expect(sent).toMatchObject({ qos: 1, dup: false });
    first.socket.destroy();
    await vi.waitFor(() => expect(broker.stats().connections).toBe(0), { timeout: 20_000 });
    await broker.publish(config, "two", { as: "api" });
    const second = await bare("gw-1", "c", { isClean: false });
    expect(await second.next("publish")).toMatchObject({
      dup: true,
      messageId: sent.messageId,
      payload: Buffer.from("one"),
    });
    expect(await second.next("publish")).toMatchObject({ dup: false, payload: Buffer.from("two") });
    second.socket.write(pubackFrame(Number(sent.messageId)));
    await vi.waitFor(() => expect(broker.stats().sessions.messages).toBe(1), { timeout: 20_000 });
    second.socket.destroy();
    await second.ended;
    const third = await bare("gw-1", "c", { isClean: false });
    expect(await third.next("publish")).toMatchObject({ dup: true, payload: Buffer.from("two") });
  });

  it("that its publisher sends again is no repeat to its subscribers", async () => {
    broker = await startTestBroker();
    const subscriber = await bare("monitor", "m");
    const { status } = topicsOf("gw-1");
    await subscribe(subscriber, status, 1);
    const publisher = await bare("gw-1", "c");
    await publisher.next("connack");
    publisher.socket.write(publishFrame(status, Buffer.from("x"), { qos: 1, dup: true, messageId: 7 }));
    expect(await publisher.next("puback")).toMatchObject({ messageId: 7 });
    expect(await subscriber.next("publish")).toMatchObject({ dup: false, qos: 1 });
  });
});

describe("a subscription", () => {
  it("brings the retained message with its flag, live ones without, and none after an empty one", async () => {
    broker = await startTestBroker();
    await broker.publish(config, "kept", { as: "api", retain: true });
    const client = await bare("gw-1", "c");
    await subscribe(client, config, 1);
    expect(await client.next("publish")).toMatchObject({ retain: true, qos: 1, payload: Buffer.from("kept") });
    await broker.publish(config, "live", { as: "api", retain: true });
    expect(await client.next("publish")).toMatchObject({ retain: false, payload: Buffer.from("live") });
    await broker.publish(config, "", { as: "api", retain: true });
    await client.next("publish");
    const late = await bare("gw-1", "late");
    await subscribe(late, config, 1);
    await broker.publish(config, "next", { as: "api" });
    expect(await late.next("publish")).toMatchObject({ payload: Buffer.from("next") });
  });

  it("made again brings the retained message again", async () => {
    broker = await startTestBroker();
    await broker.publish(config, "kept", { as: "api", retain: true });
    const client = await bare("gw-1", "c");
    for (let time = 0; time < 2; time++) {
      await subscribe(client, config, 1);
      expect(await client.next("publish")).toMatchObject({ retain: true });
    }
  });

  it("gets no higher QoS than it was granted, also by a wildcard and for what was retained", async () => {
    broker = await startTestBroker();
    const filter = "nf/v1/+/+/status";
    const { status } = topicsOf("gw-1");
    const agent = await connect(broker, "gw-1");
    await agent.publishAsync(status, "kept", { qos: 2, retain: true });
    for (const qos of [0, 1, 2] as const) {
      const client = await bare("monitor", `m-${qos}`);
      expect(await subscribe(client, filter, qos)).toEqual([qos]);
      expect(await client.next("publish")).toMatchObject({ qos, retain: true });
      await agent.publishAsync(status, "live", { qos: 2 });
      expect(await client.next("publish")).toMatchObject({ qos, retain: false });
    }
  });

  it("that overlaps another brings each message with the QoS of its own, at least once", async () => {
    broker = await startTestBroker();
    const client = await bare("gw-1", "c", { isClean: false });
    await subscribe(client, commands, 1);
    await subscribe(client, command("1"), 1);
    await broker.publish(command("1"), "x", { as: "api" });
    await broker.publish(config, "unheard", { as: "api" });
    const copies = [await client.next("publish"), await client.next("publish")];
    for (const copy of copies) client.socket.write(pubackFrame(Number(copy.messageId)));
    expect(copies.every(({ qos }) => qos === 1)).toBe(true);
    await vi.waitFor(() => expect(broker.stats().sessions.messages).toBe(0), { timeout: 20_000 });
  });

  it("that was ended brings nothing more", async () => {
    broker = await startTestBroker();
    const heard: string[] = [];
    const agent = await connect(broker, "gw-1", {}, heard);
    await agent.subscribeAsync([config, ack], { qos: 1 });
    await agent.unsubscribeAsync(config);
    await broker.publish(config, "unheard", { as: "api" });
    await broker.publish(ack, "heard", { as: "ingest" });
    await vi.waitFor(() => expect(heard).toEqual(["heard"]), { timeout: 20_000 });
  });
});

describe("a last will", () => {
  const will = { topic: topicsOf("gw-1").status, payload: "gone" };

  async function statusAfter(end: (client: Bare) => void, options = {}): Promise<string[]> {
    broker = await startTestBroker();
    const heard: string[] = [];
    broker.onMessage(["status"], ({ payload }) => heard.push(Buffer.from(payload).toString()));
    const client = await bare("gw-1", "c", { will, ...options });
    await client.next("connack");
    end(client);
    await client.ended;
    const agent = await connect(broker, "gw-1", { clientId: "d" });
    await agent.publishAsync(will.topic, "after", { qos: 1 });
    await vi.waitFor(() => expect(heard).toContain("after"), { timeout: 20_000 });
    return heard;
  }

  it("is published when the connection breaks", async () => {
    expect(await statusAfter(({ socket }) => socket.destroy())).toEqual(["gone", "after"]);
  });

  it("is published when the client breaks the protocol", async () => {
    expect(await statusAfter(({ socket }) => socket.write(connectFrame("gw-1", "c")))).toEqual(["gone", "after"]);
  });

  it("is published when nothing comes for one and a half times the keep-alive", async () => {
    const startedAt = performance.now();
    expect(await statusAfter(() => {}, { keepaliveS: 1 })).toEqual(["gone", "after"]);
    expect(performance.now() - startedAt).toBeGreaterThan(1400);
  });

  it("is not published after DISCONNECT", async () => {
    expect(await statusAfter(({ socket }) => socket.write(disconnectFrame))).toEqual(["after"]);
  });
});

describe("a connection", () => {
  it("that stays silent before CONNECT is closed in time", async () => {
    broker = await startTestBroker({}, { connectTimeoutMs: 100 });
    const socket = await openSocket(broker);
    await once(socket.resume(), "close");
  });

  it("of a protocol that is not served is refused with return code 1", async () => {
    broker = await startTestBroker();
    const client = await bare("gw-1", "c", { version: 5 });
    await client.ended;
    await connect(broker, "gw-1");
  });
});
