import { parseArgs } from "node:util";
import { BREAKS, type Break } from "./world.ts";

/** What the command line understands. */
export const USAGE = `npm run sim -- [options]
  --seeds N      run N seeds (default 1000)
  --from S       begin with seed S (default 1)
  --seed S       run this seed alone and print its schedule
  --steps N      faults in each seed (default 40)
  --broken NAME  break a promise on purpose: ${BREAKS.join(", ")}
  --verbose      with --seed the rooms' own log lines too, else a line for each seed
  --json         print one line of JSON for each seed, and go on after a failure`;

/** Which simulations to run, and what to print of them. */
export interface SimOptions {
  readonly seeds: readonly number[];
  readonly steps: number;
  readonly broken: Break | undefined;
  readonly isSingle: boolean;
  readonly isVerbose: boolean;
  readonly isJson: boolean;
}

/** The options of this process. @throws when one of them makes no sense. */
export function readOptions(): SimOptions {
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
  const first = wholeNumber(values.seed ?? values.from, "--seed or --from");
  const count = values.seed === undefined ? wholeNumber(values.seeds, "--seeds") : 1;
  return {
    seeds: Array.from({ length: count }, (_, at) => first + at),
    steps: wholeNumber(values.steps, "--steps"),
    broken: breakOf(values.broken),
    isSingle: values.seed !== undefined,
    isVerbose: values.verbose,
    isJson: values.json,
  };
}

function breakOf(name: string | undefined): Break | undefined {
  const broken = BREAKS.find((known) => known === name);
  if (name !== undefined && broken === undefined) throw new Error(`unknown break ${name}: ${BREAKS.join(", ")}`);
  return broken;
}

function wholeNumber(text: string, name: string): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0) throw new Error(`${name} takes a whole number, not ${text}`);
  return Number(text);
}
