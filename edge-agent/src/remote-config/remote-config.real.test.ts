import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AgentStatus,
  agentTopics,
  decodeCommandReply,
  decodeConfigReport,
  decodeStatus,
  decodeTimeQuestion,
  encodeCommand,
  encodeTimeAnswer,
  ProbeFound,
  ProbeOrder,
  realClock,
} from "@nightflow/domain";
import pino from "pino";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startEdgeAgent } from "../agent.ts";
import { EdgeAgentConfig } from "../config.ts";
import { HeadEnd } from "../testing/head-end.ts";
import { ModbusGateway, tufMemory } from "../testing/modbus-gateway.ts";
import { hashOfConfig } from "./config-book.ts";

const TOPICS = agentTopics("town", "agent-1");
const BIN = join(import.meta.dirname, "..", "..", "bin", "nightflow-agent.mjs");
const LONG = { timeout: 20_000, interval: 50 };

let folder: string;
let gateway: ModbusGateway;
let port: number;
let headEnd: HeadEnd;
const running: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nightflow-remote-"));
  gateway = new ModbusGateway();
  port = await gateway.listen();
  for (const unitId of [1, 2])
    gateway.units.set(
      unitId,
      tufMemory(() => 1000 + unitId),
    );
  headEnd = await HeadEnd.reserved();
  await headEnd.start();
});

afterEach(async () => {
  for (const stop of running.splice(0).reverse()) await stop();
  await gateway.close();
  await headEnd.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The configuration of an agent: one bus for each unit, so that each can be changed by itself. */
function payloadOf(periods: Readonly<Record<number, number>>, change: object = {}): string {
  const units = Object.entries(periods);
  const channel = (unit: string) => ({
    id: `M-${unit}.forward_total`,
    quantity: "forward_total",
    unit: "m3",
    resolution: 0.001,
  });
  const bus = ([unit, periodS]: [string, number]) => ({
    id: `bus-${unit}`,
    kind: "modbus-tcp",
    host: "127.0.0.1",
    port,
    timeoutMs: 300,
    units: [
      {
        meter: `M-${unit}`,
        unitId: Number(unit),
        profile: "tuf-2000",
        periodS,
        channels: { forward_total: `M-${unit}.forward_total` },
      },
    ],
    ...change,
  });
  const healthCheck = { afterS: 5 };
  return JSON.stringify({ v: 1, channels: units.map(([unit]) => channel(unit)), buses: units.map(bus), healthCheck });
}

function localConfig() {
  return {
    site: "town",
    agent: "agent-1",
    dataDir: join(folder, "data"),
    mqtt: { url: headEnd.url, ackTimeoutMs: 500, statusMs: 200 },
    outbox: { flushMs: 50 },
    clock: { askMs: 200 },
    operate: { enabled: false },
  };
}

const status = (): AgentStatus | undefined => {
  const text = headEnd.retained.get(TOPICS.status);
  return text === undefined ? undefined : decodeStatus(text);
};
const report = () => {
  const text = headEnd.retained.get(TOPICS.configReport);
  return text === undefined ? undefined : decodeConfigReport(text);
};
const outcome = () => report()?.result?.outcome;

it("a line is probed over a running bus, whose polls go on, and a line that a bus holds over that bus alone", async () => {
  const logger = pino({ level: "silent" });
  const agent = await startEdgeAgent({ config: EdgeAgentConfig.parse(localConfig()), clock: realClock, logger });
  running.push(() => agent.close());
  await expect.poll(() => report()?.source, LONG).toBe("none");
  await headEnd.publish(TOPICS.config, payloadOf({ 1: 1 }), { retain: true });
  await headEnd.until(() => headEnd.values("M-1.forward_total").length >= 1);
  const probed = async (id: string, order: object) => {
    const command = { id, ttlMs: 10_000, timeoutMs: 20_000, by: "desk" };
    await headEnd.publish(TOPICS.command(id), encodeCommand({ ...command, order: ProbeOrder.parse(order) }));
    await expect.poll(() => headEnd.said.get(TOPICS.commandReply(id)), LONG).toBeDefined();
    return decodeCommandReply(headEnd.said.get(TOPICS.commandReply(id)) ?? "");
  };
  const before = headEnd.values("M-1.forward_total").length;
  const scan = await probed("p1", {
    kind: "probe",
    bus: "bus-1",
    options: { units: [1, 2, 3, 4, 5, 6], timeoutMs: 400 },
  });
  expect(ProbeFound.parse(scan.details)).toMatchObject({
    ...{ mode: "scan", notAsked: [] },
    units: [{ unitId: 1, exception: null }, { unitId: 2 }],
  });
  expect(headEnd.values("M-1.forward_total").length).toBeGreaterThan(before);
  const options = { units: [2], read: { functionCode: 3, from: 0, to: 39 }, dial: "1.002" };
  const block = ProbeFound.parse((await probed("p2", { kind: "probe", bus: "bus-1", options })).details);
  expect(block).toMatchObject({ mode: "read", matches: expect.arrayContaining([expect.anything()]) });
  const line = { transport: { kind: "tcp", host: "127.0.0.1", port } };
  expect(await probed("p3", { kind: "probe", line })).toMatchObject({ outcome: "refused", code: "LINE_IN_USE" });
});

it("an agent without a file gets its configuration, reads by it, says so, is asked for a meter, and knows the time", async () => {
  const logger = pino({ level: "silent" });
  const agent = await startEdgeAgent({ config: EdgeAgentConfig.parse(localConfig()), clock: realClock, logger });
  running.push(() => agent.close());
  await expect.poll(() => report()?.source, LONG).toBe("none");
  const payload = payloadOf({ 1: 1, 2: 3600 });
  await headEnd.publish(TOPICS.config, payload, { retain: true });
  await expect.poll(() => outcome(), LONG).toBe("trying");
  await headEnd.until(() => headEnd.values("M-1.forward_total").length >= 2);
  expect(report()).toMatchObject({ hash: hashOfConfig(payload), source: "remote" });

  const order = { kind: "read-now", meters: ["M-2"] } as const;
  const command = { id: "c1", ttlMs: 10_000, timeoutMs: 5000, by: "desk", order: { ...order, meters: ["M-2"] } };
  await headEnd.publish(TOPICS.command("c1"), encodeCommand(command));
  await expect.poll(() => headEnd.said.get(TOPICS.commandReply("c1")), LONG).toBeDefined();
  const reply = decodeCommandReply(headEnd.said.get(TOPICS.commandReply("c1")) ?? "");
  expect(reply).toMatchObject({ outcome: "done", readings: [["M-2.forward_total", expect.any(Number), 1002, 0]] });

  await expect.poll(() => headEnd.said.get(TOPICS.time), LONG).toBeDefined();
  await expect
    .poll(async () => {
      const question = decodeTimeQuestion(headEnd.said.get(TOPICS.time) ?? "");
      await headEnd.publish(TOPICS.timeReply, encodeTimeAnswer(question, Date.now() - 60_000, Date.now() - 60_000));
      return status()?.clock?.alarm;
    }, LONG)
    .toBe(true);
  await expect.poll(() => outcome(), LONG).toBe("applied");
  expect(status()?.buses?.map(({ bus, state }) => [bus, state])).toEqual([
    ["bus-1", "good"],
    ["bus-2", "good"],
  ]);
});

it("an agent that is killed while it takes a configuration over reads on after every restart, and loses no reading", async () => {
  await writeFile(join(folder, "agent.yaml"), JSON.stringify(localConfig()));
  const first = payloadOf({ 1: 1, 2: 1 });
  await headEnd.publish(TOPICS.config, first, { retain: true });
  let child = await spawnAgent();
  await expect.poll(() => outcome(), LONG).toBe("applied");
  for (const [round, killAfterMs] of [0, 8, 40].entries()) {
    const next = payloadOf({ 1: 1, 2: 2 + round });
    void headEnd.publish(TOPICS.config, next, { retain: true });
    await new Promise((resolve) => setTimeout(resolve, killAfterMs));
    child.kill("SIGKILL");
    await once(child, "exit");
    headEnd.retained.delete(TOPICS.configReport);
    child = await spawnAgent();
    await expect.poll(() => report()?.hash, LONG).toBe(hashOfConfig(next));
    const before = headEnd.values("M-1.forward_total").length;
    await headEnd.until(() => headEnd.values("M-1.forward_total").length > before);
  }
  const keys = headEnd.stored.map(([channel, readAt]) => `${channel} ${readAt}`);
  expect(new Set(keys).size).toBe(keys.length);
  child.kill("SIGTERM");
  await once(child, "exit");
});

async function spawnAgent(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [BIN, join(folder, "agent.yaml")], { stdio: "ignore" });
  running.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  });
  await once(child, "spawn");
  return child;
}
