import { parseArgs } from "node:util";
import { type SimulationResult, simulate } from "./simulate.ts";
import { BREAKS, type Break } from "./world.ts";

const USAGE = `npm run sim -- [options]
  --seeds N      run N seeds (default 1000)
  --from S       begin with seed S (default 1)
  --seed S       run this seed alone and print its schedule
  --steps N      faults in each seed (default 40)
  --broken NAME  break a promise on purpose: ${BREAKS.join(", ")}
  --verbose      print the rooms' own log lines too, and a line for each seed
  --json         print one line of JSON for each seed, and go on after a failure`;

interface Options {
  readonly seeds: readonly number[];
  readonly steps: number;
  readonly broken: Break | undefined;
  readonly isSingle: boolean;
  readonly isVerbose: boolean;
  readonly isJson: boolean;
}

const realNow = process.hrtime.bigint;

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: "1000" },
      from: { type: "string", default: "1" },
      seed: { type: "string" },
      steps: { type: "string", default: "40" },
      broken: { type: "string" },
      verbose: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const broken = BREAKS.find((name) => name === values.broken);
  if (values.broken !== undefined && broken === undefined) throw new Error(`unknown break ${values.broken}`);
  const first = wholeNumber(values.seed ?? values.from, "--seed or --from");
  const count = values.seed === undefined ? wholeNumber(values.seeds, "--seeds") : 1;
  return {
    seeds: Array.from({ length: count }, (_, at) => first + at),
    steps: wholeNumber(values.steps, "--steps"),
    broken,
    isSingle: values.seed !== undefined,
    isVerbose: values.verbose,
    isJson: values.json,
  };
}

function wholeNumber(text: string, name: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} takes a whole number, not ${text}`);
  return Number(text);
}

/** Runs the seeds until one fails; gives the exit code. */
async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  const startedAt = realNow();
  const totals = {
    seeds: 0,
    taken: 0,
    stored: 0,
    setAside: 0,
    givenUp: 0,
    commits: 0,
    events: 0,
    virtualMs: 0,
    longestDrainMs: 0,
  };
  for (const seed of options.seeds) {
    const { steps, broken, isSingle, isVerbose } = options;
    const result = await simulate({ seed, steps, withLogs: isSingle && isVerbose, ...(broken && { broken }) });
    addTo(totals, result);
    tell(result, options);
    if (result.failure !== undefined && !options.isJson) return 1;
  }
  const seconds = Number(realNow() - startedAt) / 1e9;
  if (!options.isJson) console.log(summaryOf(totals, seconds));
  return 0;
}

interface Totals {
  seeds: number;
  taken: number;
  stored: number;
  setAside: number;
  givenUp: number;
  commits: number;
  events: number;
  virtualMs: number;
  longestDrainMs: number;
}

function addTo(totals: Totals, result: SimulationResult): void {
  totals.seeds++;
  for (const key of ["taken", "stored", "setAside", "givenUp", "commits", "events", "virtualMs"] as const)
    totals[key] += result[key];
  totals.longestDrainMs = Math.max(totals.longestDrainMs, result.drainMs);
}

function tell(result: SimulationResult, { isSingle, isVerbose, isJson, steps, broken }: Options): void {
  const { trace, failure, ...figures } = result;
  if (isJson) {
    console.log(
      JSON.stringify({ ...figures, invariant: failure?.invariant ?? null, failure: failure?.message ?? null }),
    );
    return;
  }
  if (isVerbose && !isSingle)
    console.log(`seed ${result.seed}: ${result.layout}, ${result.taken} taken, ${result.hash}`);
  if (isSingle || failure !== undefined) for (const line of trace) console.log(line);
  if (failure === undefined) return;
  console.log(`\nseed ${result.seed} (${result.layout}) broke a promise.\n${failure.invariant}: ${failure.message}`);
  const more = broken === undefined ? "" : ` --broken ${broken}`;
  console.log(`Replay it with: npm run sim -- --seed ${result.seed} --steps ${steps}${more} --verbose`);
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
