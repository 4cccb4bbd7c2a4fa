import { join, resolve } from "node:path";
import { writeClockAnchor } from "../config/clock.ts";
import { makeLogger } from "../config/log.ts";
import { ApiClient } from "../demo/api-client.ts";
import { DEMO_USERS } from "../demo/people.ts";
import {
  type DemoPlan,
  emptyDemoFolder,
  type InfluxPlace,
  importTown,
  prepareDemo,
  writeHistory,
} from "../demo/prepare.ts";
import { watchTickets } from "../demo/script.ts";
import { countDuplicates, smoke } from "../demo/smoke.ts";
import { importFile } from "../importing/import-file.ts";
import { withOwnHeadEnd } from "../own-head-end.ts";
import { Child } from "./children.ts";
import { UsageError } from "./failure.ts";
import { freePorts, isPortFree } from "./free-ports.ts";

/** Options of `nightflow demo`, as text from the command line. */
export interface DemoCommand {
  readonly smoke?: boolean;
  readonly data: string;
  readonly seed: string;
  readonly store: string;
}

/** A simulated day takes a minute. */
const FACTOR = 1440;
/** Time for simulators and agent to start before the clock runs. */
const START_UP_MS = 5000;
const SMOKE_DEADLINE_MS = 240_000;
const USUAL_API_PORT = 8480;

const startedAt = Date.now();

function tell(line: string): void {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(0).padStart(4);
  process.stderr.write(`${seconds} s  ${line}\n`);
}

/** `nightflow demo`: prepares a town and its past, runs the platform on it, tells what happens. */
export async function runDemo(options: DemoCommand): Promise<void> {
  const dataDir = resolve(options.data);
  const seed = Number(options.seed);
  if (!Number.isInteger(seed) || seed < 0) throw new UsageError(`--seed ${options.seed} is not a whole number`);
  await emptyDemoFolder(dataDir);
  const [mqtt = 0, postgres = 0, other = 0] = await freePorts(3);
  const api = (await isPortFree(USUAL_API_PORT)) ? USUAL_API_PORT : other;
  const plan = await prepareDemo(dataDir, seed, { api, mqtt, postgres }, influxOf(options.store));
  await bringInThePast(plan);
  const processes = await startProcesses(plan);
  const ended = endOf(processes);
  try {
    await live(plan, processes, options.smoke === true, ended);
  } finally {
    await processes.stop();
  }
  if (processes.outcome !== undefined) await printOutcome(plan, processes.outcome);
}

function influxOf(store: string): InfluxPlace | null {
  if (store === "duckdb") return null;
  if (store !== "influxdb") throw new UsageError(`--store is duckdb or influxdb, not ${store}`);
  const { NIGHTFLOW_INFLUXDB_URL: url, NIGHTFLOW_INFLUXDB_ORG: org, NIGHTFLOW_INFLUXDB_BUCKET: bucket } = process.env;
  if (!url || !org || !bucket || !process.env.NIGHTFLOW_INFLUXDB_TOKEN)
    throw new UsageError("--store influxdb needs NIGHTFLOW_INFLUXDB_URL, _ORG, _BUCKET and _TOKEN");
  return { url, org, bucket };
}

async function bringInThePast(plan: DemoPlan): Promise<void> {
  tell(`a town of ${plan.town.meters.length} meters; writing 60 days of its past`);
  await writeHistory(plan);
  const logger = makeLogger("warn", "demo");
  await withOwnHeadEnd(plan.importing, logger, async (place) => {
    await importTown(plan, place.db);
    const request = {
      file: plan.historyFile,
      kind: "customer",
      timeZone: plan.town.zone,
      resolutionM3: 0.001,
    } as const;
    const report = await importFile({ ...place, site: "town", logger }, request, showProgress);
    process.stderr.write("\r");
    tell(`${report.sent.toLocaleString("en")} readings of the past are stored for good`);
  });
}

let lastShownAt = 0;

function showProgress(done: number, total: number): void {
  if (!process.stderr.isTTY || Date.now() - lastShownAt < 200) return;
  lastShownAt = Date.now();
  process.stderr.write(`\r        importing: ${Math.floor((done / total) * 100)} %`);
}

interface Processes {
  readonly apiUrl: string;
  readonly controlUrl: string;
  readonly children: readonly Child[];
  outcome?: object;
  stop(): Promise<void>;
}

/** Starts `up`, `simulators` and `agent`; the clock stands until all of them are there. */
async function startProcesses(plan: DemoPlan): Promise<Processes> {
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
    const { endpoints } = await simulators.ready<{ type: "ready"; endpoints: { control: { url: string } } }>();
    const agent = new Child("agent", ["agent", plan.agentFile], options);
    children.push(agent);
    const [{ apiUrl }] = await Promise.all([up.ready<{ type: "ready"; apiUrl: string }>(), agent.ready()]);
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

/** Resolves on Ctrl-C; rejects when a process ends by itself. */
function endOf(processes: Processes): Promise<void> {
  return new Promise((resolve, reject) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
    for (const child of processes.children)
      child.onUnexpectedExit((code) => reject(new Error(`${child.name} ended with ${code}; see ${child.logFile}`)));
  });
}

async function live(plan: DemoPlan, processes: Processes, isSmoke: boolean, ended: Promise<void>): Promise<void> {
  const api = new ApiClient(processes.apiUrl);
  await api.signIn("admin", plan.passwords.get("admin") ?? "");
  printWelcome(plan, processes.apiUrl);
  const watcher = watchTickets(api, processes.controlUrl, tell);
  try {
    if (isSmoke)
      processes.outcome = await Promise.race([
        smoke(api, watcher, processes.controlUrl, SMOKE_DEADLINE_MS),
        ended.then(() => undefined as never),
      ]);
    else await ended;
  } finally {
    tell("stopping");
    await watcher.stop();
  }
}

function printWelcome(plan: DemoPlan, url: string): void {
  const users = DEMO_USERS.map(
    ({ login, displayName }) => `    ${login.padEnd(11)} ${plan.passwords.get(login)}   ${displayName}`,
  );
  const lines = [
    "",
    `  Open ${url} and sign in as`,
    ...users,
    "",
    "  A simulated day takes a minute. Leaks begin within the first hour; the first tickets come after one to two minutes.",
    "  Move a ticket to 处理中 (in progress) and a crew repairs the leak. Ctrl-C stops everything.",
    `  Logs and data are in ${plan.dataDir}`,
    "",
  ];
  process.stderr.write(`${lines.join("\n")}\n`);
}

/** The smoke's one line, counted in the stores after everything has stopped. */
async function printOutcome(plan: DemoPlan, outcome: object): Promise<void> {
  const { readings, duplicates } = await withOwnHeadEnd(
    plan.importing,
    makeLogger("warn", "demo"),
    async ({ store }) => {
      if (store === null) throw new Error("the store of this process is missing");
      return { readings: (await store.counts()).stored, duplicates: await countDuplicates(store) };
    },
  );
  const { anomalies, tickets, reports } = outcome as { anomalies: number; tickets: number; reports: number };
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  process.stdout.write(`${JSON.stringify({ readings, duplicates, anomalies, tickets, reports, seconds })}\n`);
  if (duplicates > 0) throw new Error(`${duplicates} readings are stored twice`);
}
