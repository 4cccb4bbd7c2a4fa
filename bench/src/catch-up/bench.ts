import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { agentTopics, MAX_BATCHES_IN_FLIGHT } from "@nightflow/domain";
import { loadOf, RawAgent } from "../ingest/raw-agent.ts";
import { type CatchUpPlan, FleetLoad, livePayloads, SITE } from "./fleet.ts";
import { type Look, look } from "./watch.ts";

const LIVE_AGENTS = 4;
const LIVE_EVERY_MS = 100;
const LIVE_BATCHES = 20_000;
const LOOK_MS = 5000;
const OPTIONS = {
  meters: { type: "string", default: "1000000" },
  rounds: { type: "string", default: "96" },
  minutes: { type: "string", default: "15" },
  batch: { type: "string", default: "500" },
  agents: { type: "string", default: "8" },
  "no-derived": { type: "boolean", default: false },
} as const;

interface Ready {
  readonly port: number;
  readonly operateUrl: string;
  readonly pid: number;
  readonly startS: number;
}

/**
 * A whole utility catches up after an outage: `catch-up [--meters 1000000] [--rounds 96] [--minutes 15] [--batch 500]
 * [--agents 8] [--no-derived]`. Agents with a window of 64 send what they held back, time by time, while live agents send
 * small batches whose PUBACK is timed. The clock stops when everything is stored and has gone through the rules.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const [meters, rounds, minutes, batch, agents] = [
    values.meters,
    values.rounds,
    values.minutes,
    values.batch,
    values.agents,
  ].map(Number) as [number, number, number, number, number];
  const startMs = Math.floor(Date.now() / 3_600_000) * 3_600_000 - rounds * minutes * 60_000;
  const plan: CatchUpPlan = { meters, rounds, minutes, batch, agents, startMs };
  process.stdout.write(`${meters} meters × ${rounds} readings, ${availableParallelism()} cores, generator beside it\n`);
  const password = randomBytes(12).toString("hex");
  const settings = JSON.stringify([plan, LIVE_AGENTS, password, !values["no-derived"]]);
  const server = fork(fileURLToPath(new URL("./server.ts", import.meta.url)), [settings]);
  try {
    const figures = await measure(server, plan, password);
    process.stdout.write(`${JSON.stringify({ bench: "catch-up", ...plan, ...figures })}\n`);
  } finally {
    if (server.exitCode === null) {
      server.send("stop");
      await new Promise((resolve) => server.once("exit", resolve));
    }
  }
}

async function measure(server: ChildProcess, plan: CatchUpPlan, password: string) {
  const ready = await readyOf(server);
  const signIn = (name: string, load: FleetLoad | ReturnType<typeof loadOf>) =>
    RawAgent.signIn(ready.port, name, password, load);
  const live = await Promise.all(
    Array.from({ length: LIVE_AGENTS }, (_, no) => {
      const topic = agentTopics(SITE, `live${no}`).readings;
      return signIn(`live${no}`, loadOf(topic, livePayloads(no, LIVE_BATCHES, plan.startMs)));
    }),
  );
  const fleet = await Promise.all(
    Array.from({ length: plan.agents }, (_, no) => signIn(`a${no}`, new FleetLoad(plan, no))),
  );
  const before = await look(ready.operateUrl, ready.pid);
  process.stdout.write(`registry loaded, ${Math.round(before.rssMb)} MB\n`);
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const stopLive = sendLive(live);
  for (const agent of fleet) agent.sendAll(MAX_BATCHES_IN_FLIGHT);
  let storedS = 0;
  void Promise.all(fleet.map(({ done }) => done)).then(() => {
    storedS = seconds(startedAt);
  });
  const { last, peakMb } = await untilRuled(ready, plan, () => storedS > 0, startedAt);
  const totalS = seconds(startedAt);
  const { user, system } = process.cpuUsage(cpu);
  const liveSent = stopLive();
  const pubackMs = quantiles(live, liveSent);
  for (const agent of [...live, ...fleet]) agent.end();
  return {
    ...paceOf(plan, storedS, totalS),
    cpuS: { ...cpuBetween(before, last), generator: round((user + system) / 1e6) },
    memoryMb: { registry: Math.round(before.rssMb), peak: Math.round(peakMb), postgres: Math.round(last.postgresMb) },
    startS: round(ready.startS),
    liveBatches: liveSent * live.length,
    pubackMs,
    findings: last.findings,
  };
}

function readyOf(server: ChildProcess): Promise<Ready> {
  return new Promise((resolve, reject) => {
    server.once("exit", (code) => reject(new Error(`the head-end ended with ${code}`)));
    server.once("message", (message) => resolve(message as Ready));
  });
}

/** Looks now and then, and says how far it is, until the rules have seen every reading that was stored when the fleet was done. */
async function untilRuled(ready: Ready, { meters, rounds }: CatchUpPlan, isSent: () => boolean, startedAt: number) {
  let peakMb = 0;
  for (let goal = Number.POSITIVE_INFINITY; ; ) {
    const wasSent = isSent();
    const last = await look(ready.operateUrl, ready.pid);
    peakMb = Math.max(peakMb, last.rssMb);
    const { stored, ruled, rssMb } = last;
    process.stdout.write(
      `${seconds(startedAt).toFixed(0)} s: stored ${stored}, ruled ${ruled}, ${rssMb.toFixed(0)} MB\n`,
    );
    if (wasSent && Number.isFinite(stored)) goal = Math.min(goal, stored);
    if (goal < meters * rounds) throw new Error(`${stored} of ${meters * rounds} readings are in the store`);
    if (ruled >= goal) return { last, peakMb };
    await sleep(wasSent ? LOOK_MS / 10 : LOOK_MS);
  }
}

/**
 * Every live agent sends a small batch now and then, one after the other, so that no two tell of the same moment; gives what
 * ends that and tells how many each has sent.
 */
function sendLive(agents: readonly RawAgent[]): () => number {
  let turns = 0;
  const timer = setInterval(
    () => agents[turns++ % agents.length]?.send(1, performance.now()),
    LIVE_EVERY_MS / agents.length,
  );
  return () => {
    clearInterval(timer);
    return Math.floor(turns / agents.length);
  };
}

function quantiles(agents: readonly RawAgent[], sent: number) {
  const all = agents.flatMap((agent) => [...agent.latenciesMs.subarray(0, Math.min(sent, agent.acked))]);
  const sorted = Float64Array.from(all).sort();
  const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

function paceOf({ meters, rounds }: CatchUpPlan, storedS: number, totalS: number) {
  const readings = meters * rounds;
  return {
    readings,
    storedS: round(storedS),
    totalS: round(totalS),
    storedPerS: Math.round(readings / storedS),
    ruledPerS: Math.round(readings / totalS),
  };
}

function cpuBetween(before: Look, after: Look): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after.cpuS).map(([part, value]) => [part, round(value - (before.cpuS[part] ?? 0))]),
  );
}

function seconds(since: number): number {
  return (performance.now() - since) / 1000;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
