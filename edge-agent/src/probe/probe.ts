import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ConfigError, checkPlainly, describeError, faultLine, MeterProfile } from "@nightflow/domain";
import { z } from "zod";
import type { MeterLine } from "../drivers/modbus/line.ts";
import { loadProfiles, type ProfileLibrary } from "../profiles/library.ts";
import type { Run } from "./block.ts";
import {
  type PlacedMatch,
  type ProbeDeps,
  type ProbeResult,
  probeBlock,
  probeMeter,
  probeUnits,
  type SavedReading,
} from "./modes.ts";
import { openProbeLine } from "./open-line.ts";
import { PROBE_USAGE, type ProbeOptions, ProbeUsageError, parseProbeOptions } from "./options.ts";
import { setupFiles } from "./setup.ts";
import { profileStub } from "./stub.ts";

/** Where a probe writes. */
export interface ProbeOutput {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const STANDARD: ProbeOutput = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};

/**
 * `probe`: looks at the meters of a line before anything is configured. Gives the exit code: 0 found and well, 1 not.
 *
 * @throws {ProbeUsageError} for options that cannot work. @throws {ProbeLineError} when the line does not open.
 */
export async function runProbe(args: readonly string[], output: ProbeOutput = STANDARD): Promise<number> {
  const options = parseProbeOptions(args);
  if (options === undefined) {
    output.out(PROBE_USAGE);
    return 0;
  }
  const library = loadProfiles();
  const profile = options.profile === undefined ? undefined : profileOf(options.profile, library);
  const earlier = options.earlierFile === undefined ? undefined : readSaved(options.earlierFile);
  const line = await openProbeLine(options.transport, options.framing);
  try {
    const result = await probe(options, profile, earlier, depsOf(line, library, options, output));
    output.out(options.isJson ? `${JSON.stringify(result.json)}\n` : `${result.text}\n`);
    return result.exitCode;
  } finally {
    line.close();
  }
}

function depsOf(line: MeterLine, library: ProfileLibrary, { isJson }: ProbeOptions, { err }: ProbeOutput): ProbeDeps {
  return {
    line,
    library,
    progress: (text) => (isJson ? undefined : err(`${text}\n`)),
    wait: (ms) => delay(ms),
    nowMs: () => performance.now(),
  };
}

async function probe(
  options: ProbeOptions,
  profile: MeterProfile | undefined,
  earlier: SavedReading | undefined,
  deps: ProbeDeps,
): Promise<ProbeResult> {
  if (profile === undefined && options.read === undefined) return probeUnits(options, deps);
  const [unitId, ...more] = options.unitIds;
  if (unitId === undefined || more.length > 0)
    throw new ProbeUsageError("say which unit: --units 1", {
      remedy: "probe without --read and --profile shows which units are there",
    });
  if (profile !== undefined) return probeAndSetUp(options, unitId, profile, deps);
  const { best, runs, ...result } = await probeBlock(options, unitId, earlier, deps);
  const notes = [...saveReading(options, runs), ...writeStub(options, best)];
  return { ...result, text: [result.text, ...notes].join("\n") };
}

async function probeAndSetUp(
  options: ProbeOptions,
  unitId: number,
  profile: MeterProfile,
  deps: ProbeDeps,
): Promise<ProbeResult> {
  const { reads, ...result } = await probeMeter(options, unitId, profile, deps);
  const { setupFolder, meter } = options;
  if (setupFolder === undefined) return result;
  if (reads.every(({ value }) => value === null))
    return { ...result, text: `${result.text}\nNothing was set up: nothing could be read.` };
  mkdirSync(setupFolder, { recursive: true });
  const isBundled = deps.library.get(profile.name) === profile;
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const files = setupFiles({ options, unitId, meter, profile, isBundled, reads, timeZone });
  for (const [file, text] of files) writeFileSync(join(setupFolder, file), text);
  return { ...result, text: `${result.text}\nWritten to ${setupFolder}: ${[...files.keys()].join(", ")}.` };
}

function saveReading({ saveFile, dial }: ProbeOptions, runs: readonly Run[]): string[] {
  if (saveFile === undefined) return [];
  if (dial === undefined) throw new ProbeUsageError("--save keeps a reading with its --dial; give both");
  writeFileSync(saveFile, JSON.stringify({ v: 1, dial, runs }));
  return [`Kept in ${saveFile}: let the meter run, and probe again with --earlier ${saveFile} and the new --dial.`];
}

function writeStub(options: ProbeOptions, best: PlacedMatch | undefined): string[] {
  const { writeFile, dial, read, isGas, manualAddress } = options;
  if (writeFile === undefined) return [];
  if (best === undefined || dial === undefined || read === undefined)
    return ["No profile was written: nothing gave what the dial shows."];
  const { match, run } = best;
  const name = basename(writeFile, ".json")
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, "-");
  const base = manualAddress === undefined ? 0 : manualAddress - run.from - match.at;
  const stub = profileStub({
    name,
    match,
    from: run.from,
    words: run.words,
    dial,
    functionCode: read.functionCode,
    quantity: isGas ? "vb_total" : "forward_total",
    unit: isGas ? "Sm3" : "m3",
    addressBase: Math.max(0, base),
  });
  writeFileSync(writeFile, `${JSON.stringify(stub, null, 2)}\n`);
  return [`Profile ${name} is in ${writeFile}. Next: --profile ${writeFile} takes three readings by it.`];
}

const Saved = z.strictObject({
  v: z.literal(1),
  dial: z.strictObject({ value: z.number(), lastDigit: z.number().positive() }),
  runs: z.array(z.strictObject({ from: z.int(), words: z.array(z.int().min(0).max(0xffff)) })),
});

function readSaved(file: string): SavedReading {
  try {
    return Saved.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new ProbeUsageError(`--earlier ${file} is no reading that --save kept`, { cause: error });
  }
}

function profileOf(nameOrFile: string, library: ProfileLibrary): MeterProfile {
  if (!nameOrFile.endsWith(".json")) {
    const found = library.get(nameOrFile);
    if (found !== undefined) return found;
    throw new ProbeUsageError(`there is no profile ${nameOrFile}; known are ${[...library.keys()].join(", ")}`);
  }
  const checked = checkPlainly(MeterProfile, jsonOf(nameOrFile));
  if (checked.data === null)
    throw new ConfigError(
      nameOrFile,
      checked.faults.map((fault) => faultLine(fault)),
    );
  return checked.data;
}

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ConfigError(file, [describeError(error)]);
  }
}
