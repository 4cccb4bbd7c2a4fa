import type { Logger } from "pino";
import { holderOf } from "../config/folder-lock.ts";
import { dataDirOf, type LoadedConfig, loadConfig } from "../config/load.ts";
import { makeLogger } from "../config/log.ts";
import { ensureSecret } from "../config/secrets.ts";
import { withDatabase } from "../database-place.ts";
import { type ColumnMap, DEFAULT_COLUMNS } from "../importing/csv-readings.ts";
import { type ImportReport, type ImportRequest, importFile } from "../importing/import-file.ts";
import { checkFile, ReadingsFileError } from "../importing/readings-file.ts";
import { type ImportPlace, withOwnHeadEnd } from "../own-head-end.ts";
import { UsageError } from "./failure.ts";
import { Progress } from "./progress.ts";
import { resolutionOf, zoneOf } from "./replay.ts";
import { StopRequest } from "./signals.ts";

/** Options of `nightflow import`, as text from the command line. */
export interface ImportCommand {
  readonly kind: string;
  readonly timeZone: string;
  readonly resolution: string;
  readonly columns?: string;
  readonly unit?: string;
  readonly config?: string;
}

/** `nightflow import FILE`: to the head-end that runs, else to one of its own, with progress. */
export async function runImport(file: string, options: ImportCommand): Promise<void> {
  const loaded = loadConfig(options.config);
  const request = requestOf(file, options);
  checkFile(file);
  const logger = makeLogger("warn", "import", { fd: 2 });
  const stop = new StopRequest();
  const work = (place: ImportPlace) => stop.unless(() => importTo(place, loaded.config.site, logger, request));
  if (holderOf(dataDirOf(loaded), "up")?.work === "up") return await withRunningHeadEnd(loaded, logger, work);
  process.stderr.write("nightflow up does not run on this data folder: starting a head-end for this import\n");
  await withOwnHeadEnd(loaded, logger, work);
}

async function importTo(place: ImportPlace, site: string, logger: Logger, request: ImportRequest): Promise<void> {
  const before = await place.store?.counts();
  const progress = new Progress("stored for good");
  const report = await importFile({ ...place, site, logger }, request, (done, total) => progress.show(done, total));
  progress.end();
  const after = await place.store?.counts();
  printReport(report, before === undefined || after === undefined ? null : after.stored - before.stored);
}

async function withRunningHeadEnd(
  loaded: LoadedConfig,
  logger: Logger,
  work: (place: ImportPlace) => Promise<void>,
): Promise<void> {
  const { host, port } = loaded.config.broker;
  const password = ensureSecret(dataDirOf(loaded), "mqtt-import");
  await withDatabase(loaded, logger, (db) => work({ db, mqttUrl: `mqtt://${host}:${port}`, password, store: null }));
}

function requestOf(file: string, options: ImportCommand): ImportRequest {
  if (options.kind !== "customer" && options.kind !== "district")
    throw new UsageError(`--kind is customer or district, not ${options.kind}`);
  return {
    file,
    kind: options.kind,
    timeZone: zoneOf(options.timeZone),
    resolutionM3: resolutionOf(options.resolution),
    ...(options.columns === undefined ? {} : { columns: columnsOf(options.columns) }),
    ...(options.unit === undefined ? {} : { unitCode: options.unit }),
  };
}

/** `meter=id,read_at=time` as a column map. @throws {UsageError} naming what is wrong. */
export function columnsOf(text: string): ColumnMap {
  const names: Record<string, keyof ColumnMap> = {
    meter: "meter",
    read_at: "readAt",
    forward_total_m3: "forwardTotal",
  };
  const columns: Record<keyof ColumnMap, string> = { ...DEFAULT_COLUMNS };
  for (const pair of text.split(",")) {
    const [name = "", column] = pair.split("=");
    const key = names[name.trim()];
    if (key === undefined || column === undefined || column.trim() === "")
      throw new UsageError(
        `--columns: "${pair}" is not one of ${Object.keys(names).join(", ")} followed by = and a column`,
      );
    columns[key] = column.trim();
  }
  return columns;
}

function printReport(report: ImportReport, newRows: number | null): void {
  const { sent, batches, newMeters, faults, doneBeforeAt } = report;
  const stored = newRows === null ? "" : `, ${newRows} of them new`;
  const lines = [
    `${sent} readings in ${batches} batches are stored for good${stored}; ${newMeters} new meters; ${faults} rows left out`,
  ];
  if (doneBeforeAt !== null)
    lines.push(
      `This file was imported on ${new Date(doneBeforeAt).toLocaleString("sv-SE")} already: nothing was stored twice.`,
    );
  process.stdout.write(`${lines.join("\n")}\n`);
  printFaults(report);
  if (report.sent === 0) throw new ReadingsFileError("no row of the file could be used; each one has a fault as above");
}

function printFaults(report: ImportReport): void {
  for (const { line, reason, text } of report.examples) process.stdout.write(`  line ${line}: ${reason}: ${text}\n`);
  if (report.faults > report.examples.length)
    process.stdout.write(`  and ${report.faults - report.examples.length} more\n`);
}
