import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentConfig, agentTopics, decodeConfigReport, decodeStatus, realClock } from "@nightflow/domain";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EdgeAgent, startEdgeAgent } from "./agent.ts";
import { EdgeAgentConfig } from "./config.ts";
import { HeadEnd } from "./testing/head-end.ts";
import { ModbusGateway, tufMemory } from "./testing/modbus-gateway.ts";

const logger = pino({ level: "silent" });
const TOPICS = agentTopics("town", "agent-1");
const BIN = join(import.meta.dirname, "..", "bin", "nightflow-agent.mjs");

let folder: string;
let gateway: ModbusGateway;
let port: number;
let headEnd: HeadEnd;
let served: Set<number>;
const running: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nightflow-agent-"));
  gateway = new ModbusGateway();
  port = await gateway.listen();
  headEnd = await HeadEnd.reserved();
  served = new Set();
  for (const unitId of [1, 2, 3]) gateway.units.set(unitId, countingMeter());
});

afterEach(async () => {
  for (const stop of running.splice(0).reverse()) await stop();
  await gateway.close();
  await headEnd.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A meter whose total grows with the clock; what it shows is kept in `served`. */
function countingMeter() {
  return tufMemory(() => {
    const litres = Date.now() % 1_000_000_000;
    served.add(litres);
    return litres;
  });
}

function agentConfig(units = [1, 2, 3]): AgentConfig {
  return AgentConfig.parse({
    v: 1,
    channels: units.map((unit) => ({
      id: `M-${unit}.forward_total`,
      quantity: "forward_total",
      unit: "m3",
      resolution: 0.001,
    })),
    buses: [
      {
        id: "bus-1",
        kind: "modbus-tcp",
        host: "127.0.0.1",
        port,
        timeoutMs: 300,
        units: units.map((unit) => ({
          meter: `M-${unit}`,
          unitId: unit,
          profile: "tuf-2000",
          periodS: 1,
          channels: { forward_total: `M-${unit}.forward_total` },
        })),
      },
    ],
  });
}

function localConfig(change: object = {}): EdgeAgentConfig {
  return EdgeAgentConfig.parse({
    site: "town",
    agent: "agent-1",
    dataDir: join(folder, "data"),
    configFile: join(folder, "buses.json"),
    mqtt: { url: headEnd.url, ackTimeoutMs: 500, statusMs: 200 },
    outbox: { flushMs: 50 },
    ...change,
  });
}

async function started(config = agentConfig(), local = localConfig()): Promise<EdgeAgent> {
  const agent = await startEdgeAgent({ config: local, agentConfig: config, clock: realClock, logger });
  running.push(() => agent.close());
  return agent;
}

const total = (unit: number) => headEnd.values(`M-${unit}.forward_total`);

describe("an agent without a certificate", () => {
  it("collects into its outbox and says why it is not connected, also with a damaged identity", async () => {
    await mkdir(join(folder, "data", "identity"), { recursive: true });
    await writeFile(join(folder, "data", "identity", "identity.json"), "half of it");
    const local = localConfig({
      mqtt: { url: headEnd.url.replace("mqtt:", "mqtts:") },
      enrolment: { url: headEnd.url.replace("mqtt:", "http:"), caFingerprint: "0".repeat(64) },
    });
    const agent = await started(agentConfig(), local);
    await expect.poll(() => agent.status().outbox?.taken, { timeout: 10_000 }).toBeGreaterThan(2);
    expect(agent.status().enrolment).toMatchObject({ state: "unreachable" });
    expect(agent.status().enrolment?.reason).toContain("join again with a new token");
  });
});

describe("an agent between real meters and a real broker", () => {
  it("brings the meters' totals to the store, exactly and once, and its outbox empties", async () => {
    await headEnd.start();
    const agent = await started();
    await headEnd.until(() => [1, 2, 3].every((unit) => total(unit).length >= 3));
    for (const value of total(2)) expect(served).toContain(value);
    expect(headEnd.repeats).toBe(0);
    await headEnd.until(() => agent.status().outbox?.records === 0);
  });

  it("announces its channels and its health, retained, and says offline when it leaves", async () => {
    await headEnd.start();
    const agent = await started();
    await headEnd.until(() => headEnd.retained.has(TOPICS.configReport) && headEnd.retained.has(TOPICS.status));
    const report = decodeConfigReport(headEnd.retained.get(TOPICS.configReport) ?? "");
    expect(report.channels.map(({ id }) => id)).toEqual(agentConfig().channels.map(({ id }) => id));
    await headEnd.until(() => decodeStatus(headEnd.retained.get(TOPICS.status) ?? "").units?.[2]?.state === "good");
    expect(decodeStatus(headEnd.retained.get(TOPICS.status) ?? "").state).toBe("online");
    await agent.close();
    expect(decodeStatus(headEnd.retained.get(TOPICS.status) ?? "").state).toBe("offline");
  });

  it("collects from the first second although the broker is away, and delivers all of it later", async () => {
    const agent = await started();
    await untilRead(agent, 3);
    const taken = agent.status().outbox?.records ?? 0;
    expect(taken).toBeGreaterThan(0);
    await headEnd.start();
    await headEnd.until(() => total(1).length >= 4);
    expect(new Set(total(1)).size).toBe(total(1).length);
  });

  it("loses nothing and stores nothing twice while the broker restarts twice", async () => {
    await headEnd.start();
    const agent = await started();
    for (let round = 0; round < 2; round++) {
      const before = total(1).length;
      await headEnd.until(() => total(1).length > before);
      await headEnd.stop();
      await untilRead(agent, 2);
      await headEnd.start();
    }
    const before = total(1).length;
    await headEnd.until(() => total(1).length > before + 3);
    await agent.close();
    const at = headEnd.stored
      .filter(([id]) => id === "M-1.forward_total")
      .map(([, readAt]) => Math.floor(readAt / 1000));
    const [first = 0, last = 0] = [Math.min(...at), Math.max(...at)];
    // One reading for every second of the grid, but for polls that a busy machine made the agent leave out, and count.
    const leftOut = last - first + 1 - new Set(at).size;
    expect(leftOut).toBeLessThanOrEqual(agent.status().pollsSkipped ?? 0);
    expect(headEnd.stored.length).toBe(new Set(headEnd.stored.map(([id, readAt]) => `${id}@${readAt}`)).size);
  });

  it("sends a batch again when no ack comes, and lets go of it when one does", async () => {
    await headEnd.start();
    headEnd.isAcking = false;
    const agent = await started();
    await headEnd.until(() => headEnd.repeats >= 2);
    expect(agent.status().outbox?.records).toBeGreaterThan(0);
    headEnd.ackAll();
    await headEnd.until(() => agent.status().outbox?.records === 0);
  });

  it("reads on by itself after the meters' connection was cut", async () => {
    await headEnd.start();
    await started();
    await headEnd.until(() => total(3).length >= 2);
    gateway.cut();
    const before = total(3).length;
    await headEnd.until(() => total(3).length >= before + 2);
  });

  it("a silent unit costs the others at most one poll in fifty, and is read again once it is back", async () => {
    await headEnd.start();
    gateway.units.delete(2);
    const agent = await started();
    await headEnd.until(() => total(1).length >= 25);
    const at = headEnd.stored
      .filter(([id]) => id === "M-1.forward_total")
      .map(([, readAt]) => Math.floor(readAt / 1000));
    const expected = Math.max(...at) - Math.min(...at) + 1;
    expect(new Set(at).size / expected).toBeGreaterThanOrEqual(0.98);
    expect(agent.status().units?.[1]?.state).toBe("silent");
    gateway.units.set(2, countingMeter());
    await headEnd.until(() => total(2).length >= 2);
  });

  it("refuses a data directory that another agent works on", async () => {
    const child = await spawned();
    await headEnd.start();
    await headEnd.until(() => total(1).length >= 1);
    await expect(started()).rejects.toThrow(/already works on/);
    child.kill("SIGTERM");
    const [code] = (await once(child, "exit")) as [number | null];
    expect(code).toBe(0);
  });

  it("what was taken before kill -9 is stored after the restart, none twice", async () => {
    await headEnd.start();
    for (let round = 0; round < 3; round++) {
      const child = await spawned();
      const before = total(1).length;
      await headEnd.until(() => total(1).length > before);
      await headEnd.stop();
      const asked = gateway.asked.length;
      await untilAsked(asked + 9);
      const taken = await outboxBytes();
      expect(taken).toBeGreaterThan(0);
      child.kill("SIGKILL");
      await once(child, "exit");
      await headEnd.start();
    }
    const onDisk = await takenOnDisk();
    await spawned();
    await headEnd.until(() => onDisk.every((key) => storedKeys().has(key)));
    expect(headEnd.stored.length).toBe(storedKeys().size);
    for (const value of total(1)) expect(served).toContain(value);
  });
});

const storedKeys = () => new Set(headEnd.stored.map(([id, readAt]) => `${id}@${readAt}`));

/** Every reading that lies whole in the outbox files, by its key. */
async function takenOnDisk(): Promise<string[]> {
  const { scanFrames, FRAME_KINDS } = await import("./outbox/frame.ts");
  const { readdir } = await import("node:fs/promises");
  const outbox = join(folder, "data", "outbox");
  const names = (await readdir(outbox)).filter((name) => name.endsWith(".seg"));
  const files = await Promise.all(names.map((name) => readFile(join(outbox, name))));
  return files
    .flatMap((file) => scanFrames(file).frames)
    .filter(({ kind }) => kind === FRAME_KINDS.batch)
    .flatMap(({ json }) =>
      (json as { readings: [string, number][] }).readings.map(([id, readAt]) => `${id}@${readAt}`),
    );
}

async function outboxBytes(): Promise<number> {
  return (await takenOnDisk()).length;
}

/** The agent as a process of its own, from its own configuration files. */
async function spawned(): Promise<ChildProcess> {
  await writeFile(join(folder, "buses.json"), JSON.stringify(agentConfig()));
  await writeFile(join(folder, "agent.yaml"), JSON.stringify(localConfig()));
  const child = spawn(process.execPath, [BIN, join(folder, "agent.yaml")], { stdio: "ignore" });
  running.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  return child;
}

/** Resolves after so many further polls of the first meter. */
async function untilRead(agent: EdgeAgent, polls: number): Promise<void> {
  const before = agent.status().units?.[0]?.polls ?? 0;
  await expect.poll(() => agent.status().units?.[0]?.polls, { timeout: 20_000 }).toBeGreaterThanOrEqual(before + polls);
}

async function untilAsked(requests: number): Promise<void> {
  await expect.poll(() => gateway.asked.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(requests);
}
