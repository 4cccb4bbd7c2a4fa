import { type ChildProcess, type ForkOptions, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connectAgent } from "./agents.ts";

interface Report {
  readonly connections: number;
  readonly rssMb: number;
  readonly heapMb: number;
  readonly cpuS: number;
}

const AT_ONCE = 200;
const IDLE_MS = 20_000;

/**
 * What idle agents cost the broker's process: `broker-idle [agents] [tcp|tls] [semi-space MB]`. Broker and agents are two
 * processes; each needs a descriptor for every agent (`ulimit -n` of at least agents + 100, 20,000 is plenty for 10,000).
 *
 * Two settings of Node count for a third of the result, and the broker is run with both, as a broker alone should be:
 * `--max-semi-space-size`, because the young generation grows to 64 MB a half under a storm of connections and gives
 * nothing back (0 leaves Node's own), and `NODE_COMPILE_CACHE`, because stripping types at the start loads a compiler of
 * 30 MB that stays.
 */
export async function run(args: readonly string[]): Promise<void> {
  const [agents, transport, semiSpaceMb] = [Number(args[0] ?? 10_000), args[1] ?? "tcp", Number(args[2] ?? 8)];
  process.stdout.write(`${agents} idle agents over ${transport}, ${availableParallelism()} cores\n`);
  const execArgv = semiSpaceMb > 0 ? [`--max-semi-space-size=${semiSpaceMb}`] : [];
  const folder = mkdtempSync(join(tmpdir(), "nf-bench-"));
  const start = () =>
    startServer([String(agents), transport], { execArgv, env: { ...process.env, NODE_COMPILE_CACHE: folder } });
  await stop((await start()).server);
  const { server, port } = await start();
  const empty = await report(server);
  const startedAt = performance.now();
  const sockets = await connectAll(agents, { port, transport });
  const connectS = (performance.now() - startedAt) / 1000;
  const connected = await report(server);
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const idle = await report(server);
  for (const socket of sockets) socket.destroy();
  await stop(server);
  rmSync(folder, { recursive: true, force: true });
  if (idle.connections !== agents) throw new Error(`${idle.connections} of ${agents} agents are still connected`);
  const figures = { connectS, emptyMb: empty.rssMb, peakMb: connected.rssMb, idleMb: idle.rssMb, heapMb: idle.heapMb };
  const rounded = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, +value.toFixed(1)]));
  const idleCpu = +((idle.cpuS - connected.cpuS) / (IDLE_MS / 1000)).toFixed(3);
  process.stdout.write(
    `${JSON.stringify({ bench: "broker-idle", agents, transport, semiSpaceMb, ...rounded, idleCpu })}\n`,
  );
}

async function startServer(args: readonly string[], options: ForkOptions) {
  const server = fork(fileURLToPath(new URL("./server.ts", import.meta.url)), args, options);
  const { port } = await next<{ port: number }>(server, "ready");
  return { server, port };
}

async function stop(server: ChildProcess): Promise<void> {
  server.send("stop");
  await new Promise((resolve) => server.once("exit", resolve));
}

async function connectAll(agents: number, place: { port: number; transport: string }): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let from = 0; from < agents; from += AT_ONCE) {
    const count = Math.min(AT_ONCE, agents - from);
    sockets.push(...(await Promise.all(Array.from({ length: count }, (_, at) => connectAgent(from + at, place)))));
  }
  return sockets;
}

function next<Message>(server: ChildProcess, type: string): Promise<Message> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the broker ended with ${code}`));
    server.once("exit", ended);
    const take = (message: { type: string }) => {
      if (message.type !== type) return;
      server.off("exit", ended).off("message", take);
      resolve(message as Message);
    };
    server.on("message", take);
  });
}

function report(server: ChildProcess): Promise<Report> {
  const answer = next<Report>(server, "report");
  server.send("report");
  return answer;
}
