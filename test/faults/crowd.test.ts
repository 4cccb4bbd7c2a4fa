import { once } from "node:events";
import type { Socket } from "node:net";
import { agentTopics, encodeBatch } from "@nightflow/domain";
import type { ApiClient } from "@nightflow/nightflow";
import mqtt from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { AGENT, Installation, SITE } from "../support/installation.ts";
import { bareClient, publishPacket, sent, subscribePacket } from "../support/raw-mqtt.ts";

const FLOODERS = Array.from({ length: 20 }, (_, no) => `flood-${no}`);
const FLOOD = 5000;
const BATCHES = 300;
const READINGS = 50;
const CHANNEL = "N1-INLET.forward_total";
const MINUTE_MS = 60_000;
/** More than a subscriber that reads nothing has room for in its sockets. */
const STALLING_BYTES = 24 * 1024 * 1024;

describe("one `up` among a stalled subscriber, 20 flooders of QoS 0 and a replay", () => {
  let installation: Installation;
  let api: ApiClient;

  beforeAll(async () => {
    installation = await Installation.make({
      factor: "real",
      homesPerDma: 1,
      gasCustomers: 0,
      identities: [{ name: "watch", role: "monitor" }, ...FLOODERS.map((name) => ({ name, role: "agent" }) as const)],
    });
    await installation.startUp();
    api = await installation.signIn("collector");
  });

  afterAll(() => installation?.close());

  const bare = (username: string) =>
    bareClient({ port: installation.ports.mqtt, username, password: installation.mqttPassword(username) });
  const stored = async () =>
    (await api.get<{ counts: { stored: number } }>("/api/set-aside/dead_letter")).counts.stored;

  it("confirms and stores 300 batches of 50 that are in flight at once, each once, and drops only who does not read", async () => {
    const stalled = await stalledSubscriber();
    const flooders = await Promise.all(FLOODERS.map(bare));
    const flooding = flooders.map((socket, no) => flood(socket, FLOODERS[no] ?? ""));
    const agent = await mqtt.connectAsync(installation.mqttUrl, {
      username: AGENT,
      password: installation.mqttPassword(AGENT),
      reconnectPeriod: 0,
    });
    const { readings } = agentTopics(SITE, AGENT);
    const confirmed = Array.from({ length: BATCHES }, (_, at) =>
      agent.publishAsync(readings, batch(at + 1), { qos: 1 }),
    );
    await Promise.all(confirmed);
    expect(await stored()).toBe(BATCHES * READINGS);
    await Promise.all(flooding);

    const dropped = once(stalled, "close");
    const config = { username: "flood-0", password: installation.mqttPassword("flood-0"), reconnectPeriod: 0 };
    const loud = await mqtt.connectAsync(installation.mqttUrl, config);
    const big = Buffer.alloc(STALLING_BYTES / 40, "x");
    const { status } = agentTopics(SITE, "flood-0");
    await Promise.all(Array.from({ length: 40 }, () => loud.publishAsync(status, big, { qos: 1 })));
    await agent.publishAsync(agentTopics(SITE, AGENT).status, "{}", { qos: 1 });
    // The broker's end of it is noticed once its last bytes are read.
    await eventually("the end of the subscriber that does not read", async () =>
      (await connections()) === 22 ? true : undefined,
    );
    stalled.resume();
    await dropped;
    await Promise.all([agent.endAsync(), loud.endAsync()]);
    for (const socket of flooders) socket.destroy();
  });

  it("goes on as if nothing had been", async () => {
    const before = await stored();
    const agent = await mqtt.connectAsync(installation.mqttUrl, {
      username: AGENT,
      password: installation.mqttPassword(AGENT),
      reconnectPeriod: 0,
    });
    await agent.publishAsync(agentTopics(SITE, AGENT).readings, batch(BATCHES + 1), { qos: 1 });
    expect(await stored()).toBe(before + READINGS);
    await agent.endAsync();
  });

  /** A monitor that hears everything of the fleet's status and reads none of it. */
  async function stalledSubscriber(): Promise<Socket> {
    const socket = await bare("watch");
    socket.write(subscribePacket("nf/v1/+/+/status"));
    await once(socket, "data");
    return socket.pause();
  }

  async function flood(socket: Socket, name: string): Promise<void> {
    const garbage = publishPacket(agentTopics(SITE, name).readings, Buffer.from("no batch at all"));
    await sent(socket, Buffer.concat(Array(FLOOD).fill(garbage)));
  }

  async function connections(): Promise<number> {
    const url = new URL("/metrics", operateUrl());
    return Number(/^nightflow_broker_connections(?:\{[^}]*\})? (\d+)$/m.exec(await (await fetch(url)).text())?.[1]);
  }

  function operateUrl(): string {
    const [, url = ""] = /"operate":"([^"]+)"/.exec(installation.log("up")) ?? [];
    return url;
  }

  function batch(seq: number): string {
    const fromMs = installation.liveStartMs - 20_000 * MINUTE_MS;
    const rows = Array.from({ length: READINGS }, (_, at) => {
      const no = seq * READINGS + at;
      return [CHANNEL, fromMs + no * MINUTE_MS, 1_000_000 + no, 0] as const;
    });
    return encodeBatch({ origin: "live", epoch: "crowd", seq, sentAt: Date.now(), readings: rows });
  }
});
