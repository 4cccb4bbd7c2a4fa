import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { type FuzzCount, sharesOf } from "./fuzz.ts";
import { TARGETS } from "./targets.ts";
import { WatchedInput } from "./watched.ts";
import type { WorkerOrder } from "./worker.ts";

/** No decoder may stand still for so long. */
const HANG_MS = 20_000;

/**
 * Gives every decoder inputs that no meter sends: `fuzz [--inputs 10000000] [--seed N] [--target NAME]`. Prints a line for each
 * and one of JSON; the exit code is 1 when one of them threw what it does not declare, gave a number that is none, or hung.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      inputs: { type: "string", default: "10000000" },
      seed: { type: "string", default: "1" },
      target: { type: "string" },
    },
  });
  const shares = sharesOf(TARGETS, Number(values.inputs));
  const counts: FuzzCount[] = [];
  for (const [at, target] of TARGETS.entries()) {
    if (values.target !== undefined && target.name !== values.target) continue;
    const count = await fuzzWatched(at, shares[at] ?? 1, Number(values.seed));
    counts.push(count);
    process.stdout.write(`${lineOf(count)}\n`);
  }
  report(counts, Number(values.seed));
}

async function fuzzWatched(target: number, inputs: number, seed: number): Promise<FuzzCount> {
  const watched = new WatchedInput();
  const workerData: WorkerOrder = { target, inputs, seed, watched: watched.buffer };
  const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData });
  try {
    return await Promise.race([doneBy(worker), hungAt(watched, target, inputs)]);
  } finally {
    await worker.terminate();
  }
}

function doneBy(worker: Worker): Promise<FuzzCount> {
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

/** Resolves when no new input has been begun for too long. */
function hungAt(watched: WatchedInput, target: number, inputs: number): Promise<FuzzCount> {
  return new Promise((resolve) => {
    let seen = -1;
    const watch = setInterval(() => {
      const name = TARGETS[target]?.name ?? "";
      const failure = { target: name, kind: "slow", text: `hangs at input ${seen}`, input: watched.input } as const;
      if (watched.begun === seen) {
        clearInterval(watch);
        resolve({ target: name, inputs, refused: 0, failures: [failure], tookMs: HANG_MS });
      }
      seen = watched.begun;
    }, HANG_MS);
    watch.unref();
  });
}

function lineOf({ target, inputs, refused, failures, tookMs }: FuzzCount): string {
  const share = `${((100 * refused) / inputs).toFixed(0)} % refused`;
  const pace = `${((1000 * tookMs) / inputs).toFixed(1)} µs each`;
  const fault =
    failures.length > 0
      ? `  ${failures.length} FAILURES, first: ${failures[0]?.kind} ${failures[0]?.text} by ${failures[0]?.input}`
      : "";
  return `${target.padEnd(28)} ${String(inputs).padStart(9)} inputs  ${share.padStart(14)}  ${pace.padStart(14)}${fault}`;
}

function report(counts: readonly FuzzCount[], seed: number): void {
  const inputs = counts.reduce((total, count) => total + count.inputs, 0);
  const failures = counts.flatMap((count) => count.failures);
  const tookS = counts.reduce((total, { tookMs }) => total + tookMs, 0) / 1000;
  process.stdout.write(
    `${JSON.stringify({ bench: "fuzz", seed, inputs, failures: failures.length, tookS: Math.round(tookS) })}\n`,
  );
  if (failures.length > 0) process.exitCode = 1;
}
