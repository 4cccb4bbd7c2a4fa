import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { statOf } from "../processes.ts";

interface Report {
  readonly readings: number;
  readonly missing: number;
  readonly taken: number;
  /** By the process itself: what /proc says is coarse on some machines. */
  readonly cpuS: number;
}

const SETTLE_MS = 10_000;

/**
 * What many OPC UA items cost one agent: `opcua-items [items] [period s] [seconds] [subscribe|read]`. The server is a
 * process of its own; the agent's runs from the session to the outbox on disk.
 */
export async function run(args: readonly string[]): Promise<void> {
  const [items, periodS, seconds] = [Number(args[0] ?? 10_000), Number(args[1] ?? 1), Number(args[2] ?? 30)];
  const mode = args[3] ?? "subscribe";
  process.stdout.write(`${items} items every ${periodS} s, ${mode}, ${availableParallelism()} cores\n`);
  const folder = mkdtempSync(join(tmpdir(), "nf-bench-"));
  const server = start("server.ts", [items, periodS * 1000, join(folder, "server")]);
  const { endpointUrl } = await next<{ endpointUrl: string }>(server, "ready");
  const startedAt = performance.now();
  const agent = start("agent.ts", [endpointUrl, items, periodS, mode, join(folder, "agent")]);
  while ((await report(agent)).readings < items) await delay(100);
  const firstS = (performance.now() - startedAt) / 1000;
  await delay(SETTLE_MS);
  const figures = await measure(agent, server, seconds);
  await Promise.all([stop(agent), stop(server)]);
  rmSync(folder, { recursive: true, force: true });
  const said = { bench: "opcua-items", items, periodS, mode, seconds, firstS: +firstS.toFixed(1), ...figures };
  process.stdout.write(`${JSON.stringify(said)}\n`);
}

async function measure(agent: ChildProcess, server: ChildProcess, seconds: number) {
  const [before, serverBefore] = [await report(agent), cpuOf(server)];
  const startedAt = performance.now();
  let peakMb = 0;
  while (performance.now() - startedAt < seconds * 1000) {
    peakMb = Math.max(peakMb, statOf(agent.pid ?? 0).rssMb);
    await delay(500);
  }
  const [after, tookS] = [await report(agent), (performance.now() - startedAt) / 1000];
  const readings = after.readings - before.readings;
  const cpuS = after.cpuS - before.cpuS;
  return {
    readingsPerS: Math.round(readings / tookS),
    missing: after.missing - before.missing,
    taken: after.taken - before.taken,
    agentCores: +(cpuS / tookS).toFixed(3),
    cpuUsPerReading: Math.round((cpuS / readings) * 1e6),
    peakMb: Math.round(peakMb),
    serverCores: +((cpuOf(server) - serverBefore) / tookS).toFixed(3),
  };
}

function cpuOf(child: ChildProcess): number {
  return statOf(child.pid ?? 0).cpuS;
}

function start(file: string, args: readonly (string | number)[]): ChildProcess {
  return fork(fileURLToPath(new URL(`./${file}`, import.meta.url)), args.map(String));
}

function report(child: ChildProcess): Promise<Report> {
  const answer = next<Report>(child, "report");
  child.send("report");
  return answer;
}

async function stop(child: ChildProcess): Promise<void> {
  child.send("stop");
  await new Promise((resolve) => child.once("exit", resolve));
}

function next<Message>(child: ChildProcess, type: string): Promise<Message> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a process of the bench ended with ${code}`));
    const take = (message: { type: string }) => {
      if (message.type !== type) return;
      child.off("exit", ended).off("message", take);
      resolve(message as Message);
    };
    child.once("exit", ended).on("message", take);
  });
}
