import {
  agentTopics,
  decodeCommand,
  decodeTimeAnswer,
  encodeCommandReply,
  encodeTimeQuestion,
} from "@nightflow/domain";
import { MqttConfig } from "@nightflow/ingest";
import { MqttFieldLine } from "@nightflow/nightflow";
import { silentLogger } from "@nightflow/storage/testing";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MOSQUITTO_PASSWORD, startDeployedMosquitto } from "../support/deployed-mosquitto.ts";
import { findMosquitto, type TestMosquitto } from "../support/mosquitto.ts";

const AGENT = "town/gw-1";
const topics = agentTopics("town", "gw-1");

describe.runIf(findMosquitto() !== undefined)(
  "the API's way to agents at a Mosquitto with the deployed access list",
  () => {
    let mosquitto: TestMosquitto;
    let line: MqttFieldLine;
    let agent: MqttClient;

    beforeAll(async () => {
      mosquitto = await startDeployedMosquitto(["nightflow-api", AGENT]);
      const config = MqttConfig.parse({ url: mosquitto.url, username: "nightflow-api" });
      line = new MqttFieldLine({ config, password: MOSQUITTO_PASSWORD }, silentLogger);
      await new Promise<void>((resolve) => void line.onUp(resolve));
      agent = await connectAsync(mosquitto.url, { username: AGENT, password: MOSQUITTO_PASSWORD });
    });

    afterAll(async () => {
      await agent?.endAsync(true);
      await line?.close();
      await mosquitto?.close();
    });

    const heardBy = (client: MqttClient, topic: string) =>
      new Promise<Buffer>((resolve) => {
        client.on("message", (heard, payload) => heard === topic && resolve(payload));
      });

    it("carries a command to its agent, and the reply back", async () => {
      await agent.subscribeAsync(topics.command("+"), { qos: 1 });
      const came = heardBy(agent, topics.command("c-1"));
      const replied = new Promise<string>((resolve) => void line.onMessage(({ topic }) => resolve(topic)));
      const order = { kind: "retry" };
      const payload = JSON.stringify({ v: 1, id: "c-1", ttlMs: 60_000, timeoutMs: 10_000, by: "collector", order });
      await line.publish({ topic: topics.command("c-1"), payload, retain: false });
      const { id } = decodeCommand(await came);
      const ended = { id, at: 1, outcome: "done", code: null, message: null, tookMs: 5 } as const;
      await agent.publishAsync(topics.commandReply(id), encodeCommandReply(ended), { qos: 1 });
      expect(await replied).toBe(topics.commandReply("c-1"));
    });

    it("keeps a configuration for an agent that comes later", async () => {
      await line.publish({ topic: topics.config, payload: "{}", retain: true });
      const came = heardBy(agent, topics.config);
      await agent.subscribeAsync(topics.config, { qos: 1 });
      expect(String(await came)).toBe("{}");
    });

    it("tells an agent what time it is", async () => {
      await agent.subscribeAsync(topics.timeReply, { qos: 1 });
      const came = heardBy(agent, topics.timeReply);
      await agent.publishAsync(topics.time, encodeTimeQuestion({ id: "q-1", askedAt: 5 }), { qos: 1 });
      expect(decodeTimeAnswer(await came)).toMatchObject({ id: "q-1" });
    });
  },
);
