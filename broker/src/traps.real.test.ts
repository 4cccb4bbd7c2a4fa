import { once } from "node:events";
import type { Socket } from "node:net";
import type { MqttClient } from "mqtt";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ReadingsIntake } from "./intake.ts";
import type { RunningBroker } from "./running-broker.ts";
import { closeOf, connect, nextMessage, openSocket, startTestBroker, topicsOf } from "./testing/fleet.ts";
import { connectFrame, frame, publishFrame, subscribeFrame } from "./testing/frames.ts";

let broker: RunningBroker;
afterEach(() => broker.close());

/** Resolves when a publish has been acknowledged. */
function publishWell(client: MqttClient, topic: string, payload = "x"): Promise<unknown> {
  return client.publishAsync(topic, payload, { qos: 1 });
}

/** A monitor on a bare socket that has subscribed to one filter. */
async function bareMonitor(filter: string): Promise<Socket> {
  const socket = await openSocket(broker);
  socket.write(connectFrame("monitor", `m-${Math.random()}`));
  await once(socket, "data");
  socket.write(subscribeFrame(filter));
  await once(socket, "data");
  return socket;
}

/** A store that answers only when told to. */
function heldStore() {
  const calls: { answer: (outcome: "stored" | "set-aside") => void; fail: () => void; payload: string }[] = [];
  const intake: ReadingsIntake = {
    take: (_topic, payload) =>
      new Promise((answer, reject) => {
        calls.push({ answer, fail: () => reject(new Error("store down")), payload: Buffer.from(payload).toString() });
      }),
  };
  return { calls, intake };
}

describe("a backlog without a listener (trap 1)", () => {
  it("twenty flooders and a subscriber that drops its socket end nobody's service", async () => {
    broker = await startTestBroker();
    const subscriber = await bareMonitor("nf/v1/+/+/readings");
    const flooders = await Promise.all(
      Array.from({ length: 20 }, async (_, no) => {
        const socket = await openSocket(broker);
        socket.write(connectFrame(`gw-${no}`, "c"));
        await once(socket, "data");
        return socket;
      }),
    );
    subscriber.pause();
    const flood = flooders.map((socket, no) => {
      const one = publishFrame(topicsOf(`gw-${no}`).readings, Buffer.alloc(16));
      return new Promise((sent) => socket.write(Buffer.concat(Array(20_000).fill(one)), sent));
    });
    await vi.waitFor(() => expect(broker.stats().received).toBeGreaterThan(5000), { timeout: 10_000 });
    subscriber.resetAndDestroy();
    await Promise.all(flood);
    await vi.waitFor(() => expect(broker.stats().received).toBe(400_000), { timeout: 60_000 });
    await vi.waitFor(() => expect(broker.stats().delivery).toMatchObject({ inFlight: 0, backlog: 0 }), {
      timeout: 20_000,
    });
    for (const socket of flooders) socket.destroy();
    await publishWell(await connect(broker, "gw-1"), topicsOf("gw-1").status);
  });
});

describe("a subscriber that takes nothing (trap 2)", () => {
  it("is dropped within the drain limit, while others are served at once and go on", async () => {
    broker = await startTestBroker({}, { drainTimeoutMs: 200 });
    const stalled = await bareMonitor("nf/v1/town/gw-1/readings");
    stalled.pause();
    const dropped = once(stalled, "close");
    const loud = await connect(broker, "gw-1");
    const other = await connect(broker, "gw-2");
    const payload = "x".repeat(500_000);
    const loudDone = Promise.all(
      Array.from({ length: 40 }, () => publishWell(loud, topicsOf("gw-1").readings, payload)),
    );
    await vi.waitFor(() => expect(broker.stats().delivery.inFlight).toBeGreaterThan(0), { timeout: 20_000 });
    await publishWell(other, topicsOf("gw-2").status, "not held up");
    await vi.waitFor(() => expect(broker.stats().connections).toBe(2), { timeout: 2000 });
    expect(broker.stats().delivery.inFlight).toBe(0);
    await loudDone;
    stalled.resume();
    await dropped;
  });
});

describe("a persistent session that stays away (trap 3)", () => {
  it("keeps the newest messages only, and gets them when it is back", async () => {
    broker = await startTestBroker({}, { maxOfflineMessages: 100 });
    const session = { clean: false, clientId: "c" };
    const agent = await connect(broker, "gw-1", session);
    await agent.subscribeAsync(topicsOf("gw-1").config, { qos: 1 });
    await agent.endAsync();
    for (let no = 1; no <= 5000; no++) await broker.publish(topicsOf("gw-1").config, `${no}`, { as: "api" });
    expect(broker.stats().sessions).toMatchObject({ sessions: 1, messages: 100, dropped: 4900 });
    const heard: string[] = [];
    await connect(broker, "gw-1", session, heard);
    await vi.waitFor(() => expect(heard).toHaveLength(100), { timeout: 20_000 });
    expect([heard[0], heard[99]]).toEqual(["4901", "5000"]);
    await vi.waitFor(() => expect(broker.stats().sessions.messages).toBe(0), { timeout: 20_000 });
  });

  it("leaves nothing behind when it ends with a clean one", async () => {
    broker = await startTestBroker();
    const agent = await connect(broker, "gw-1", { clean: false, clientId: "c" });
    await agent.subscribeAsync(topicsOf("gw-1").config, { qos: 1 });
    await agent.endAsync();
    await broker.publish(topicsOf("gw-1").config, "old", { as: "api" });
    await connect(broker, "gw-1", { clean: true, clientId: "c" });
    expect(broker.stats().sessions).toMatchObject({ sessions: 0, messages: 0, bytes: 0 });
  });

  it("under ever new client ids, an identity keeps a bounded number of sessions", async () => {
    broker = await startTestBroker({}, { maxSessionsPerIdentity: 3 });
    for (let no = 0; no < 10; no++) {
      const agent = await connect(broker, "gw-1", { clean: false, clientId: `c-${no}` });
      await agent.subscribeAsync(topicsOf("gw-1").config, { qos: 1 });
      await agent.endAsync();
      await vi.waitFor(() => expect(broker.stats().connections).toBe(0), { timeout: 20_000 });
    }
    expect(broker.stats().sessions.sessions).toBe(3);
  });
});

describe("an acknowledgement (trap 4)", () => {
  it("waits until the store has the batch", async () => {
    const { calls, intake } = heldStore();
    broker = await startTestBroker({ intake });
    const agent = await connect(broker, "gw-1");
    let isAcknowledged = false;
    const acknowledged = publishWell(agent, topicsOf("gw-1").readings, "batch").then(() => {
      isAcknowledged = true;
    });
    await vi.waitFor(() => expect(calls).toHaveLength(1), { timeout: 20_000 });
    await publishWell(await connect(broker, "gw-2"), topicsOf("gw-2").status);
    expect(isAcknowledged).toBe(false);
    calls[0]?.answer("stored");
    await acknowledged;
    expect(broker.stats().intake).toMatchObject({ stored: 1, pending: 0 });
  });

  it("does not come when the store is down; the connection stays and the same batch is taken when it is back", async () => {
    const { calls, intake } = heldStore();
    broker = await startTestBroker({ intake });
    const heard: string[] = [];
    const monitor = await connect(broker, "monitor", {}, heard);
    await monitor.subscribeAsync("nf/v1/+/+/readings");
    const agent = await connect(broker, "gw-1");
    const unacknowledged = vi.fn();
    agent.publish(topicsOf("gw-1").readings, "first", { qos: 1 }, unacknowledged);
    await vi.waitFor(() => expect(calls).toHaveLength(1), { timeout: 20_000 });
    calls[0]?.fail();
    await publishWell(agent, topicsOf("gw-1").status, "the connection still works");
    const again = publishWell(agent, topicsOf("gw-1").readings, "first");
    await vi.waitFor(() => expect(calls).toHaveLength(2), { timeout: 20_000 });
    calls[1]?.answer("stored");
    await again;
    expect(unacknowledged).not.toHaveBeenCalled();
    expect(agent.connected).toBe(true);
    await vi.waitFor(() => expect(heard).toEqual(["first"]), { timeout: 20_000 });
    expect(broker.stats().intake).toMatchObject({ stored: 1, held: 1 });
  });

  it("is owed to a bounded number of batches at a time; the rest wait for their turn", async () => {
    const { calls, intake } = heldStore();
    broker = await startTestBroker({ intake }, { maxPendingIntakes: 4 });
    const agent = await connect(broker, "gw-1");
    const all = Promise.all(
      Array.from({ length: 20 }, (_, no) => publishWell(agent, topicsOf("gw-1").readings, `${no}`)),
    );
    await vi.waitFor(() => expect(broker.stats().intake).toMatchObject({ pending: 4, waiting: 16 }), {
      timeout: 20_000,
    });
    for (let no = 0; no < 20; no++) {
      await vi.waitFor(() => expect(calls.length).toBeGreaterThan(no), { timeout: 20_000 });
      calls[no]?.answer(no % 2 ? "stored" : "set-aside");
    }
    await all;
    expect(calls.map(({ payload }) => Number(payload))).toEqual(Array.from({ length: 20 }, (_, no) => no));
    expect(broker.stats().intake).toEqual({ pending: 0, waiting: 0, stored: 10, setAside: 10, held: 0 });
  });

  it("for an agent that has left frees its place all the same", async () => {
    const { calls, intake } = heldStore();
    broker = await startTestBroker({ intake }, { maxPendingIntakes: 1 });
    const gone = await connect(broker, "gw-1");
    gone.publish(topicsOf("gw-1").readings, "a", { qos: 1 });
    await vi.waitFor(() => expect(calls).toHaveLength(1), { timeout: 20_000 });
    gone.end(true);
    await vi.waitFor(() => expect(broker.stats().connections).toBe(0), { timeout: 20_000 });
    const back = await connect(broker, "gw-1");
    const taken = publishWell(back, topicsOf("gw-1").readings, "b");
    await vi.waitFor(() => expect(broker.stats().intake).toMatchObject({ pending: 1, waiting: 1 }), {
      timeout: 20_000,
    });
    calls[0]?.answer("stored");
    await vi.waitFor(() => expect(calls).toHaveLength(2), { timeout: 20_000 });
    calls[1]?.answer("stored");
    await taken;
  });
});

describe("a message that is overtaken", () => {
  it("is not taken for a repeat and lost", async () => {
    broker = await startTestBroker();
    const heard: string[] = [];
    const agent = await connect(broker, "gw-1", {}, heard);
    const { ack, config, commands, command } = topicsOf("gw-1");
    await agent.subscribeAsync([ack, config, commands], { qos: 1 });
    const all = [
      broker.publish(ack, "ack", { as: "ingest", retain: true }),
      broker.publish(command("c1"), "command", { as: "api" }),
      broker.publish(command("c2"), "quick command", { as: "api", qos: 0 }),
    ];
    await Promise.all(all);
    await vi.waitFor(() => expect(heard.toSorted()).toEqual(["ack", "command", "quick command"]), { timeout: 20_000 });
  });
});

describe("bad bytes", () => {
  it("garbage on a socket ends that socket and disturbs nobody", async () => {
    broker = await startTestBroker();
    const agent = await connect(broker, "gw-1");
    const garbage = [
      Buffer.from("GET / HTTP/1.1\r\nHost: meter\r\n\r\n"),
      Buffer.alloc(2000, 0xff),
      frame(0x10, Buffer.from("not a connect")),
      Buffer.concat([connectFrame("gw-2", "c"), Buffer.alloc(64, 0xff)]),
      Buffer.concat([connectFrame("gw-2", "c"), frame(0x32, Buffer.from([0xff, 0xff, 1]))]),
    ];
    for (const bytes of garbage) {
      const socket = await openSocket(broker);
      const closed = once(socket, "close");
      socket.resume().write(bytes);
      await closed;
    }
    await publishWell(agent, topicsOf("gw-1").status);
    expect(agent.connected).toBe(true);
    expect(broker.stats().refusals["not-mqtt"]).toBeGreaterThanOrEqual(2);
    expect(broker.stats().connections).toBe(1);
  });

  it("a packet over the limit ends its connection before its body is gathered", async () => {
    broker = await startTestBroker({}, { maxPacketBytes: 10_000 });
    const agent = await connect(broker, "gw-1");
    await publishWell(agent, topicsOf("gw-1").readings, "x".repeat(9000));
    const closed = closeOf(agent);
    agent.publish(topicsOf("gw-1").readings, "x".repeat(11_000), { qos: 1 });
    await closed;
    expect(broker.refusals().at(-1)).toMatchObject({ what: "packet", reason: "too-large", identity: "gw-1" });
  });
});

describe("what is kept for later", () => {
  it("a last will tells the fleet's readers that an agent is gone", async () => {
    broker = await startTestBroker();
    const status: string[] = [];
    broker.onMessage(["status"], ({ agent, payload }) => status.push(`${agent} ${Buffer.from(payload)}`));
    const monitor = await connect(broker, "monitor");
    await monitor.subscribeAsync("nf/v1/+/+/status", { qos: 1 });
    const will = { topic: topicsOf("gw-1").status, payload: Buffer.from("offline"), qos: 1 as const, retain: true };
    const agent = await connect(broker, "gw-1", { will });
    const heard = nextMessage(monitor);
    agent.stream.destroy();
    expect(await heard).toMatchObject({ topic: topicsOf("gw-1").status, text: "offline" });
    expect(status).toEqual(["gw-1 offline"]);
    const late = await connect(broker, "monitor", { clientId: "late" });
    const retained = nextMessage(late);
    await late.subscribeAsync("nf/v1/+/+/status");
    expect(await retained).toMatchObject({ text: "offline", retain: true });
  });

  it("an ack waits for its agent, and the head-end hears who has come", async () => {
    const come: string[] = [];
    broker = await startTestBroker({ onAgentConnected: (agent, site) => come.push(`${site}/${agent}`) });
    await broker.publish(topicsOf("gw-1").ack, "up to 7", { as: "ingest", retain: true });
    const agent = await connect(broker, "gw-1");
    const heard = nextMessage(agent);
    await agent.subscribeAsync(topicsOf("gw-1").ack, { qos: 1 });
    expect(await heard).toMatchObject({ text: "up to 7", retain: true });
    await connect(broker, "monitor");
    expect(come).toEqual(["town/gw-1"]);
  });

  it("a command is not kept, so that a reconnect does not carry it out again", async () => {
    broker = await startTestBroker();
    const { command, config } = topicsOf("gw-1");
    await broker.publish(command("c1"), "close the valve", { as: "api", retain: true });
    await broker.publish(config, "{}", { as: "api", retain: true });
    const heard: string[] = [];
    const agent = await connect(broker, "gw-1", {}, heard);
    await agent.subscribeAsync(command("c1"), { qos: 1 });
    await agent.subscribeAsync(config, { qos: 1 });
    await vi.waitFor(() => expect(heard).toEqual(["{}"]), { timeout: 20_000 });
  });
});

describe("closing", () => {
  it("waits for a batch that is on its way into the store, and passes on no last will of its own making", async () => {
    const { calls, intake } = heldStore();
    broker = await startTestBroker({ intake });
    const status = vi.fn();
    broker.onMessage(["status"], status);
    const will = { topic: topicsOf("gw-1").status, payload: Buffer.from("offline"), qos: 1 as const };
    const agent = await connect(broker, "gw-1", { will });
    agent.publish(topicsOf("gw-1").readings, "batch", { qos: 1 });
    await vi.waitFor(() => expect(calls).toHaveLength(1), { timeout: 20_000 });
    let isClosed = false;
    const closed = broker.close().then(() => {
      isClosed = true;
    });
    await closeOf(agent);
    expect(isClosed).toBe(false);
    calls[0]?.answer("stored");
    await closed;
    expect(status).not.toHaveBeenCalled();
    expect(broker.stats().connections).toBe(0);
  });
});
