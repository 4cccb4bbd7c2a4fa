import { type MeterProfile, wordsToText } from "@nightflow/domain";
import type { LineAsker } from "../drivers/modbus/line.ts";
import type { ProfileLibrary } from "../profiles/library.ts";
import { askerOf, type Block, type Run, readBlock } from "./block.ts";
import { type Finding, judgeSamples, type MeterSample } from "./commission.ts";
import { decodingsAt, orderVotes } from "./decodings.ts";
import { addressBaseOf, chanceMatches, type Dial, type DialMatch, matchDial } from "./dial.ts";
import { type RegisterRead, readMeter, sampleOf } from "./meter-read.ts";
import type { ProbeOptions } from "./options.ts";
import { renderMatch, renderOrder, renderReads, renderRun } from "./render.ts";
import { type FoundUnit, scanUnits } from "./scan.ts";

/** What a mode found: lines for a person, and the same for a machine. */
export interface ProbeResult {
  readonly text: string;
  readonly json: object;
  /** 0 all is well, 1 nothing was found or something is wrong. */
  readonly exitCode: 0 | 1;
}

/** A match with the run of words that it is in. */
export interface PlacedMatch {
  readonly run: Run;
  readonly match: DialMatch;
}

export interface ProbeDeps {
  readonly line: LineAsker;
  readonly library: ProfileLibrary;
  /** Says how far it is; nothing depends on it. */
  readonly progress: (text: string) => void;
  readonly wait: (ms: number) => Promise<void>;
  readonly nowMs: () => number;
}

/** Which units answer, and what they seem to be. */
export async function probeUnits(options: ProbeOptions, { line, library, progress }: ProbeDeps): Promise<ProbeResult> {
  const { unitIds, timeoutMs } = options;
  const onProgress = (done: number, unitId: number) => progress(`unit ${unitId}: ${done} of ${unitIds.length} asked`);
  const { units } = await scanUnits({ line, unitIds, timeoutMs, library, onProgress });
  return {
    text: unitsText(units, unitIds),
    json: { mode: "scan", asked: unitIds, units },
    exitCode: units.length > 0 ? 0 : 1,
  };
}

const MANY = 8;

function unitsText(units: readonly FoundUnit[], asked: readonly number[]): string {
  if (units.length === 0)
    return "No unit answers. Check baud rate, parity and wiring (A and B swapped is the usual one), --framing, or ask more --units.";
  const lines = units.map(({ unitId, said, profiles }) => {
    const model = profiles.length > 0 ? `, looks like ${profiles.join(" or ")}` : "";
    return `  unit ${unitId}: ${said === "words" ? "answers" : `is there (${said})`}${model}`;
  });
  const all = units.length === asked.length && asked.length >= MANY;
  const note = all ? "\nEvery unit id answers: the device behind this address does not look at the unit id." : "";
  const [first] = units;
  return `${lines.join("\n")}${note}\nNext: --units ${first?.unitId} --read 3:0-39, with --dial and what the dial shows.`;
}

/** Every decoding of a block, and which of them gives what the dial shows. */
export async function probeBlock(
  options: ProbeOptions,
  unitId: number,
  earlier: SavedReading | undefined,
  { line }: ProbeDeps,
): Promise<ProbeResult & { readonly best: PlacedMatch | undefined; readonly runs: readonly Run[] }> {
  const { block, matches } = await lookAtBlock(options, unitId, earlier, line);
  const { runs } = block;
  if (runs.length === 0) return { ...nothingRead(block, options), best: undefined, runs };
  const text = [
    ...runs.map(renderRun),
    ...block.refused.map(
      ([first, last]) =>
        `       ${first === last ? first : `${first} to ${last}`}: the unit does not have ${first === last ? "it" : "them"}`,
    ),
    renderOrder(runs),
    ...(options.dial === undefined ? [] : matchesText(matches, runs, options)),
  ].join("\n");
  const found = options.dial !== undefined && matches.length === 0 ? 1 : 0;
  return { text, json: blockJson(block, matches, options), exitCode: found, best: matches[0], runs };
}

/** What looking at a block takes. */
export type BlockOptions = Pick<ProbeOptions, "read" | "timeoutMs" | "dial" | "manualAddress">;

/** Reads a block, and finds what of it gives the dial, the surest first. */
export async function lookAtBlock(
  { read, timeoutMs, dial, manualAddress }: BlockOptions,
  unitId: number,
  earlier: SavedReading | undefined,
  line: LineAsker,
): Promise<{ readonly block: Block; readonly matches: readonly PlacedMatch[] }> {
  const { functionCode, from, to } = read ?? { functionCode: 3, from: 0, to: 39 };
  const block = await readBlock(askerOf(line, unitId, timeoutMs), functionCode, from, to);
  return { block, matches: dial === undefined ? [] : placedMatches(block.runs, dial, earlier, manualAddress) };
}

/** An earlier reading, as `--save` keeps it. */
export interface SavedReading {
  readonly dial: Dial;
  readonly runs: readonly Run[];
}

function nothingRead({ lastFault, timeouts }: Block, { read }: ProbeOptions): ProbeResult {
  const other = read?.functionCode === 4 ? 3 : 4;
  const advice =
    timeouts > 0
      ? "try a shorter block, a longer --timeout, or another unit"
      : `try --read ${other}:${read?.from}-${read?.to}, or other addresses`;
  return {
    text: `Nothing could be read: ${lastFault}; ${advice}.`,
    json: { mode: "read", runs: [], fault: lastFault },
    exitCode: 1,
  };
}

function placedMatches(
  runs: readonly Run[],
  dial: Dial,
  earlier: SavedReading | undefined,
  manualAddress: number | undefined,
): PlacedMatch[] {
  const isWhereTheManualSays = ({ run, match }: PlacedMatch) =>
    manualAddress !== undefined && addressBaseOf(manualAddress, run.from + match.at) !== null;
  return runs
    .flatMap((run) => {
      const before = earlier?.runs.find(({ from, words }) => from === run.from && words.length === run.words.length);
      if (earlier !== undefined && before === undefined) return [];
      const reading = { words: run.words, dial };
      const earlierReading = earlier && before ? { words: before.words, dial: earlier.dial } : undefined;
      return matchDial(reading, earlierReading).map((match) => ({ run, match }));
    })
    .sort((a, b) => Number(isWhereTheManualSays(b)) - Number(isWhereTheManualSays(a)) || b.match.score - a.match.score);
}

const SHOWN_MATCHES = 8;
/** More than this many chance hits expected, and a dial proves little by itself. */
const DOUBTFUL_CHANCE = 0.2;

function matchesText(matches: readonly PlacedMatch[], runs: readonly Run[], options: ProbeOptions): string[] {
  const { dial, manualAddress } = options;
  if (dial === undefined) return [];
  if (matches.length === 0)
    return [
      `Nothing here gives ${dial.value}. The total may be at other addresses, under the other function code, or in another unit.`,
    ];
  const lines = [
    `What gives ${dial.value}, the surest first:`,
    ...matches.slice(0, SHOWN_MATCHES).map(({ run, match }) => `  ${renderMatch(match, run.from)}`),
  ];
  if (isDoubtful(runs, dial))
    lines.push(
      "The dial has too few digits to be sure: --save this reading, let it run, and probe again with --earlier.",
    );
  return [...lines, ...(manualAddress === undefined ? rivalText(matches) : []), ...baseText(matches[0], manualAddress)];
}

/** Whether mere chance may give the dial in these words. */
export function isDoubtful(runs: readonly Run[], dial: Dial): boolean {
  return runs.reduce((total, { words }) => total + chanceMatches(words, dial), 0) > DOUBTFUL_CHANCE;
}

/** Totals in and net are often the same for years: which one it is, the numbers do not say. */
function rivalText([best, ...others]: readonly PlacedMatch[]): string[] {
  const rival = others.find(
    ({ run, match }) => best !== undefined && run.from + match.at !== best.run.from + best.match.at,
  );
  if (best === undefined || rival === undefined || best.match.score - rival.match.score > 0.1) return [];
  const [first, second] = [best.run.from + best.match.at, rival.run.from + rival.match.at];
  return [
    `Both ${first} and ${second} give it: look into the manual, and say which by --manual-address or a narrower --read.`,
  ];
}

function baseText(best: PlacedMatch | undefined, manualAddress: number | undefined): string[] {
  if (best === undefined || manualAddress === undefined) return [];
  const address = best.run.from + best.match.at;
  const base = addressBaseOf(manualAddress, address);
  return base === null
    ? [`The manual's ${manualAddress} is not what was found at ${address}: no usual address base joins them.`]
    : [`Address base: the manual counts from ${base} (its ${manualAddress} is ${address} on the wire).`];
}

function blockJson({ runs, refused }: Block, matches: readonly PlacedMatch[], options: ProbeOptions): object {
  return {
    mode: "read",
    read: options.read,
    dial: options.dial,
    runs: runs.map(({ from, words }) => ({
      from,
      words: wordsToText(words),
      decodings: words.flatMap((_, at) =>
        decodingsAt(words, at).map(({ type, order, value }) => ({
          address: from + at,
          type,
          order,
          value: Number(value),
          exact: String(value),
        })),
      ),
    })),
    refused,
    orders: orderVotes(runs.flatMap(({ words }) => [...words])),
    matches: matches.map(({ run, match }) => ({
      ...match,
      address: run.from + match.at,
      parts: match.parts.map(({ at, type, order }) => ({ address: run.from + at, type, order })),
    })),
  };
}

const READINGS = 3;

/** What judging a meter takes. */
export type MeterOptions = Pick<ProbeOptions, "timeoutMs" | "everyS" | "q3M3h" | "nominalDiameterMm" | "isGas">;

/** Three readings of a meter, and what they say of it. */
export interface JudgedMeter {
  readonly readings: readonly (readonly RegisterRead[])[];
  readonly samples: readonly MeterSample[];
  readonly findings: readonly Finding[];
}

/** Reads a meter three times by its profile and judges it. */
export async function lookAtMeter(
  { timeoutMs, everyS, q3M3h, nominalDiameterMm, isGas }: MeterOptions,
  unitId: number,
  profile: MeterProfile,
  { line, progress, wait, nowMs }: Omit<ProbeDeps, "library">,
): Promise<JudgedMeter> {
  const readings: RegisterRead[][] = [];
  const samples: MeterSample[] = [];
  for (let taken = 0; taken < READINGS; taken++) {
    if (taken > 0) await wait(everyS * 1000);
    readings.push(await readMeter(line, unitId, profile, timeoutMs));
    samples.push(sampleOf(profile, readings.at(-1) ?? [], nowMs()));
    progress(`reading ${taken + 1} of ${READINGS}`);
  }
  return { readings, samples, findings: judgeSamples(samples, { q3M3h, nominalDiameterMm, isGas }) };
}

/** Three readings of a meter by its profile, judged, as text. */
export async function probeMeter(
  options: ProbeOptions,
  unitId: number,
  profile: MeterProfile,
  deps: ProbeDeps,
): Promise<ProbeResult & { readonly reads: readonly RegisterRead[] }> {
  const { readings, samples, findings } = await lookAtMeter(options, unitId, profile, deps);
  const text = [
    ...readings.map((reads, at) => `Reading ${at + 1}\n${renderReads(reads)}`),
    ...findings.map(({ severity, text }) => `${MARKS[severity]} ${text}`),
  ].join("\n");
  const isFaulty = findings.some(({ severity }) => severity === "fault");
  return {
    text,
    json: { mode: "meter", profile: profile.name, readings, samples, findings },
    exitCode: isFaulty ? 1 : 0,
    reads: readings.at(-1) ?? [],
  };
}

const MARKS: Readonly<Record<Finding["severity"], string>> = { fault: "WRONG  ", doubt: "CHECK  ", good: "OK     " };
