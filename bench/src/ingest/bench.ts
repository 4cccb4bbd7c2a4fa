import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import {
  agentTopics,
  channelIdOf,
  decodeAck,
  encodeBatch,
  MAX_BATCHES_IN_FLIGHT,
  type WireReading,
} from "@nightflow/domain";
import mqtt from "mqtt";

interface Plan {
  readonly readings: number;
  readonly batch: number;
  readonly agents: number;
}

interface Report {
  readonly type: "report";
  readonly stored: number;
  readonly cpuS: number;
  readonly rssMb: number;
}

const CHANNELS = 10_000;
const RUNS = 3;

/**
 * Readings per second from MQTT QoS 1 to the durable store, end to end: the clock stops when the last agent holds the
 * end-to-end ack of its last batch. Generator and head-end are two processes.
 */
export async function run(args: readonly string[]): Promise<void> {
  const total = Number(args[0] ?? 1_000_000);
  const plans: Plan[] = [
    { readings: total, batch: 50, agents: 8 },
    { readings: Math.min(total, 60_000), batch: 1, agents: 8 },
  ];
  process.stdout.write(`MQTT QoS 1 to durable DuckDB, ${availableParallelism()} cores, median of ${RUNS} runs\n`);
  for (const plan of plans) {
    const runs = [];
    for (let at = 0; at < RUNS; at++) runs.push(await once(plan));
    const median = runs.sort((a, b) => a.perS - b.perS)[Math.floor(RUNS / 2)];
    process.stdout.write(`${JSON.stringify({ bench: "ingest", ...plan, ...median })}\n`);
  }
}

async function once(plan: Plan) {
  const password = randomBytes(12).toString("hex");
  const server = fork(fileURLToPath(new URL("./server.ts", import.meta.url)), [
    String(plan.agents),
    String(CHANNELS),
    password,
  ]);
  const { port } = await next<{ port: number }>(server, "ready");
  const before = await report(server);
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: plan.agents }, (_, at) => sendAll(plan, at, port, password)));
  const seconds = (performance.now() - startedAt) / 1000;
  const after = await report(server);
  server.send("stop");
  await new Promise((resolve) => server.once("exit", resolve));
  if (after.stored !== plan.readings) throw new Error(`${after.stored} of ${plan.readings} readings are in the store`);
  return {
    perS: Math.round(plan.readings / seconds),
    cpuSPerMillion: +(((after.cpuS - before.cpuS) / plan.readings) * 1e6).toFixed(2),
    rssMb: Math.round(after.rssMb),
  };
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

/** One agent: its share of the readings, 64 batches in flight, until everything is acknowledged end to end. */
async function sendAll(plan: Plan, agent: number, port: number, password: string): Promise<void> {
  const name = `a${agent}`;
  const topics = agentTopics("bench", name);
  const batches = [...payloads(plan, agent)];
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { username: name, password, clientId: name });
  await client.subscribeAsync(topics.ack, { qos: 1 });
  let acked = 0;
  let sent = 0;
  await new Promise<void>((resolve) => {
    const fill = () => {
      for (; sent < batches.length && sent - acked < MAX_BATCHES_IN_FLIGHT; sent++)
        client.publish(topics.readings, batches[sent] ?? "", { qos: 1 });
    };
    client.on("message", (_topic, payload) => {
      acked = Math.max(acked, decodeAck(payload).seq);
      if (acked === batches.length) resolve();
      else fill();
    });
    fill();
  });
  await client.endAsync(true);
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
