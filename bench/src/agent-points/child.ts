import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { statOf } from "../processes.ts";

/** A process of the bench that says a line when it is asked. */
export class Child {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  constructor(script: URL, args: readonly string[] = []) {
    this.#process = spawn(process.execPath, [script.pathname, ...args], { stdio: ["pipe", "pipe", "inherit"] });
    if (this.#process.stdout === null) throw new Error("a child without output");
    this.#reader = createInterface(this.#process.stdout);
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** The next line, as JSON; asked for where it does not come by itself. */
  async say<Answer>(isAsked = true): Promise<Answer> {
    if (isAsked) this.#process.stdin?.write("?\n");
    const { value } = await this.#lines.next();
    return JSON.parse(value as string) as Answer;
  }

  stop(): void {
    this.#reader.close();
    this.#process.kill();
  }
}

/** What a program used between two looks. */
export interface Used {
  readonly core: number;
  readonly rssMb: number;
  readonly peakMb: number;
}

/** Looks at a program for some time: its share of a core, its memory at the end and at its highest. */
export async function watch(pid: number, forMs: number): Promise<Used> {
  const before = statOf(pid).cpuS;
  const fromMs = performance.now();
  await new Promise((resolve) => setTimeout(resolve, forMs));
  const { cpuS, rssMb } = statOf(pid);
  return { core: (cpuS - before) / ((performance.now() - fromMs) / 1000), rssMb, peakMb: peakOf(pid) };
}

function peakOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, "utf8");
  return (Number(/VmHWM:\s+(\d+)/.exec(text)?.[1] ?? 0) * 1024) / 1e6;
}
