import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { agentTopics, channelIdOf, encodeBatch, MAX_BATCHES_IN_FLIGHT, type WireReading } from "@nightflow/domain";
import { loadOf, RawAgent, stallSubscriber } from "./raw-agent.ts";

interface Plan {
  readonly readings: number;
  readonly batch: number;
  readonly agents: number;
  /** Readings per second to send; as fast as the head-end takes them when undefined. */
  readonly rate?: number | undefined;
  /** Whether a replay of the feed, a batch of reports and a subscriber that stops reading go on beside it. */
  readonly isDisturbed?: boolean | undefined;
}

interface Report {
  readonly type: "report";
  readonly stored: number;
  readonly cpuS: number;
  readonly rssMb: number;
}

const CHANNELS = 10_000;
const AGENTS = 8;
const TICK_MS = 2;
const STARTED_MS = 1000;

/**
 * Readings per second from MQTT QoS 1 to the durable store: the clock stops at the last PUBACK, which waits for the
 * commit. Generator and head-end are two processes; payloads are made and agents signed in before the clock starts.
 *
 * `ingest [readings] [--runs 5] [--batch 50] [--rate readings/s]`: without `--batch` in batches of 50 and one by one, with
 * `--rate` at that rate and not as fast as can be, with `--disturb` while others replay the feed, write reports, and hear
 * everything but read nothing.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      runs: { type: "string", default: "5" },
      batch: { type: "string" },
      rate: { type: "string" },
      disturb: { type: "boolean", default: false },
    },
  });
  const total = Number(positionals[0] ?? 1_000_000);
  const rate = values.rate === undefined ? undefined : Number(values.rate);
  const batches = values.batch === undefined ? [50, 1] : [Number(values.batch)];
  process.stdout.write(
    `MQTT QoS 1 to durable DuckDB, ${availableParallelism()} cores, median of ${values.runs} runs\n`,
  );
  for (const batch of batches) {
    const plan: Plan = {
      readings: batch === 1 ? Math.min(total, 200_000) : total,
      batch,
      agents: AGENTS,
      rate,
      isDisturbed: values.disturb,
    };
    const runs = [];
    for (let at = 0; at < Number(values.runs); at++) runs.push(await measureIngest(plan));
    const median = runs.sort((a, b) => a.perS - b.perS)[Math.floor(runs.length / 2)];
    process.stdout.write(`${JSON.stringify({ bench: "ingest", ...plan, ...median })}\n`);
  }
}

/** One run: readings per second, CPU of the head-end, and how long PUBACKs took. */
export async function measureIngest(plan: Plan) {
  const password = randomBytes(12).toString("hex");
  const server = fork(fileURLToPath(new URL("./server.ts", import.meta.url)), [
    String(plan.agents),
    String(CHANNELS),
    password,
  ]);
  const { port } = await next<{ port: number }>(server, "ready");
  const agents = await Promise.all(Array.from({ length: plan.agents }, (_, at) => signIn(plan, at, port, password)));
  const stalled = plan.isDisturbed ? await disturb(server, port, password) : undefined;
  const before = await report(server);
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await (plan.rate === undefined ? sendAll(agents) : sendAtRate(agents, plan, plan.rate));
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const after = await report(server);
  const others = plan.isDisturbed ? await disturbed(server) : undefined;
  stalled?.destroy();
  for (const agent of agents) agent.end();
  server.send("stop");
  await new Promise((resolve) => server.once("exit", resolve));
  if (after.stored !== plan.readings) throw new Error(`${after.stored} of ${plan.readings} readings are in the store`);
  return {
    perS: Math.round(plan.readings / seconds),
    cpuSPerMillion: perMillion(after.cpuS - before.cpuS, plan),
    generatorCpuSPerMillion: perMillion((user + system) / 1e6, plan),
    pubackMs: quantiles(agents, "latenciesMs"),
    pubackFromSentMs: quantiles(agents, "sentLatenciesMs"),
    // In the first second the code is yet to be compiled.
    pubackAfterStartMs: quantiles(agents, "latenciesMs", startedAt + STARTED_MS),
    rssMb: Math.round(after.rssMb),
    ...(others && { beside: others }),
  };
}

/** Begins what goes on beside the agents; gives the connection of the subscriber that hears everything and reads nothing. */
async function disturb(server: ChildProcess, port: number, password: string): Promise<Socket> {
  server.send("disturb");
  return stallSubscriber(port, password);
}

async function disturbed(server: ChildProcess) {
  const answer = next<{ replayed: number; curves: number; hours: number }>(server, "disturbed");
  server.send("disturbed");
  const { replayed, curves, hours } = await answer;
  return { replayed, curves, hours };
}

function perMillion(seconds: number, { readings }: Plan): number {
  return +((seconds / readings) * 1e6).toFixed(2);
}

function quantiles(agents: readonly RawAgent[], which: "latenciesMs" | "sentLatenciesMs", fromMs = 0) {
  const all = Float64Array.from(
    agents.flatMap((agent) => [...agent[which].subarray(agent.firstDueFrom(fromMs))]),
  ).sort();
  const at = (share: number) => +(all[Math.min(all.length - 1, Math.floor(all.length * share))] ?? 0).toFixed(2);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

async function sendAll(agents: readonly RawAgent[]): Promise<void> {
  for (const agent of agents) agent.sendAll(MAX_BATCHES_IN_FLIGHT);
  await Promise.all(agents.map(({ done }) => done));
}

// What is due since the last tick goes out together, and its latency counts from the moment it was due.
async function sendAtRate(agents: readonly RawAgent[], { readings, batch }: Plan, rate: number): Promise<void> {
  const frames = Math.ceil(readings / agents.length / batch);
  const startedAt = performance.now();
  for (let sent = 0; sent < frames; ) {
    const due = Math.min(frames, Math.floor(((performance.now() - startedAt) / 1000 / batch / agents.length) * rate));
    const dueAtMs = startedAt + ((due * batch * agents.length) / rate) * 1000;
    for (const agent of agents) agent.send(due - sent, dueAtMs);
    sent = due;
    await sleep(TICK_MS);
  }
  await Promise.all(agents.map(({ done }) => done));
}

function next<Message>(server: ChildProcess, type: string): Promise<Message> {
  return new Promise((resolve, reject) => {
    server.once("exit", (code) => reject(new Error(`the head-end ended with ${code}`)));
    server.on("message", (message: { type: string }) => {
      if (message.type === type) resolve(message as Message);
    });
  });
}

function report(server: ChildProcess): Promise<Report> {
  const answer = next<Report>(server, "report");
  server.send("report");
  return answer;
}

function signIn(plan: Plan, agent: number, port: number, password: string): Promise<RawAgent> {
  const name = `a${agent}`;
  return RawAgent.signIn(port, name, password, loadOf(agentTopics("bench", name).readings, payloads(plan, agent)));
}

function* payloads(plan: Plan, agent: number): Generator<string> {
  const share = plan.readings / plan.agents;
  const meters = CHANNELS / plan.agents;
  const startMs = Date.UTC(2026, 0, 1);
  for (let sent = 0, seq = 1; sent < share; sent += plan.batch, seq++) {
    const readings = Array.from({ length: Math.min(plan.batch, share - sent) }, (_, at): WireReading => {
      const no = sent + at;
      const meter = agent * meters + (no % meters);
      const round = Math.floor(no / meters);
      return [channelIdOf(`M${meter}`, "forward_total"), startMs + round * 900_000, 1_000_000 + round * 37, 0];
    });
    yield encodeBatch({ origin: "live", epoch: `bench-${agent}`, seq, sentAt: startMs, readings });
  }
}
