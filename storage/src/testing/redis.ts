import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { findPeer, freePort } from "./peers.ts";

/** The Redis server: `NIGHTFLOW_REDIS`, else `redis-server` on the PATH. Says so when there is none. */
export function findRedis(): string | undefined {
  return findPeer("Redis (redis-server)", "NIGHTFLOW_REDIS", ["redis-server"]);
}

/** A running Redis of a test. */
export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** Ends it orderly. */
  stop(): Promise<void>;
  /** Ends it with SIGKILL, as a crash would. */
  kill(): Promise<void>;
  /** Makes it silent while it keeps its connections, as an overloaded machine would; and lets it go on. */
  pause(): void;
  resume(): void;
}

export interface TestRedisOptions {
  /** Default 0, which takes a free one. */
  readonly port?: number;
  /** Keeps a log that it reads at the next start on the folder; without it a restart has forgotten everything. */
  readonly isDurable?: boolean;
}

/** Starts a Redis on a folder; resolves when it takes commands. */
export async function startRedis(
  dir: string,
  { port = 0, isDurable = false }: TestRedisOptions = {},
): Promise<TestRedis> {
  const program = findRedis();
  if (program === undefined) throw new Error("there is no redis-server; ask findRedis first");
  mkdirSync(dir, { recursive: true });
  const taken = port === 0 ? await freePort() : port;
  const child = spawn(program, redisArguments(dir, taken, isDurable), { stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(child, "exit");
  // A test run that is cut short leaves no server behind.
  const endWithUs = () => child.kill("SIGKILL");
  process.once("exit", endWithUs);
  await untilReady(createInterface({ input: child.stdout }));
  const end = async (signal: NodeJS.Signals) => {
    process.off("exit", endWithUs);
    child.kill(signal);
    await ended;
  };
  return {
    url: `redis://127.0.0.1:${taken}`,
    port: taken,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
  };
}

function redisArguments(dir: string, port: number, isDurable: boolean): string[] {
  const keeping = isDurable ? ["--appendonly", "yes", "--appendfsync", "always"] : ["--appendonly", "no"];
  return ["--bind", "127.0.0.1", "--port", `${port}`, "--dir", dir, "--save", "", "--daemonize", "no", ...keeping];
}

async function untilReady(lines: AsyncIterable<string>): Promise<void> {
  const said: string[] = [];
  const iterator = lines[Symbol.asyncIterator]();
  for (let line = await iterator.next(); !line.done; line = await iterator.next()) {
    if (line.value.includes("Ready to accept connections")) return void drain(iterator);
    said.push(line.value);
  }
  throw new Error(`redis-server ended at once: ${said.slice(-3).join(" / ")}`);
}

// What it says later is read too, or its pipe would fill.
async function drain(lines: AsyncIterator<string>): Promise<void> {
  while (!(await lines.next()).done);
}
