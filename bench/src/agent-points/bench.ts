import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { findPeer } from "@nightflow/storage/testing";
import { Child, type Used, watch } from "./child.ts";
import { benchConfig, type PointsPlan, pointsPerS, telegrafConfig } from "./plan.ts";

const AGENT = new URL("../../../edge-agent/bin/nightflow-agent.mjs", import.meta.url).pathname;
const here = (name: string) => new URL(`./${name}.ts`, import.meta.url);

interface Figures extends Used {
  readonly program: string;
  readonly pointsPerS: number;
  readonly deliveredMbPerS: number;
  readonly cpuUsPerPoint: number;
}

/**
 * One agent that reads 100,000 Modbus points a second into its durable outbox and through it to a broker, beside Telegraf
 * on the same devices in the same run: processor, memory, points.
 *
 * `agent-points [--seconds 20] [--warm 8] [--connections 10] [--units 20] [--points 50] [--period 100] [--only nightflow|telegraf]`
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: "string", default: "20" },
      warm: { type: "string", default: "8" },
      connections: { type: "string", default: "10" },
      units: { type: "string", default: "20" },
      points: { type: "string", default: "50" },
      period: { type: "string", default: "100" },
      only: { type: "string" },
      profile: { type: "string" },
    },
  });
  const number = (name: "connections" | "units" | "points" | "period") => Number(values[name]);
  const plan = {
    connections: number("connections"),
    units: number("units"),
    points: number("points"),
    periodMs: number("period"),
  };
  const times = { warmMs: Number(values.warm) * 1000, forMs: Number(values.seconds) * 1000 };
  process.stdout.write(
    `${pointsPerS(plan)} points/s asked of ${plan.connections * plan.units} units on ${plan.connections} connections, every ${plan.periodMs} ms; ${availableParallelism()} cores\n`,
  );
  const figures: Figures[] = [];
  const telegraf = findPeer("Telegraf", "NIGHTFLOW_TELEGRAF", ["telegraf"]);
  if (values.only !== "telegraf")
    figures.push(await measure("nightflow", plan, times, (place) => startAgent(plan, place, values.profile)));
  if (values.only !== "nightflow" && telegraf !== undefined)
    figures.push(await measure("telegraf", plan, times, (place) => startTelegraf(telegraf, plan, place)));
  for (const figure of figures) process.stdout.write(`${line(figure)}\n`);
  process.stdout.write(`${JSON.stringify({ bench: "agent-points", plan, figures })}\n`);
}

interface Place {
  readonly folder: string;
  readonly ports: readonly number[];
  readonly mqttPort: number;
}

async function measure(
  program: string,
  plan: PointsPlan,
  { warmMs, forMs }: { readonly warmMs: number; readonly forMs: number },
  start: (place: Place) => Promise<ChildProcess>,
): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), "nightflow-points-"));
  const devices = new Child(here("devices"), [plan.connections, plan.units, plan.points * 2].map(String));
  const sink = new Child(here("sink"));
  let child: ChildProcess | undefined;
  try {
    const { ports } = await devices.say<{ ports: number[] }>(false);
    const { port: mqttPort } = await sink.say<{ port: number }>(false);
    child = await start({ folder, ports, mqttPort });
    await sleep(warmMs);
    const before = { ...(await devices.say<{ served: number }>()), ...(await sink.say<{ bytes: number }>()) };
    const used = await watch(child.pid ?? 0, forMs);
    const after = { ...(await devices.say<{ served: number }>()), ...(await sink.say<{ bytes: number }>()) };
    const perS = ((after.served - before.served) * plan.points * 1000) / forMs;
    const deliveredMbPerS = (after.bytes - before.bytes) / forMs / 1000;
    if (deliveredMbPerS === 0) throw new Error(`${program} polled and delivered nothing: no figure`);
    return { program, ...used, pointsPerS: perS, deliveredMbPerS, cpuUsPerPoint: (used.core / perS) * 1e6 };
  } finally {
    await ended(child);
    devices.stop();
    sink.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function startAgent(
  plan: PointsPlan,
  { folder, ports, mqttPort }: Place,
  profile?: string,
): Promise<ChildProcess> {
  const config = {
    site: "bench",
    agent: "a",
    dataDir: join(folder, "data"),
    configFile: join(folder, "buses.json"),
    mqtt: { url: `mqtt://127.0.0.1:${mqttPort}`, statusMs: 60_000 },
    outbox: { maxBatch: 2000 },
    operate: { enabled: false },
  };
  await writeFile(join(folder, "buses.json"), JSON.stringify(benchConfig(plan, ports)));
  await writeFile(join(folder, "agent.yaml"), JSON.stringify(config));
  const looked = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
  return spawn(
    process.execPath,
    [...(process.env.NIGHTFLOW_BENCH_NODE?.split(" ") ?? []), ...looked, AGENT, join(folder, "agent.yaml")],
    {
      stdio: ["ignore", process.env.NIGHTFLOW_BENCH_LOG ? "inherit" : "ignore", "inherit"],
    },
  );
}

async function startTelegraf(
  program: string,
  plan: PointsPlan,
  { folder, ports, mqttPort }: Place,
): Promise<ChildProcess> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, "telegraf.conf");
  await writeFile(path, telegrafConfig(plan, ports, mqttPort));
  return spawn(program, ["--config", path], { stdio: ["ignore", "ignore", "inherit"] });
}

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
}

function line({ program, core, rssMb, peakMb, pointsPerS: perS, cpuUsPerPoint, deliveredMbPerS }: Figures): string {
  const parts = [
    `${Math.round(perS)} points/s`,
    `${(core * 100).toFixed(0)} % of a core`,
    `${cpuUsPerPoint.toFixed(2)} us a point`,
    `${rssMb.toFixed(0)} MB, peak ${peakMb.toFixed(0)} MB`,
    `${deliveredMbPerS.toFixed(1)} MB/s delivered`,
  ];
  return `${program.padEnd(10)} ${parts.join(", ")}`;
}
