import { join, resolve } from "node:path";
import type { Logger } from "pino";
import { writeClockAnchor } from "../config/clock.ts";
import { makeLogger } from "../config/log.ts";
import { ApiClient } from "../demo/api-client.ts";
import { DEMO_USERS } from "../demo/people.ts";
import {
  type DemoPlan,
  type DemoPorts,
  emptyDemoFolder,
  type InfluxPlace,
  importTown,
  prepareDemo,
  writeHistory,
} from "../demo/prepare.ts";
import { watchTickets } from "../demo/script.ts";
import { countDuplicates, smoke } from "../demo/smoke.ts";
import { importFile } from "../importing/import-file.ts";
import { type ImportPlace, withOwnHeadEnd } from "../own-head-end.ts";
import { Child, ChildEndedError } from "./children.ts";
import { UsageError } from "./failure.ts";
import { freePorts, isPortFree } from "./free-ports.ts";
import { Progress } from "./progress.ts";
import { StoppedError, StopRequest } from "./signals.ts";

/** Options of `nightflow demo`, as text from the command line. */
export interface DemoCommand {
  readonly smoke?: boolean;
  readonly data: string;
  readonly seed: string;
  readonly store: string;
}

/** A simulated day takes a minute. */
const FACTOR = 1440;
/** Time for platform, simulators and agent to start before the clock runs: what comes later is missing from every meter. */
const START_UP_MS = 10_000;
const SMOKE_DEADLINE_MS = 240_000;
const USUAL_API_PORT = 8480;

const startedAt = Date.now();

function tell(line: string): void {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(0).padStart(4);
  process.stderr.write(`${seconds} s  ${line}\n`);
}

/** `nightflow demo`: prepares a town and its past, runs the platform on it, tells what happens, until it is told to stop. */
export async function runDemo(options: DemoCommand): Promise<void> {
  const stop = new StopRequest();
  void stop.requested.then(() => tell("stopping, which takes a few seconds 正在停止"));
  try {
    await play(options, stop);
  } catch (error) {
    if (!(error instanceof StoppedError) || options.smoke === true) throw error;
  }
  if (stop.isRequested) tell("stopped; no process is left 已停止");
  process.exit(0);
}

async function play(options: DemoCommand, stop: StopRequest): Promise<void> {
  const seed = Number(options.seed);
  if (!Number.isInteger(seed) || seed < 0) throw new UsageError(`--seed ${options.seed} is not a whole number`);
  const influx = influxOf(options.store);
  const dataDir = resolve(options.data);
  await emptyDemoFolder(dataDir);
  const plan = await prepareDemo(dataDir, seed, await demoPorts(), influx);
  await bringInThePast(plan, stop);
  const processes = await startProcesses(plan, stop);
  try {
    await live(plan, processes, options.smoke === true, stop);
  } finally {
    await processes.stop();
  }
  if (processes.outcome !== undefined) await printOutcome(plan, processes.outcome);
}

/** Free ports, and the usual one for the pages where nobody holds it. */
async function demoPorts(): Promise<DemoPorts> {
  const [mqtt = 0, postgres = 0, other = 0] = await freePorts(3);
  const isFree = await isPortFree(USUAL_API_PORT);
  if (!isFree) tell(`port ${USUAL_API_PORT} is taken by another program: the pages will be on ${other}`);
  return { api: isFree ? USUAL_API_PORT : other, mqtt, postgres };
}

function influxOf(store: string): InfluxPlace | null {
  if (store === "duckdb") return null;
  if (store !== "influxdb") throw new UsageError(`--store is duckdb or influxdb, not ${store}`);
  const { NIGHTFLOW_INFLUXDB_URL: url, NIGHTFLOW_INFLUXDB_ORG: org, NIGHTFLOW_INFLUXDB_BUCKET: bucket } = process.env;
  if (!url || !org || !bucket || !process.env.NIGHTFLOW_INFLUXDB_TOKEN)
    throw new UsageError("--store influxdb needs NIGHTFLOW_INFLUXDB_URL, _ORG, _BUCKET and _TOKEN");
  return { url, org, bucket };
}

async function bringInThePast(plan: DemoPlan, stop: StopRequest): Promise<void> {
  tell(`a town of ${plan.town.meters.length} meters; writing 60 days of its past`);
  await stop.unless(() => writeHistory(plan));
  await withOwnHeadEnd(plan.importing, preparationLog(plan), (place) => stop.unless(() => importPast(plan, place)));
}

async function importPast(plan: DemoPlan, place: ImportPlace): Promise<void> {
  tell("bringing it in through MQTT and ingest");
  await importTown(plan, place.db);
  const { historyFile: file, town } = plan;
  const request = { file, kind: "customer", timeZone: town.zone, resolutionM3: 0.001 } as const;
  const progress = new Progress("  stored for good");
  const target = { ...place, site: "town", logger: preparationLog(plan) };
  const { sent } = await importFile(target, request, (done, total) => progress.show(done, total));
  progress.end();
  tell(`${sent.toLocaleString("en")} readings of the past are stored for good`);
}

function preparationLog(plan: DemoPlan): Logger {
  return makeLogger("info", "demo", { file: join(plan.dataDir, "logs", "demo.log") });
}

interface Processes {
  readonly apiUrl: string;
  readonly controlUrl: string;
  readonly children: readonly Child[];
  outcome?: object;
  stop(): Promise<void>;
}

/** Starts `up`, `simulators` and `agent`; the clock stands until all of them are there. */
async function startProcesses(plan: DemoPlan, request: StopRequest): Promise<Processes> {
  tell("starting up, simulators and agent");
  writeClockAnchor(plan.clockFile, {
    realAnchorAt: Date.now() + START_UP_MS,
    simAnchorAt: plan.liveStartMs,
    factor: FACTOR,
  });
  const options = { logFolder: join(plan.dataDir, "logs") };
  const simulators = new Child("simulators", simulatorArgs(plan), options);
  const up = new Child("up", ["up", "--config", plan.configFile], options);
  const children = [simulators, up];
  const stop = async () => {
    for (const child of children.toReversed()) await child.stop();
  };
  try {
    const { endpoints } = await request.unless(() =>
      simulators.ready<{ type: "ready"; endpoints: { control: { url: string } } }>(),
    );
    const agent = new Child("agent", ["agent", plan.agentFile], options);
    children.push(agent);
    const [{ apiUrl }] = await request.unless(() =>
      Promise.all([up.ready<{ type: "ready"; apiUrl: string }>(), agent.ready()]),
    );
    return { apiUrl, controlUrl: endpoints.control.url, children, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function simulatorArgs(plan: DemoPlan): string[] {
  const data = ["--data", join(plan.dataDir, "simulators"), "--seed", String(plan.town.seed)];
  const ports = ["--modbus-port", "0", "--opcua-port", "0", "--control-port", "0"];
  return ["simulators", ...data, "--clock", plan.clockFile, "--setup", join(plan.dataDir, "town"), ...ports];
}

/** Rejects when a process ends by itself. */
function endOfAny({ children }: Processes): Promise<never> {
  return new Promise((_, reject) => {
    for (const child of children)
      child.onUnexpectedExit((code) => reject(new ChildEndedError(child.name, code, child.logFile)));
  });
}

async function live(plan: DemoPlan, processes: Processes, isSmoke: boolean, stop: StopRequest): Promise<void> {
  const api = new ApiClient(processes.apiUrl);
  await api.signIn("admin", plan.passwords.get("admin") ?? "");
  printWelcome(plan, processes.apiUrl);
  const watcher = watchTickets(api, processes.controlUrl, tell);
  const ended = endOfAny(processes);
  try {
    if (!isSmoke) await Promise.race([stop.requested, ended]);
    else
      processes.outcome = await stop.unless(() =>
        Promise.race([smoke(api, watcher, processes.controlUrl, SMOKE_DEADLINE_MS), ended]),
      );
  } finally {
    await watcher.stop();
  }
}

function printWelcome(plan: DemoPlan, url: string): void {
  const users = DEMO_USERS.map(
    ({ login, displayName, does }) => `    ${login.padEnd(11)} ${plan.passwords.get(login)}   ${displayName}: ${does}`,
  );
  const lines = [
    "",
    `  Open 打开  ${url}`,
    "  and sign in as 登录用户:",
    ...users,
    "",
    "  A simulated day takes a minute. Leaks begin within the first hour; the first tickets come after one to two minutes.",
    "  Move a ticket to in progress and a crew repairs the leak. Ctrl-C stops everything.",
    "  模拟一天只需一分钟，一两分钟内出现首批工单；把工单转为“处理中”，抢修队即修复漏点。Ctrl-C 停止全部进程。",
    `  Logs and data 日志与数据: ${plan.dataDir}`,
    "",
  ];
  process.stderr.write(`${lines.join("\n")}\n`);
}

/** The smoke's one line, counted in the stores after everything has stopped. */
async function printOutcome(plan: DemoPlan, outcome: object): Promise<void> {
  const { readings, duplicates } = await withOwnHeadEnd(plan.importing, preparationLog(plan), async ({ store }) => {
    if (store === null) throw new Error("the store of this process is missing");
    return { readings: (await store.counts()).stored, duplicates: await countDuplicates(store) };
  });
  const { anomalies, tickets, reports } = outcome as { anomalies: number; tickets: number; reports: number };
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  process.stdout.write(`${JSON.stringify({ readings, duplicates, anomalies, tickets, reports, seconds })}\n`);
  if (duplicates > 0) throw new Error(`${duplicates} readings are stored twice`);
}
