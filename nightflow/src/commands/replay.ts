import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { ALARM_HEADER, alarmLine, type ReplayOptions, type ReplayRow, replayReadings } from "@nightflow/analytics";
import { type CsvFault, readCsvReadings } from "../importing/csv-readings.ts";
import { UsageError } from "./failure.ts";

/** Options of `nightflow replay`, as text from the command line. */
export interface ReplayCommand {
  readonly readings: string;
  readonly kind: string;
  readonly timeZone: string;
  readonly out: string;
  readonly resolution: string;
}

/** `nightflow replay`: the live detectors over a file, their findings as an alarm file. */
export async function runReplay(options: ReplayCommand): Promise<void> {
  const faults: CsvFault[] = [];
  const alarms = await replayReadings(rowsOf(options, faults), replayOptions(options));
  const out = createWriteStream(options.out);
  out.write(`${ALARM_HEADER}\n`);
  for (const alarm of alarms) out.write(`${alarmLine(alarm)}\n`);
  out.end();
  await once(out, "finish");
  for (const fault of faults.slice(0, 20)) process.stderr.write(`line ${fault.line}: ${fault.reason}: ${fault.text}\n`);
  process.stderr.write(`${alarms.length} alarms in ${options.out}; ${faults.length} rows were left out\n`);
}

/** Checked options, as the detectors take them. @throws {UsageError} naming the option. */
export function replayOptions({
  kind,
  timeZone,
  resolution,
}: Pick<ReplayCommand, "kind" | "timeZone" | "resolution">): ReplayOptions {
  if (kind !== "customer" && kind !== "district") throw new UsageError(`--kind is customer or district, not ${kind}`);
  return { kind, zone: zoneOf(timeZone), resolutionM3: resolutionOf(resolution) };
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

async function* rowsOf(options: ReplayCommand, faults: CsvFault[]): AsyncGenerator<ReplayRow> {
  for await (const row of readCsvReadings(options.readings, { timeZone: options.timeZone })) {
    if ("reason" in row) faults.push(row);
    else yield { meter: row.meter, readAtMs: row.readAtMs, value: Number(row.value) };
  }
}
