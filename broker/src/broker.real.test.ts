import { once } from "node:events";
import { PortBusyError } from "@nightflow/domain";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Refusal } from "./refusals.ts";
import { type RunningBroker, TopicRightError } from "./running-broker.ts";
import { closeOf, connect, nextMessage, openSocket, startTestBroker, topicsOf } from "./testing/fleet.ts";
import { connectFrame, frame } from "./testing/frames.ts";

let broker: RunningBroker;
afterEach(() => broker.close());

const lastRefusal = (): Refusal | undefined => broker.refusals().at(-1);

describe("who may come in", () => {
  it("a wrong password is refused with CONNACK 4, and the operator sees whose it was", async () => {
    const seen: Refusal[] = [];
    broker = await startTestBroker({ onRefusal: (refusal) => seen.push(refusal) });
    await expect(connect(broker, "agent-1", { password: "wrong" })).rejects.toMatchObject({ code: 4 });
    expect(seen).toHaveLength(1);
    expect(lastRefusal()).toMatchObject({ what: "connect", reason: "wrong-password", identity: "agent-1" });
    expect(lastRefusal()?.remoteAddress).toContain("127.0.0.1");
    expect(broker.stats().refusals).toEqual({ "wrong-password": 1 });
  });

  it("nobody comes in without a name", async () => {
    broker = await startTestBroker();
    const socket = await openSocket(broker);
    const head = Buffer.from([0, 4, 77, 81, 84, 84, 4, 2, 0, 60, 0, 1, 65]);
    socket.write(frame(0x10, head));
    const [connack] = await once(socket, "data");
    expect([...connack]).toEqual([0x20, 2, 0, 5]);
    expect(lastRefusal()?.reason).toBe("no-credentials");
  });

  it("an empty client id is welcome for a clean session and refused for one that should be kept", async () => {
    broker = await startTestBroker();
    const clean = await openSocket(broker);
    clean.write(connectFrame("agent-1", ""));
    expect([...(await once(clean, "data"))[0]]).toEqual([0x20, 2, 0, 0]);
    const kept = await openSocket(broker);
    kept.write(connectFrame("agent-1", "", { isClean: false }));
    expect([...(await once(kept, "data"))[0]]).toEqual([0x20, 2, 0, 2]);
    expect(lastRefusal()?.reason).toBe("empty-client-id");
  });

  it("one agent cannot throw out another by taking its client id", async () => {
    broker = await startTestBroker();
    const one = await connect(broker, "agent-1", { clientId: "same" });
    await connect(broker, "agent-2", { clientId: "same" });
    await one.publishAsync(topicsOf("agent-1").status, "still here", { qos: 1 });
    expect(one.connected).toBe(true);
  });

  it("a last will on somebody else's topic is refused at the door", async () => {
    broker = await startTestBroker();
    const will = { topic: topicsOf("agent-2").status, payload: Buffer.from("gone"), qos: 1 as const };
    await expect(connect(broker, "agent-1", { will })).rejects.toMatchObject({ code: 5 });
    expect(lastRefusal()).toMatchObject({ reason: "will-without-right", topic: topicsOf("agent-2").status });
  });

  it("connections beyond the limit are turned away and counted", async () => {
    broker = await startTestBroker({}, { maxConnections: 1 });
    await connect(broker, "agent-1");
    await expect(connect(broker, "agent-2")).rejects.toThrow();
    expect(lastRefusal()?.reason).toBe("too-many-connections");
  });

  it("a port that is taken is an error that names it", async () => {
    broker = await startTestBroker();
    const { startBroker } = await import("./broker.ts");
    const { BrokerConfig } = await import("./config.ts");
    const { default: pino } = await import("pino");
    const config = BrokerConfig.parse({ port: broker.port });
    const second = startBroker({ config, logger: pino({ level: "silent" }) });
    await expect(second).rejects.toThrow(PortBusyError);
    await expect(second).rejects.toThrow(String(broker.port));
  });
});

describe("what each may say", () => {
  it("an agent's readings reach the ingest that listens", async () => {
    broker = await startTestBroker();
    const ingest = await connect(broker, "ingest");
    await ingest.subscribeAsync("nf/v1/+/+/readings", { qos: 1 });
    const agent = await connect(broker, "agent-1");
    const heard = nextMessage(ingest);
    await agent.publishAsync(topicsOf("agent-1").readings, "batch", { qos: 1 });
    expect(await heard).toMatchObject({ topic: topicsOf("agent-1").readings, text: "batch" });
  });

  it("a forged ack ends the forger's connection unacknowledged, and the agent it was meant for hears nothing", async () => {
    broker = await startTestBroker();
    const heard: string[] = [];
    const victim = await connect(broker, "agent-1", {}, heard);
    await victim.subscribeAsync(topicsOf("agent-1").ack, { qos: 1 });
    const forger = await connect(broker, "agent-1", { clientId: "forger" });
    const closed = closeOf(forger);
    const acknowledged = vi.fn();
    forger.publish(topicsOf("agent-1").ack, "forged", { qos: 1, retain: true }, (error) => error ?? acknowledged());
    await closed;
    expect(acknowledged).not.toHaveBeenCalled();
    expect(lastRefusal()).toMatchObject({
      what: "publish",
      reason: "topic-without-right",
      identity: "agent-1",
      topic: topicsOf("agent-1").ack,
    });
    await broker.publish(topicsOf("agent-1").ack, "true", { as: "ingest", retain: true });
    await vi.waitFor(() => expect(heard).toEqual(["true"]), { timeout: 20_000 });
  });

  it("a refused subscription gets 0x80 and its neighbours in the same packet are granted", async () => {
    broker = await startTestBroker();
    const agent = await connect(broker, "agent-1");
    const wanted = [topicsOf("agent-1").config, topicsOf("agent-2").config, "#"];
    const granted = await new Promise<number[]>((resolve) => {
      agent.on("packetreceive", (packet) => {
        if (packet.cmd === "suback") resolve(packet.granted as number[]);
      });
      agent.subscribe(wanted, { qos: 1 }, () => {});
    });
    expect(granted).toEqual([1, 0x80, 0x80]);
    expect(broker.refusals().map(({ topic }) => topic)).toEqual([topicsOf("agent-2").config, "#"]);
  });

  it("a filter that was refused to a persistent session brings nothing after a reconnect either", async () => {
    broker = await startTestBroker();
    const options = { clean: false, clientId: "a" };
    const before = await connect(broker, "agent-1", options);
    await before.subscribeAsync([topicsOf("agent-1").config, topicsOf("agent-2").config], { qos: 1 }).catch(() => {});
    await before.endAsync();
    await broker.publish(topicsOf("agent-2").config, "secret", { as: "api" });
    await broker.publish(topicsOf("agent-1").config, "mine", { as: "api" });
    expect(broker.stats().sessions).toMatchObject({ sessions: 1, messages: 1 });
    const heard: string[] = [];
    await connect(broker, "agent-1", options, heard);
    await vi.waitFor(() => expect(heard).toEqual(["mine"]), { timeout: 20_000 });
  });

  it("a shared subscription is refused by name, because Aedes would take it for a topic", async () => {
    broker = await startTestBroker();
    const ingest = await connect(broker, "ingest");
    await expect(ingest.subscribeAsync("$share/ingest/nf/v1/+/+/readings", { qos: 1 })).rejects.toThrow();
    expect(lastRefusal()?.reason).toBe("shared-subscription");
  });

  it("this process too publishes only what its role may", async () => {
    broker = await startTestBroker();
    await expect(broker.publish(topicsOf("agent-1").config, "{}", { as: "ingest" })).rejects.toThrow(TopicRightError);
    await expect(broker.publish("anything", "{}", { as: "api" })).rejects.toThrow(TopicRightError);
  });
});
