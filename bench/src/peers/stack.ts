import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setUpInflux } from "@nightflow/storage";
import { freePort } from "@nightflow/storage/testing";
import mqtt from "mqtt";

/** Where the peer's three programs are. */
export interface PeerPrograms {
  readonly mosquitto: string;
  readonly telegraf: string;
  readonly influxd: string;
}

/** Mosquitto, Telegraf and InfluxDB, running as one chain. */
export interface PeerStack {
  readonly mqttPort: number;
  /** Resolves when Telegraf has subscribed: its own session then takes what is published. */
  subscribed(): Promise<void>;
  /** Points of measurement `r` that a query finds. */
  stored(): Promise<number>;
  /** CPU that the three have used, in seconds each. */
  cpuS(): PeerCpu;
  stop(): Promise<void>;
}

/** CPU seconds by program. */
export interface PeerCpu {
  readonly mosquitto: number;
  readonly telegraf: number;
  readonly influxd: number;
}

const OWNER = { org: "bench", bucket: "bench", operatorToken: "bench-peer-token" };
const CLOCK_TICKS_A_SECOND = 100;

/** Starts the peer; `maxUndelivered` is Telegraf's bound of messages that are read and not yet written. */
export async function startPeer(programs: PeerPrograms, maxUndelivered: number): Promise<PeerStack> {
  const folder = mkdtempSync(join(tmpdir(), "nf-peer-"));
  const children: ChildProcess[] = [];
  const run = (program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const child = spawn(program, args, { stdio: "ignore", env: { ...process.env, ...env } });
    children.push(child);
    return child;
  };
  const [mqttPort, influxPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${influxPort}`;
  const influxd = run(programs.influxd, influxArguments(folder, influxPort), { INFLUXD_PPROF_DISABLED: "true" });
  await until(async () => (await fetch(`${url}/health`)).ok);
  await setUpInflux({ url, username: "bench", password: "bench-bench", ...OWNER });
  const mosquitto = run(programs.mosquitto, ["-c", mosquittoConfig(folder, mqttPort)]);
  const telegraf = run(programs.telegraf, ["--config", fileURLToPath(new URL("./telegraf.conf", import.meta.url))], {
    PEER_MQTT_PORT: String(mqttPort),
    PEER_INFLUX_PORT: String(influxPort),
    PEER_INFLUX_TOKEN: OWNER.operatorToken,
    PEER_INFLUX_ORG: OWNER.org,
    PEER_INFLUX_BUCKET: OWNER.bucket,
    PEER_MAX_UNDELIVERED: String(maxUndelivered),
  });
  return {
    mqttPort,
    subscribed: () => Promise.race([subscribedBeside(mqttPort), refusedBy(telegraf)]),
    stored: () => countOf(url),
    cpuS: () => ({ mosquitto: cpuOf(mosquitto), telegraf: cpuOf(telegraf), influxd: cpuOf(influxd) }),
    stop: async () => {
      for (const child of children) await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function influxArguments(folder: string, port: number): string[] {
  return [
    `--http-bind-address=127.0.0.1:${port}`,
    `--bolt-path=${join(folder, "influxd.bolt")}`,
    `--sqlite-path=${join(folder, "influxd.sqlite")}`,
    `--engine-path=${join(folder, "engine")}`,
    "--reporting-disabled",
    "--pprof-disabled",
    "--log-level=error",
  ];
}

// Without bounds on its queues, so that it drops nothing while Telegraf is behind; it keeps them in memory.
function mosquittoConfig(folder: string, port: number): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "mosquitto.conf");
  const lines = [
    `listener ${port} 127.0.0.1`,
    "allow_anonymous true",
    "persistence false",
    "max_queued_messages 0",
    "max_inflight_messages 0",
    "sys_interval 1",
    "log_type error",
  ];
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

async function countOf(url: string): Promise<number> {
  const query = encodeURIComponent('SELECT count("v") FROM "r"');
  const answer = await fetch(`${url}/query?db=${OWNER.bucket}&q=${query}`, {
    headers: { authorization: `Token ${OWNER.operatorToken}` },
  });
  const body = (await answer.json()) as { results: { series?: { values: number[][] }[] }[] };
  return body.results[0]?.series?.[0]?.values[0]?.[1] ?? 0;
}

// Mosquitto counts its subscriptions under $SYS; one of them is ours.
async function subscribedBeside(port: number): Promise<void> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`);
  const subscribed = new Promise<void>((resolve) => {
    client.on("message", (_topic, payload) => {
      if (Number(payload) > 1) resolve();
    });
  });
  await client.subscribeAsync("$SYS/broker/subscriptions/count");
  await subscribed;
  await client.endAsync(true);
}

// user and system time of a process: fields 14 and 15 of its stat, in clock ticks (man 5 proc).
function cpuOf(child: ChildProcess): number {
  const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_A_SECOND;
}

function refusedBy(telegraf: ChildProcess): Promise<never> {
  return new Promise((_, reject) => {
    const refuse = () => reject(new Error("Telegraf has ended: it does not take bench/src/peers/telegraf.conf"));
    if (telegraf.exitCode !== null) refuse();
    else telegraf.once("exit", refuse);
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await exit;
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const endsAt = Date.now() + 60_000;
  while (Date.now() < endsAt) {
    if (await isTrue().catch(() => false)) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
  throw new Error("the peer's InfluxDB did not start within a minute");
}
