import { readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import {
  ALARM_HEADER,
  alarmLine,
  explainReplay,
  NO_TERMS,
  type ReplayOptions,
  type ReplayRow,
  replayReadings,
} from "@nightflow/analytics";
import { type AccountTerms, AccountThresholds, CalendarDays, Shift } from "@nightflow/domain";
import { z } from "zod";
import { type CsvFault, type CsvReading, readCsvReadings } from "../importing/csv-readings.ts";
import { checkFile } from "../importing/readings-file.ts";
import { UsageError } from "./failure.ts";

/** Options of `nightflow replay`, as text from the command line. */
export interface ReplayCommand {
  readonly readings: string;
  readonly kind: string;
  readonly timeZone: string;
  /** Where the alarms go; not needed with `explain`. */
  readonly out?: string | undefined;
  /** The meter that is explained day by day. */
  readonly explain?: string | undefined;
  readonly resolution: string;
  /** Minutes between two readings. */
  readonly period?: string | undefined;
  readonly keyAccount?: boolean | undefined;
  /** A file with the key account's terms. */
  readonly terms?: string | undefined;
}

/** `nightflow replay`: the live detectors over a file, their findings as an alarm file. */
export async function runReplay(options: ReplayCommand): Promise<void> {
  const faults: CsvFault[] = [];
  const replaying = replayOptions(options);
  checkFile(options.readings);
  if (options.explain !== undefined) await explain(options, options.explain, replaying, faults);
  else await writeAlarms(options, outOf(options), replaying, faults);
  for (const fault of faults.slice(0, 20)) process.stderr.write(`line ${fault.line}: ${fault.reason}: ${fault.text}\n`);
}

async function writeAlarms(options: ReplayCommand, out: string, replaying: ReplayOptions, faults: CsvFault[]) {
  checkFolderOf(out);
  const alarms = await replayReadings(rowsOf(options, faults), replaying);
  writeFileSync(out, `${[ALARM_HEADER, ...alarms.map(alarmLine)].join("\n")}\n`);
  process.stderr.write(`${alarms.length} alarms in ${out}; ${faults.length} rows were left out\n`);
}

/** Prints what each rule saw of one meter, day by day. @throws {UsageError} when the file has no reading of it. */
async function explain(options: ReplayCommand, meter: string, replaying: ReplayOptions, faults: CsvFault[]) {
  let isKnown = false;
  for await (const line of explainReplay(rowsOf(options, faults), meter, replaying)) {
    isKnown = true;
    process.stdout.write(`${line}\n`);
  }
  if (!isKnown) throw new UsageError(`--explain ${meter}: the file has no reading of this meter`);
}

function outOf({ out }: ReplayCommand): string {
  if (out === undefined) throw new UsageError("--out <file> is needed, or --explain <meter>");
  return out;
}

/** Checked options, as the detectors take them. @throws {UsageError} naming the option. */
export function replayOptions({
  kind,
  timeZone,
  resolution,
  period = "60",
  keyAccount,
  terms,
}: Pick<ReplayCommand, "kind" | "timeZone" | "resolution" | "period" | "keyAccount" | "terms">): ReplayOptions {
  if (kind !== "customer" && kind !== "district") throw new UsageError(`--kind is customer or district, not ${kind}`);
  const common: ReplayOptions = {
    kind,
    zone: zoneOf(timeZone),
    resolutionM3: resolutionOf(resolution),
    periodMs: periodOf(period),
  };
  if (keyAccount !== true && terms === undefined) return common;
  if (kind !== "customer") throw new UsageError("--key-account and --terms are for --kind customer");
  return { ...common, keyAccount: terms === undefined ? NO_TERMS : termsOf(terms) };
}

/** A period in ms. @throws {UsageError} */
function periodOf(text: string): number {
  const minutes = Number(text);
  if (!(Number.isInteger(minutes) && minutes > 0 && 1440 % minutes === 0))
    throw new UsageError(`--period ${text} is not a number of minutes that a day can be divided by`);
  return minutes * 60_000;
}

const Terms = z.object({
  thresholds: AccountThresholds.prefault({}),
  shifts: z.array(Shift).default([]),
  days: z.array(z.object({ from: z.string(), to: z.string(), kind: z.string() }).pipe(CalendarDays)).default([]),
});

/** The terms of a file; what else the API told of the account is left out. @throws {UsageError} naming the file and the field. */
function termsOf(file: string): AccountTerms {
  try {
    return Terms.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new UsageError(`--terms ${file}: ${what}`);
  }
}

/** A time zone that this machine knows. @throws {UsageError} */
export function zoneOf(name: string): string {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return name;
  } catch {
    throw new UsageError(`--time-zone ${name} is not a time zone such as Asia/Shanghai`);
  }
}

/** A size of one count. @throws {UsageError} */
export function resolutionOf(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new UsageError(`--resolution ${text} is not a number above 0`);
  return value;
}

/** Before hours of work, not after them. @throws {UsageError} */
function checkFolderOf(file: string): void {
  const folder = dirname(file);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`--out ${file}: there is no folder ${folder}`);
}

async function* rowsOf(options: ReplayCommand, faults: CsvFault[]): AsyncGenerator<ReplayRow> {
  const lastReadAt = new Map<string, number>();
  for await (const row of readCsvReadings(options.readings, { timeZone: options.timeZone })) {
    const fault = "reason" in row ? row : orderFault(row, lastReadAt);
    if (fault !== undefined) faults.push(fault);
    else if ("meter" in row) yield { meter: row.meter, readAtMs: row.readAtMs, value: Number(row.value) };
  }
}

/** A row older than the last one of its meter is left out: the detectors would have to look back. */
function orderFault(
  { line, meter, readAtMs, value }: CsvReading,
  lastReadAt: Map<string, number>,
): CsvFault | undefined {
  if (readAtMs < (lastReadAt.get(meter) ?? Number.NEGATIVE_INFINITY)) {
    const text = `${meter},${new Date(readAtMs).toISOString()},${value}`;
    return {
      line,
      text,
      reason: "it is older than the row before it of the same meter; sort the file by meter and time",
    };
  }
  lastReadAt.set(meter, readAtMs);
  return undefined;
}
