import { readOptions, type SimOptions, USAGE } from "./options.ts";
import { type SimulationResult, simulate } from "./simulate.ts";

const COUNTED = ["taken", "stored", "setAside", "givenUp", "commits", "events", "virtualMs"] as const;
type Totals = Record<(typeof COUNTED)[number] | "seeds" | "failed" | "longestDrainMs", number>;

/** Taken before a simulation replaces the machine's clocks. */
const realNow = process.hrtime.bigint;

/** Runs the seeds until one fails; gives the exit code. */
async function main(): Promise<number> {
  const options = optionsOrFault();
  if (options === undefined) return 2;
  const startedAt = realNow();
  const totals = blankTotals();
  for (const seed of options.seeds) {
    const { steps, broken, isSingle, isVerbose } = options;
    const result = await simulate({ seed, steps, withLogs: isSingle && isVerbose, ...(broken && { broken }) });
    addTo(totals, result);
    tell(result, options);
    if (result.failure !== undefined && !options.isJson) return 1;
  }
  if (!options.isJson) console.log(summaryOf(totals, Number(realNow() - startedAt) / 1e9));
  return totals.failed > 0 ? 1 : 0;
}

function optionsOrFault(): SimOptions | undefined {
  try {
    return readOptions();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return undefined;
  }
}

function blankTotals(): Totals {
  const zero = { taken: 0, stored: 0, setAside: 0, givenUp: 0, commits: 0, events: 0, virtualMs: 0 };
  return { seeds: 0, failed: 0, longestDrainMs: 0, ...zero };
}

function addTo(totals: Totals, result: SimulationResult): void {
  totals.seeds++;
  if (result.failure !== undefined) totals.failed++;
  for (const key of COUNTED) totals[key] += result[key];
  totals.longestDrainMs = Math.max(totals.longestDrainMs, result.drainMs);
}

function tell(result: SimulationResult, options: SimOptions): void {
  const { trace, failure, ...figures } = result;
  if (options.isJson) {
    const why = { invariant: failure?.invariant ?? null, failure: failure?.message ?? null };
    console.log(JSON.stringify({ ...figures, ...why }));
    return;
  }
  if (options.isVerbose && !options.isSingle)
    console.log(`seed ${result.seed}: ${result.layout}, ${result.taken} taken, ${result.hash}`);
  if (options.isSingle || failure !== undefined) for (const line of trace) console.log(line);
  if (failure !== undefined) console.log(`\n${whyOf(result, failure.message, options)}`);
}

function whyOf({ seed, layout }: SimulationResult, message: string, { steps, broken }: SimOptions): string {
  const more = broken === undefined ? "" : ` --broken ${broken}`;
  return [
    `seed ${seed} (${layout}) broke a promise.`,
    message,
    `Replay it with: npm run sim -- --seed ${seed} --steps ${steps}${more} --verbose`,
  ].join("\n");
}

function summaryOf(totals: Totals, seconds: number): string {
  const { seeds, taken, stored, setAside, givenUp, commits, events, virtualMs, longestDrainMs } = totals;
  return [
    `${seeds} seeds in ${seconds.toFixed(1)} s: 0 lost, 0 twice, feed in order and complete.`,
    `${taken} readings taken, ${stored} stored in ${commits} commits, ${setAside} set aside, ${givenUp} batches given up under the policy.`,
    `${events} events, ${(virtualMs / 3_600_000).toFixed(1)} virtual hours; longest drain ${(longestDrainMs / 1000).toFixed(0)} s.`,
  ].join("\n");
}

process.exitCode = await main();
