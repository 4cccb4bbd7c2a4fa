import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { MAX_BATCHES_IN_FLIGHT } from "@nightflow/domain";
import { findPeer } from "@nightflow/storage/testing";
import { measureIngest } from "../ingest/bench.ts";
import { loadOf, RawAgent } from "../ingest/raw-agent.ts";
import { type PeerPrograms, startPeer } from "./stack.ts";

interface Figures {
  readonly perS: number;
  readonly cpuSPerMillion: number;
}

interface Plan {
  readonly readings: number;
  readonly batch: number;
  readonly agents: number;
}

const CHANNELS = 10_000;
const AGENTS = 8;
/** Telegraf's bound counts messages: this many hold several of its batches of 10,000, whatever a message holds. */
const UNDELIVERED_READINGS = 100_000;

/**
 * Nightflow beside what a utility would run without it (Mosquitto, Telegraf, InfluxDB 2), in turns in one sitting, on the
 * same readings from the same generator: readings per second until they are stored for good, and CPU of all programs.
 *
 * `pace [readings] [--singles readings] [--runs 5]`
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { runs: { type: "string", default: "5" }, singles: { type: "string", default: "200000" } },
  });
  const programs = findPrograms();
  const plans: Plan[] = [
    { readings: Number(positionals[0] ?? 2_000_000), batch: 50, agents: AGENTS },
    { readings: Number(values.singles), batch: 1, agents: AGENTS },
  ];
  process.stdout.write(`MQTT QoS 1 to durable, ${availableParallelism()} cores, median of ${values.runs} runs each\n`);
  for (const plan of plans) await compare(plan, Number(values.runs), programs);
}

function findPrograms(): PeerPrograms | undefined {
  const mosquitto = findPeer("Mosquitto", "NIGHTFLOW_MOSQUITTO", ["mosquitto"]);
  const telegraf = findPeer("Telegraf", "NIGHTFLOW_TELEGRAF", ["telegraf"]);
  const influxd = findPeer("InfluxDB 2 (influxd)", "NIGHTFLOW_INFLUXD", ["influxd"]);
  if (mosquitto === undefined || telegraf === undefined || influxd === undefined) return undefined;
  return { mosquitto, telegraf, influxd };
}

async function compare(plan: Plan, runs: number, programs: PeerPrograms | undefined): Promise<void> {
  const ours: Figures[] = [];
  const peers: Figures[] = [];
  for (let at = 0; at < runs; at++) {
    ours.push(say("nightflow", plan, await measureIngest(plan)));
    if (programs !== undefined) peers.push(say("peer", plan, await measurePeer(plan, programs)));
  }
  const our = medianOf(ours);
  const line = { bench: "pace", batch: plan.batch, readings: plan.readings, nightflow: our };
  if (programs === undefined) {
    process.stdout.write(`${JSON.stringify({ ...line, peer: "left out: a program of it was not found" })}\n`);
    return;
  }
  const peer = medianOf(peers);
  const times = +(our.perS / peer.perS).toFixed(2);
  const cpuShare = +(our.cpuSPerMillion / peer.cpuSPerMillion).toFixed(3);
  process.stdout.write(`${JSON.stringify({ ...line, peer, times, cpuShare })}\n`);
}

function say(who: string, { batch }: Plan, { perS, cpuSPerMillion }: Figures): Figures {
  process.stdout.write(`${JSON.stringify({ who, batch, perS, cpuSPerMillion })}\n`);
  return { perS, cpuSPerMillion };
}

function medianOf(runs: readonly Figures[]): Figures {
  const middle = (of: (run: Figures) => number) =>
    runs.map(of).sort((a, b) => a - b)[Math.floor(runs.length / 2)] ?? Number.NaN;
  return { perS: middle(({ perS }) => perS), cpuSPerMillion: middle(({ cpuSPerMillion }) => cpuSPerMillion) };
}

async function measurePeer(plan: Plan, programs: PeerPrograms): Promise<Figures> {
  const stack = await startPeer(programs, UNDELIVERED_READINGS / plan.batch);
  try {
    // Telegraf needs a moment until it has subscribed; what is published before would be nobody's.
    await stack.subscribed();
    const agents = await Promise.all(Array.from({ length: plan.agents }, (_, at) => signIn(stack.mqttPort, plan, at)));
    const before = stack.cpuS();
    const startedAt = performance.now();
    for (const agent of agents) agent.sendAll(MAX_BATCHES_IN_FLIGHT);
    await Promise.all(agents.map(({ done }) => done));
    await allStored(stack, plan.readings);
    const seconds = (performance.now() - startedAt) / 1000;
    const after = stack.cpuS();
    for (const agent of agents) agent.end();
    const cpuS = after.mosquitto + after.telegraf + after.influxd - before.mosquitto - before.telegraf - before.influxd;
    return {
      perS: Math.round(plan.readings / seconds),
      cpuSPerMillion: +((cpuS / plan.readings) * 1e6).toFixed(2),
    };
  } finally {
    await stack.stop();
  }
}

async function allStored(stack: { stored(): Promise<number> }, readings: number): Promise<void> {
  let stored = 0;
  for (let unchanged = 0; unchanged < 60; ) {
    const now = await stack.stored();
    if (now >= readings) return;
    unchanged = now === stored ? unchanged + 1 : 0;
    stored = now;
    await sleep(250);
  }
  throw new Error(`the peer holds ${stored} of ${readings} readings and takes no more`);
}

function signIn(port: number, plan: Plan, agent: number): Promise<RawAgent> {
  return RawAgent.signIn(port, `a${agent}`, "", loadOf(`telemetry/a${agent}`, payloads(plan, agent)));
}

// The same readings as ours, in the line protocol that Telegraf and InfluxDB take without converting.
function* payloads(plan: Plan, agent: number): Generator<string> {
  const share = plan.readings / plan.agents;
  const meters = CHANNELS / plan.agents;
  const startMs = Date.UTC(2026, 0, 1);
  for (let sent = 0; sent < share; sent += plan.batch) {
    const lines = Array.from({ length: Math.min(plan.batch, share - sent) }, (_, at) => {
      const no = sent + at;
      const round = Math.floor(no / meters);
      const readAtMs = startMs + round * 900_000;
      return `r,m=M${agent * meters + (no % meters)} v=${1_000_000 + round * 37}i ${readAtMs}000000`;
    });
    yield lines.join("\n");
  }
}
