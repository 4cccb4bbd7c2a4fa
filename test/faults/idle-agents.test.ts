import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { signToken } from "@nightflow/broker";
import { agentTopics } from "@nightflow/domain";
import { Child, freePorts } from "@nightflow/nightflow";
import mqtt from "mqtt";
import { afterEach, expect, it } from "vitest";
import { stringify } from "yaml";
import { HAS_PROC } from "../support/processes.ts";

const AGENTS = 10_000;
const SECRET = "a secret of the tests that is long enough";
const GENERATOR = fileURLToPath(new URL("../support/idle-agents.ts", import.meta.url));
/** The bench holds the tight bound, with the settings of a broker alone; this one shows that no connection costs without end. */
const MOST_MEMORY_MB = 500;

let folder: string | undefined;
let broker: Child | undefined;
let generator: ChildProcess | undefined;

afterEach(async () => {
  if (generator?.connected) {
    const ended = new Promise((resolve) => generator?.once("exit", resolve));
    generator.disconnect();
    await ended;
  }
  await broker?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

it.runIf(HAS_PROC)("10,000 idle agents stay at one broker, which serves another one beside them", async () => {
  const { port, secretFile, operateUrl } = await startBroker();
  generator = fork(GENERATOR, [String(port), String(AGENTS), secretFile]);
  await said(generator, "connected");
  const password = signToken({ name: "busy", role: "agent", site: "town", exp: 4e9 }, SECRET);
  const busy = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { username: "busy", password, reconnectPeriod: 0 });
  await busy.publishAsync(agentTopics("town", "busy").status, "{}", { qos: 1 });
  const metrics = await (await fetch(`${operateUrl}/metrics`)).text();
  expect(metrics).toMatch(new RegExp(`^nightflow_broker_connections(\\{[^}]*\\})? ${AGENTS + 1}$`, "m"));
  await busy.endAsync();
  generator.send("ping");
  expect(await said(generator, "alive")).toMatchObject({ count: AGENTS });
  expect(memoryMb(broker?.pid ?? 0)).toBeLessThan(MOST_MEMORY_MB);
});

async function startBroker() {
  folder = mkdtempSync(join(tmpdir(), "nightflow-idle-"));
  const [port = 0] = await freePorts(1);
  const [config, secretFile] = [join(folder, "nightflow.yaml"), join(folder, "secret")];
  writeFileSync(secretFile, SECRET, { mode: 0o600 });
  const limits = { maxConnections: AGENTS + 100 };
  const settings = { broker: { port, limits, tokenSecretFile: "secret" }, operate: { port: 0 } };
  writeFileSync(config, stringify({ dataDir: "data", log: { level: "error" }, ...settings }));
  broker = new Child("broker", ["broker", "--config", config], { logFolder: join(folder, "logs") });
  const { operateUrl } = await broker.ready<{ type: "ready"; operateUrl: string }>();
  return { port, secretFile, operateUrl };
}

function said(child: ChildProcess, type: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the agents' process ended with ${code}`)));
    child.on("message", (message: { type: string }) => {
      if (message.type === type) resolve(message);
    });
  });
}

function memoryMb(pid: number): number {
  const kib = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kib) / 1024;
}
